import type { CSSProperties } from "react";
import type { PublicTitle } from "@nearframe/shared/api/titles";
import { handsFor } from "../../view-model/home-view.ts";
import { Button } from "../parts/Button.tsx";
import { PlayIcon } from "../parts/icons.tsx";
import { useTexts } from "../use-texts.ts";
import styles from "./Hero.module.css";

type HeroProps = {
  title: PublicTitle;
  continues: false | "kept" | "elsewhere";
  onPlay: (titleId: string, pressed: Element, takesOver?: boolean) => void;
  onAbout: (titleId: string) => void;
};

/** The title that is looked at, in words, on a screen with room for them. */
export function Hero({ title, continues, onPlay, onAbout }: HeroProps) {
  const { home, hands, nav } = useTexts();
  const { availability } = title;
  return (
    <section className={styles.hero} style={{ "--accent": title.art.accent } as CSSProperties} aria-label={home.featured}>
      <div className={styles.words} key={title.id}>
        <h2 className={styles.name}>{title.name}</h2>
        <p className={styles.summary}>{continues === "elsewhere" ? home.elsewhereHint : continues ? home.continueHint : title.summary}</p>
        <p className={styles.facts}>
          <span>{home.by(title.publisher)}</span>
          <span>{home.picture(title.size.height, title.fps)}</span>
          <span>{handsFor(title.input).map((hand) => hands[hand]).join(", ")}</span>
        </p>
        {availability.state === "unavailable" && <p className={styles.note}>{availability.reason}</p>}
        {availability.state === "busy" && <p className={styles.note}>{home.busy}</p>}
        <div className={styles.actions}>
          <Button
            kind="first"
            label={continues === "elsewhere" ? home.continueHereTitle(title.name) : continues ? home.continueTitle(title.name) : home.playTitle(title.name)}
            disabled={availability.state === "unavailable"}
            onPress={() => onPlay(title.id, document.body, continues === "elsewhere")}
          >
            <PlayIcon />
            {continues === "elsewhere" ? home.continueHere : continues ? home.continue : home.play}
          </Button>
          <Button kind="second" label={home.about(title.name)} onPress={() => onAbout(title.id)}>
            {nav.more}
          </Button>
        </div>
      </div>
    </section>
  );
}
