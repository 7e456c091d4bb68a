import type { CSSProperties } from "react";
import type { StatsRow, StatsView } from "../../view-model/stats-view.ts";
import { useTexts } from "../use-texts.ts";
import styles from "./StatsPanel.module.css";

/** The stream in figures; the first one is what a player feels. */
export function StatsPanel({ view }: { view: StatsView }) {
  const texts = useTexts().stats;
  const { latency } = view;
  return (
    <section className={styles.panel} aria-label={texts.title}>
      <p className={styles.caption}>{texts.clickToPhoton}</p>
      {latency ? (
        <>
          <p className={styles.main}>
            {latency.p50}
            <span> ms</span>
            <small>{latency.p95}</small>
          </p>
          <div className={styles.stages} aria-hidden="true">
            {latency.stages.map(({ name, share }, i) => (
              <i key={name} style={{ "--share": share, "--tone": i / latency.stages.length } as CSSProperties} />
            ))}
          </div>
          <Rows rows={latency.stages} />
        </>
      ) : (
        <p className={styles.waiting}>{texts.nothingPressed}</p>
      )}
      <Rows rows={view.rows} />
    </section>
  );
}

function Rows({ rows }: { rows: readonly StatsRow[] }) {
  return (
    <dl className={styles.rows}>
      {rows.map(({ name, value }) => (
        <div key={name} className={styles.row}>
          <dt>{name}</dt>
          <dd>{value}</dd>
        </div>
      ))}
    </dl>
  );
}
