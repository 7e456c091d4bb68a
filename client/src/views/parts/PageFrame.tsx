import type { ReactNode } from "react";
import { useFocusMoves } from "../use-focus-moves.ts";
import { useTexts } from "../use-texts.ts";
import { BackIcon } from "./icons.tsx";
import styles from "./PageFrame.module.css";

type PageFrameProps = { title: string; onBack: () => void; children: ReactNode };

/** A page behind the home screen: its name, the way back, and what it holds. */
export function PageFrame({ title, onBack, children }: PageFrameProps) {
  const { nav } = useTexts();
  useFocusMoves(onBack);
  return (
    <div className={styles.page}>
      <header className={styles.head}>
        <button type="button" className={styles.back} aria-label={nav.back} onClick={onBack}>
          <BackIcon />
        </button>
        <h1 className={styles.title}>{title}</h1>
      </header>
      <main className={styles.main}>{children}</main>
    </div>
  );
}
