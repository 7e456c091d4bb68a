import type { PublicTitle } from "@nearframe/shared/api/titles";
import { useTexts } from "../use-texts.ts";
import { TitleIcon } from "./Tile.tsx";
import styles from "./SavesCard.module.css";

/** A title with two saves waits for a choice. */
export function SavesCard({ title, onOpen }: { title: PublicTitle; onOpen: (titleId: string) => void }) {
  const { saves } = useTexts();
  return (
    <button type="button" className={styles.card} aria-haspopup="dialog" onClick={() => onOpen(title.id)}>
      <TitleIcon className={styles.icon} art={title.art} />
      <span className={styles.title}>{saves.title(title.name)}</span>
      <span className={styles.hint}>{saves.waiting}</span>
    </button>
  );
}
