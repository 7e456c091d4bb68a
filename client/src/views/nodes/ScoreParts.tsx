import type { CheckedNode } from "@nearframe/shared/api/checking";
import { gradeOf, hasLine, SCORE_PARTS, trendPath, type ScorePart } from "../../view-model/node-board.ts";
import type { NodeTexts } from "../../texts/node-texts.ts";
import styles from "./Nodes.module.css";

const percent = (score: number) => Math.round(score * 100);
const DAYS = 30;

/** The score as a number and its colour; the number says all that the colour does. */
export function Score({ value, none }: { value: number | undefined; none: string }) {
  return value === undefined ? (
    <span className={styles.noScore}>{none}</span>
  ) : (
    <span className={styles.score} data-grade={gradeOf(value)}>
      {percent(value)}
    </span>
  );
}

export function Meter({ name, value, meaning }: { name: string; value: number; meaning: string }) {
  return (
    <div className={styles.meter}>
      <p className={styles.meterName}>
        <span>{name}</span>
        <span className={styles.meterValue}>{percent(value)}</span>
      </p>
      <div className={styles.bar} aria-hidden="true">
        <div className={styles.fill} data-grade={gradeOf(value)} style={{ inlineSize: `${percent(value)}%` }} />
      </div>
      <p className={styles.meaning}>{meaning}</p>
    </div>
  );
}

const SPARK = { width: 96, height: 24, days: DAYS };

export function Sparkline({ trend, label }: { trend: CheckedNode["trend"]; label: string }) {
  if (!hasLine(trend)) return null;
  return (
    <svg className={styles.spark} viewBox={`-1 -1 ${SPARK.width + 2} ${SPARK.height + 2}`} role="img" aria-label={label}>
      <path d={trendPath(trend, "overall", SPARK)} />
    </svg>
  );
}

const PLOT = { width: 600, height: 140, days: DAYS };
const LINES: readonly ScorePart[] = [...SCORE_PARTS, "overall"];

export function TrendPlot({ trend, texts, label }: { trend: CheckedNode["trend"]; texts: NodeTexts; label: string }) {
  if (!hasLine(trend)) return null;
  return (
    <figure className={styles.plot}>
      <svg viewBox={`0 -10 ${PLOT.width + 34} ${PLOT.height + 20}`} role="img" aria-label={label}>
        {[0, 0.5, 1].map((value) => (
          <g key={value}>
            <line className={styles.grid} x1={0} x2={PLOT.width} y1={(1 - value) * PLOT.height} y2={(1 - value) * PLOT.height} />
            <text className={styles.axis} x={PLOT.width + 6} y={(1 - value) * PLOT.height + 4}>
              {percent(value)}
            </text>
          </g>
        ))}
        {LINES.map((part) => (
          <path key={part} className={styles.line} data-part={part} d={trendPath(trend, part, PLOT)} />
        ))}
      </svg>
      <figcaption className={styles.legend}>
        {LINES.map((part) => (
          <span key={part} data-part={part}>
            {texts.scores[part]}
          </span>
        ))}
      </figcaption>
    </figure>
  );
}
