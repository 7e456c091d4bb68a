import type { PublicTitle } from "@nearframe/shared/api/titles";
import styles from "./Arriving.module.css";

/** Held up while the player's part of the page arrives: the title's picture, nothing that would have to move. */
export function Arriving({ title }: { title: PublicTitle | undefined }) {
  return (
    <main className={styles.page} aria-busy="true" data-theme="dark">
      {title && <img className={styles.art} src={title.art.hero} alt="" />}
    </main>
  );
}
