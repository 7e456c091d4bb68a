import type { CSSProperties } from "react";
import { LATENCY_STAGES, type LatencySummary } from "../../stream/latency.ts";
import type { SessionFigures } from "../../view-model/session-figures.ts";
import { useTexts } from "../use-texts.ts";
import styles from "./StatsPanel.module.css";

/** The stream in figures; the first one is what a player feels. */
export function StatsPanel({ figures }: { figures: SessionFigures }) {
  const texts = useTexts().stats;
  const { stats, latency } = figures;
  const rows: readonly (readonly [string, string])[] = [
    [texts.picture, stats ? `${stats.width}×${stats.height} · ${Math.round(stats.fps)} fps` : "–"],
    [texts.rate, stats ? rate(stats.videoKbps + stats.audioKbps) : "–"],
    [texts.roundTrip, ms(stats?.roundTripMs)],
    [texts.buffer, ms(stats?.jitterBufferMs)],
    [texts.decode, ms(stats?.decodeMs)],
    [texts.lost, stats ? `${stats.packetsLost} · ${(stats.lossShare * 100).toFixed(1)} %` : "–"],
    [texts.codec, [stats?.codec, stats?.decoder].filter(Boolean).join(" · ") || "–"],
    [texts.path, stats?.protocol?.toUpperCase() ?? "–"],
  ];
  return (
    <section className={styles.panel} aria-label={texts.title}>
      <p className={styles.caption}>{texts.clickToPhoton}</p>
      {latency ? <Latency latency={latency} /> : <p className={styles.waiting}>{texts.nothingPressed}</p>}
      <dl className={styles.rows}>
        {rows.map(([name, value]) => (
          <div key={name} className={styles.row}>
            <dt>{name}</dt>
            <dd>{value}</dd>
          </div>
        ))}
      </dl>
    </section>
  );
}

function Latency({ latency }: { latency: LatencySummary }) {
  const texts = useTexts().stats;
  const known = LATENCY_STAGES.map((stage) => [stage, latency.stages[stage]] as const).filter(
    (pair): pair is readonly [(typeof pair)[0], number] => pair[1] !== undefined,
  );
  const total = known.reduce((sum, [, value]) => sum + value, 0);
  return (
    <>
      <p className={styles.main}>
        {latency.p50Ms.toFixed(0)}
        <span> ms</span>
        <small>
          {texts.p95} {latency.p95Ms.toFixed(0)} ms
        </small>
      </p>
      <div className={styles.stages} aria-hidden="true">
        {known.map(([stage, value], i) => (
          <i key={stage} style={{ "--share": total > 0 ? value / total : 0, "--tone": i / LATENCY_STAGES.length } as CSSProperties} />
        ))}
      </div>
      <dl className={styles.rows}>
        {known.map(([stage, value]) => (
          <div key={stage} className={styles.row}>
            <dt>{texts.stages[stage]}</dt>
            <dd>{ms(value)}</dd>
          </div>
        ))}
      </dl>
    </>
  );
}

const ms = (value: number | undefined) => (value === undefined ? "–" : `${value.toFixed(1)} ms`);
const rate = (kbps: number) => (kbps >= 1000 ? `${(kbps / 1000).toFixed(1)} Mbit/s` : `${Math.round(kbps)} kbit/s`);
