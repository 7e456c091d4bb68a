import type { CSSProperties } from "react";
import type { PublicTitle } from "@nearframe/shared/api/titles";
import { useTexts } from "../use-texts.ts";
import styles from "./Cover.module.css";

export function Cover({ title, onPlay }: { title: PublicTitle; onPlay: (titleId: string) => void }) {
  const { home, categories } = useTexts();
  const { availability } = title;
  const unavailable = availability.state === "unavailable";
  return (
    <button
      type="button"
      className={styles.cover}
      style={{ "--accent": title.art.accent } as CSSProperties}
      onClick={() => onPlay(title.id)}
      disabled={unavailable}
      aria-label={home.playTitle(title.name)}
      aria-describedby={`about-${title.id}`}
    >
      <span className={styles.frame}>
        <img className={styles.art} src={title.art.cover} alt="" loading="lazy" decoding="async" />
      </span>
      <span className={styles.name}>{title.name}</span>
      <span className={styles.about} id={`about-${title.id}`}>
        {unavailable ? availability.reason : availability.state === "busy" ? home.busy : categories[title.category]}
      </span>
    </button>
  );
}
