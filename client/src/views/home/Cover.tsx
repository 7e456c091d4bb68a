import type { CSSProperties } from "react";
import type { PublicTitle } from "@nearframe/shared/api/titles";
import { useTexts } from "../use-texts.ts";
import styles from "./Cover.module.css";

type CoverProps = {
  title: PublicTitle;
  onPlay: (titleId: string) => void;
  /** A mouse rests on it, or the keyboard came to it. */
  onLookAt: (titleId: string) => void;
};

export function Cover({ title, onPlay, onLookAt }: CoverProps) {
  const { home, categories } = useTexts();
  const { availability } = title;
  const unavailable = availability.state === "unavailable";
  const aboutId = `about-${title.id}`;
  return (
    <>
      <button
        type="button"
        className={styles.cover}
        style={{ "--accent": title.art.accent } as CSSProperties}
        onClick={() => onPlay(title.id)}
        onPointerEnter={(event) => event.pointerType === "mouse" && onLookAt(title.id)}
        onFocus={() => onLookAt(title.id)}
        disabled={unavailable}
        aria-label={home.playTitle(title.name)}
        aria-describedby={aboutId}
      >
        <span className={styles.frame}>
          <img className={styles.art} src={title.art.cover} alt="" loading="lazy" decoding="async" />
        </span>
        <span className={styles.name}>{title.name}</span>
      </button>
      <p className={styles.about} id={aboutId}>
        {unavailable ? availability.reason : availability.state === "busy" ? home.busy : categories[title.category]}
      </p>
    </>
  );
}
