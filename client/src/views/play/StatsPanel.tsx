import type { CSSProperties, ReactNode } from "react";
import type { StatsRow, StatsView } from "../../view-model/stats-view.ts";
import { useTexts } from "../use-texts.ts";
import styles from "./StatsPanel.module.css";

/** The stream in figures; the first one is what a player feels. */
export function StatsPanel({ view, graph }: { view: StatsView; graph?: ReactNode }) {
  const texts = useTexts().stats;
  const { latency } = view;
  return (
    <section className={styles.panel} aria-label={texts.title}>
      <p className={styles.verdict} data-verdict={view.verdict.is}>
        {view.verdict.words}
      </p>
      <p className={styles.caption}>{texts.clickToPhoton}</p>
      {latency ? (
        <>
          <p className={styles.main}>
            {latency.p50}
            <span> ms</span>
            <small>
              {latency.p95}
              <br />
              {latency.p99}
            </small>
          </p>
          {graph}
          <div className={styles.stages} aria-hidden="true">
            {latency.stages.map(({ name, share, color }) => (
              <i key={name} style={{ "--share": share, "--color": color } as CSSProperties} />
            ))}
          </div>
          <Rows rows={latency.stages} legend />
        </>
      ) : (
        <>
          <p className={styles.waiting}>{texts.nothingPressed}</p>
          {graph}
        </>
      )}
      {view.quality && (
        <p className={styles.quality} data-band={view.quality.band}>
          {view.quality.words}
        </p>
      )}
      <Rows rows={view.rows} />
    </section>
  );
}

type Row = StatsRow & { color?: string };

function Rows({ rows, legend = false }: { rows: readonly Row[]; legend?: boolean }) {
  return (
    <dl className={styles.rows} data-legend={legend}>
      {rows.map(({ name, value, color }) => (
        <div key={name} className={styles.row}>
          <dt style={{ "--color": color } as CSSProperties}>{name}</dt>
          <dd>{value}</dd>
        </div>
      ))}
    </dl>
  );
}
