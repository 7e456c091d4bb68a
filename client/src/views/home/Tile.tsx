import { useId, type CSSProperties } from "react";
import type { PublicTitle } from "@nearframe/shared/api/titles";
import type { FolderView } from "../../view-model/home-view.ts";
import { useHold } from "../use-hold.ts";
import { useTexts } from "../use-texts.ts";
import styles from "./Tile.module.css";

export type TileCalls = {
  /** `pressed` is what grows into the stream. */
  onPlay: (titleId: string, pressed: Element) => void;
  /** Held, or asked for by the mouse's second button or the menu key. */
  onAbout: (titleId: string) => void;
  /** A mouse rests on it, or the keyboard came to it. */
  onLookAt: (titleId: string) => void;
};

type TileProps = TileCalls & { title: PublicTitle; bare?: boolean };

/** A title as an app: pressed it opens, held it tells about itself. `bare` has no name below it, as in a dock. */
export function Tile({ title, onPlay, onAbout, onLookAt, bare = false }: TileProps) {
  const { home } = useTexts();
  const noteId = useId();
  const { state } = title.availability;
  const note = state === "busy" ? home.busy : state === "unavailable" ? home.unavailable : undefined;
  const hands = useHold<HTMLButtonElement>(
    (element) => (state === "unavailable" ? onAbout(title.id) : onPlay(title.id, element)),
    () => onAbout(title.id),
  );
  return (
    <button
      type="button"
      className={styles.tile}
      style={{ "--accent": title.art.accent } as CSSProperties}
      data-state={state}
      {...hands}
      onPointerEnter={(event) => event.pointerType === "mouse" && onLookAt(title.id)}
      onFocus={() => onLookAt(title.id)}
      aria-label={home.playTitle(title.name)}
      aria-describedby={note === undefined ? undefined : noteId}
    >
      <span className={styles.icon}>
        <TitleIcon art={title.art} />
      </span>
      {!bare && <span className={styles.name}>{title.name}</span>}
      {note !== undefined && (
        <span id={noteId} hidden>
          {note}
        </span>
      )}
    </button>
  );
}

/** The title's own icon; a cover without one is cropped. */
export const TitleIcon = ({ art, className }: { art: PublicTitle["art"]; className?: string | undefined }) => (
  <img className={className} data-cropped={art.icon === undefined} src={art.icon ?? art.cover} alt="" loading="lazy" decoding="async" draggable={false} />
);

export function FolderTile({ folder, onOpen }: { folder: FolderView; onOpen: (folderId: string) => void }) {
  const { home } = useTexts();
  return (
    <button
      type="button"
      className={styles.tile}
      onClick={() => onOpen(folder.id)}
      aria-haspopup="dialog"
      aria-label={home.folder(folder.name, folder.titles.length)}
    >
      <span className={`${styles.icon} ${styles.folder}`}>
        {folder.titles.slice(0, 4).map((title) => (
          <TitleIcon key={title.id} art={title.art} />
        ))}
      </span>
      <span className={styles.name}>{folder.name}</span>
    </button>
  );
}
