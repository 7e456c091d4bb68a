import { useId, useState } from "react";
import type { PublicTitle } from "@nearframe/shared/api/titles";
import { FOLDER_NAME_MAX, type Folder } from "../../view-model/arrangement.ts";
import { handsFor } from "../../view-model/home-view.ts";
import { Button } from "../parts/Button.tsx";
import { PlayIcon, ShareIcon } from "../parts/icons.tsx";
import { Sheet } from "../parts/Sheet.tsx";
import { useTexts } from "../use-texts.ts";
import styles from "./TitleSheet.module.css";

export type TitleSheetCalls = {
  onPlay: (titleId: string, pressed: Element, takesOver?: boolean) => void;
  onPin: (titleId: string, pinned: boolean) => void;
  /** Into a folder that is there, a new one, or none. */
  onFolder: (titleId: string, folder: { id: string } | { name: string } | undefined) => void;
  /** Resolves with what became of the link. */
  onShare: (title: PublicTitle) => Promise<"shared" | "copied" | "refused">;
  onClose: () => void;
};

type TitleSheetProps = TitleSheetCalls & {
  title: PublicTitle;
  /** There is a session to go on with, kept or on another device. */
  continues: false | "kept" | "elsewhere";
  pinned: boolean;
  folders: readonly Pick<Folder, "id" | "name" | "titleIds">[];
};

const NONE = "";
const NEW = "+";

/** All about one title, and where it stands on the home screen. */
export function TitleSheet({ title, continues, pinned, folders, onPlay, onPin, onFolder, onShare, onClose }: TitleSheetProps) {
  const { home, hands, sheet, categories } = useTexts();
  const [naming, setNaming] = useState(false);
  const [copied, setCopied] = useState(false);
  const folderField = useId();
  const { availability } = title;
  const inFolder = folders.find(({ titleIds }) => titleIds.includes(title.id))?.id ?? NONE;
  const choose = (id: string) => {
    if (id === NEW) return setNaming(true);
    setNaming(false);
    onFolder(title.id, id === NONE ? undefined : { id });
  };
  return (
    <Sheet label={title.name} onClose={onClose}>
      <img className={styles.art} src={title.art.hero} alt="" />
      <h1 className={styles.name}>{title.name}</h1>
      <p className={styles.by}>
        {home.by(title.publisher)} · {categories[title.category]} · {home.picture(title.size.height, title.fps)}
      </p>
      <p className={styles.summary}>{title.summary}</p>
      <p className={styles.note}>
        {sheet.playedWith}: {handsFor(title.input).map((hand) => hands[hand]).join(", ")}
      </p>
      {availability.state === "busy" && <p className={styles.note}>{home.busy}</p>}
      {availability.state === "unavailable" && <p className={styles.note}>{availability.reason}</p>}
      <div className={styles.actions}>
        <Button
          kind="first"
          disabled={availability.state === "unavailable"}
          onPress={() => onPlay(title.id, document.activeElement ?? document.body, continues === "elsewhere")}
        >
          <PlayIcon />
          {continues === "elsewhere" ? home.continueHere : continues ? home.continue : home.play}
        </Button>
        <Button kind="second" pressed={pinned} onPress={() => onPin(title.id, !pinned)}>
          {pinned ? sheet.unpin : sheet.pin}
        </Button>
        <Button kind="second" label={sheet.shareTitle(title.name)} onPress={() => void onShare(title).then((became) => setCopied(became === "copied"))}>
          <ShareIcon />
        </Button>
      </div>
      <output className={styles.note}>{copied && sheet.linkCopied}</output>
      <label className={styles.field} htmlFor={folderField}>
        {sheet.folder}
        <select id={folderField} value={naming ? NEW : inFolder} onChange={(event) => choose(event.target.value)}>
          <option value={NONE}>{sheet.noFolder}</option>
          {folders.map(({ id, name }) => (
            <option key={id} value={id}>
              {name}
            </option>
          ))}
          <option value={NEW}>{sheet.newFolder}</option>
        </select>
      </label>
      {naming && (
        <NameForm
          action={sheet.make}
          initial=""
          onName={(name) => {
            setNaming(false);
            onFolder(title.id, { name });
          }}
        />
      )}
      <p className={styles.credits}>{title.credits}</p>
    </Sheet>
  );
}

type NameFormProps = { action: string; initial: string; onName: (name: string) => void };

export function NameForm({ action, initial, onName }: NameFormProps) {
  const { sheet } = useTexts();
  const [name, setName] = useState(initial);
  return (
    <form
      className={styles.form}
      onSubmit={(event) => {
        event.preventDefault();
        if (name.trim() !== "") onName(name);
      }}
    >
      <input
        aria-label={sheet.folderName}
        placeholder={sheet.folderName}
        maxLength={FOLDER_NAME_MAX}
        value={name}
        onChange={(event) => setName(event.target.value)}
      />
      <button type="submit" disabled={name.trim() === ""}>
        {action}
      </button>
    </form>
  );
}
