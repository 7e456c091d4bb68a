import type { CSSProperties } from "react";
import type { PublicTitle } from "@nearframe/shared/api/titles";
import { handsFor } from "../../view-model/home-view.ts";
import { Button } from "../parts/Button.tsx";
import { PlayIcon } from "../parts/icons.tsx";
import { useTexts } from "../use-texts.ts";
import styles from "./Hero.module.css";

type HeroProps = { title: PublicTitle; continues: boolean; onPlay: (titleId: string) => void };

/** The title that is looked at, large. A new one fades in over the last. */
export function Hero({ title, continues, onPlay }: HeroProps) {
  const { home, hands } = useTexts();
  const { availability } = title;
  return (
    <section className={styles.hero} style={{ "--accent": title.art.accent } as CSSProperties} aria-label={home.featured}>
      <img key={title.id} className={styles.art} src={title.art.hero} alt="" fetchPriority="high" />
      <div className={styles.words} key={`${title.id} words`}>
        <h1 className={styles.name}>{title.name}</h1>
        <p className={styles.summary}>{continues ? home.continueHint : title.summary}</p>
        <div className={styles.actions}>
          <Button
            kind="first"
            label={continues ? home.continueTitle(title.name) : home.playTitle(title.name)}
            disabled={availability.state === "unavailable"}
            onPress={() => onPlay(title.id)}
          >
            <PlayIcon />
            {continues ? home.continue : home.play}
          </Button>
          <p className={styles.facts}>
            <span>{home.by(title.publisher)}</span>
            <span>{home.picture(title.size.height, title.fps)}</span>
            <span>{handsFor(title.input).map((hand) => hands[hand]).join(", ")}</span>
          </p>
        </div>
        {availability.state === "unavailable" && <p className={styles.note}>{availability.reason}</p>}
        {availability.state === "busy" && <p className={styles.note}>{home.busy}</p>}
      </div>
    </section>
  );
}
