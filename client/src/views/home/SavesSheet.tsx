import { useId, useState } from "react";
import type { PublicTitle } from "@nearframe/shared/api/titles";
import type { SaveOption } from "../../view-model/save-choices.ts";
import { Button } from "../parts/Button.tsx";
import { Sheet } from "../parts/Sheet.tsx";
import { useTexts } from "../use-texts.ts";
import styles from "./SavesSheet.module.css";

type SavesSheetProps = {
  title: Pick<PublicTitle, "name" | "art">;
  options: readonly SaveOption[];
  /** Rejects when the server did not take it. */
  onChoose: (saveId: string) => Promise<void>;
  onLater: () => void;
  onClose: () => void;
};

/** Two saves of one title: from which to go on. The other stays, as an older one. */
export function SavesSheet({ title, options, onChoose, onLater, onClose }: SavesSheetProps) {
  const { saves, locale } = useTexts();
  const [chosen, setChosen] = useState<string>();
  const [state, setState] = useState<"asking" | "sending" | "failed">("asking");
  const name = useId();
  const when = new Intl.DateTimeFormat(locale, { weekday: "short", day: "numeric", month: "short", hour: "2-digit", minute: "2-digit", hourCycle: "h23" });
  const send = (saveId: string) => {
    setState("sending");
    onChoose(saveId).catch(() => setState("failed"));
  };
  return (
    <Sheet label={saves.title(title.name)} onClose={onClose}>
      <h1 className={styles.title}>{saves.title(title.name)}</h1>
      <p className={styles.hint}>{saves.hint}</p>
      <fieldset className={styles.options} aria-label={saves.title(title.name)}>
        {options.map(({ saveId, takenAtMs, occasion, megabytes, newest, standing }) => (
          <label key={saveId} className={styles.option}>
            <input type="radio" name={name} checked={saveId === chosen} onChange={() => setChosen(saveId)} />
            <span className={styles.when}>{when.format(takenAtMs)}</span>
            {newest && <span className={styles.newest}>{saves.newest}</span>}
            <small>
              {saves.occasions[occasion]} · {megabytes.toFixed(1)} MB
            </small>
            <small>{saves.standings[standing]}</small>
          </label>
        ))}
      </fieldset>
      {state === "failed" && (
        <p className={styles.failed} role="alert">
          {saves.failed}
        </p>
      )}
      <div className={styles.actions}>
        <Button kind="first" disabled={chosen === undefined || state === "sending"} onPress={() => chosen !== undefined && send(chosen)}>
          {saves.choose}
        </Button>
        <Button kind="second" onPress={onLater}>
          {saves.later}
        </Button>
      </div>
    </Sheet>
  );
}
