import { useId, type CSSProperties } from "react";
import type { Resume } from "../../view-model/home-view.ts";
import { PlayIcon } from "../parts/icons.tsx";
import { useTexts } from "../use-texts.ts";
import styles from "./ResumeCard.module.css";

type ResumeCardProps = { resume: Resume; onPlay: (titleId: string, pressed: Element, takesOver?: boolean) => void };

/** Where the player stopped, one press away. */
export function ResumeCard({ resume: { title, kept, elsewhere }, onPlay }: ResumeCardProps) {
  const { home } = useTexts();
  const hintId = useId();
  return (
    <button
      type="button"
      className={styles.card}
      style={{ "--accent": title.art.accent } as CSSProperties}
      aria-label={elsewhere ? home.continueHereTitle(title.name) : home.continueTitle(title.name)}
      aria-describedby={hintId}
      onClick={(event) => onPlay(title.id, event.currentTarget, elsewhere)}
    >
      <img className={styles.art} src={title.art.hero} alt="" fetchPriority="high" />
      <span className={styles.words}>
        <span className={styles.hint} id={hintId} data-kept={kept}>
          {elsewhere ? home.elsewhereHint : kept ? home.continueHint : home.playedLast}
        </span>
        <span className={styles.name}>{title.name}</span>
      </span>
      <span className={styles.play}>
        <PlayIcon />
      </span>
    </button>
  );
}
