import type { RecentView } from "../../view-model/home-view.ts";
import { CloseIcon } from "../parts/icons.tsx";
import { PageFrame } from "../parts/PageFrame.tsx";
import { useTexts } from "../use-texts.ts";
import styles from "./Recents.module.css";

type RecentsProps = {
  recents: readonly RecentView[];
  nowMs: number;
  onPlay: (titleId: string, pressed: Element) => void;
  onForget: (titleId: string) => void;
  onBack: () => void;
};

/** The switcher: what runs or ran, as large cards to flick through. */
export function Recents({ recents, nowMs, onPlay, onForget, onBack }: RecentsProps) {
  const texts = useTexts();
  const { home } = texts;
  return (
    <PageFrame title={texts.recents.title} onBack={onBack}>
      {recents.length === 0 ? (
        <div className={styles.none}>
          <p className={styles.noneTitle}>{texts.recents.none}</p>
          <p>{texts.recents.noneHint}</p>
        </div>
      ) : (
        <ul className={styles.row}>
          {recents.map(({ title, playedAtMs, kept }) => (
            <li key={title.id} className={styles.item}>
              <button
                type="button"
                className={styles.card}
                disabled={title.availability.state === "unavailable"}
                aria-label={kept ? home.continueTitle(title.name) : home.playTitle(title.name)}
                onClick={(event) => onPlay(title.id, event.currentTarget)}
              >
                <img src={title.art.hero} alt="" decoding="async" />
              </button>
              <div className={styles.foot}>
                <p>
                  <span className={styles.name}>{title.name}</span>
                  <span className={styles.when} data-kept={kept}>
                    {kept ? texts.recents.kept : texts.recents.played(ago(playedAtMs - nowMs, texts.locale))}
                  </span>
                </p>
                <button type="button" className={styles.forget} aria-label={texts.recents.forget(title.name)} onClick={() => onForget(title.id)}>
                  <CloseIcon />
                </button>
              </div>
            </li>
          ))}
        </ul>
      )}
    </PageFrame>
  );
}

const SPANS = [
  ["day", 86_400_000],
  ["hour", 3_600_000],
  ["minute", 60_000],
] as const;

/** "3 hours ago", as the language says it; less than a minute is "now". */
export function ago(spanMs: number, locale: string): string {
  const words = new Intl.RelativeTimeFormat(locale, { numeric: "auto" });
  const [unit, unitMs] = SPANS.find(([, ms]) => Math.abs(spanMs) >= ms) ?? ["second", Infinity];
  return words.format(Math.round(spanMs / unitMs) || 0, unit);
}
