import { useEffect, useRef } from "react";
import type { Behavior } from "../../behavior.ts";
import { makeLatencyBars } from "../../view-model/latency-bars.ts";
import type { SessionFigures } from "../../view-model/session-figures.ts";
import { useTexts } from "../use-texts.ts";
import { drawLatency } from "./draw-latency.ts";
import styles from "./StatsPanel.module.css";

/** The last minute, stage by stage. React places the canvas; what is on it goes past React. */
export function LatencyGraph({ figures }: { figures: Behavior<SessionFigures> }) {
  const { graph } = useTexts().stats;
  const canvas = useRef<HTMLCanvasElement>(null);
  useEffect(() => {
    const element = canvas.current;
    const brush = element?.getContext("2d");
    if (!element || !brush) return;
    const ratio = Math.min(2, window.devicePixelRatio);
    const { width, height } = element.getBoundingClientRect();
    element.width = width * ratio;
    element.height = height * ratio;
    brush.scale(ratio, ratio);
    const draw = () => {
      const { history } = figures.value;
      drawLatency(brush as Parameters<typeof drawLatency>[0], makeLatencyBars(history, history.at(-1)?.atMs ?? 0), { width, height });
    };
    draw();
    return figures.subscribe(draw);
  }, [figures]);
  return (
    <figure className={styles.figure} aria-label={graph}>
      <canvas ref={canvas} className={styles.graph} aria-hidden="true" />
    </figure>
  );
}
