import { use } from "react";
import type { CheckedNode } from "@nearframe/shared/api/checking";
import { gradeOf, mapPoint } from "../../view-model/node-board.ts";
import { landPath } from "./land.ts";
import styles from "./Nodes.module.css";

/** Degrees of the map that are left out: nobody has a node at the poles. */
const TOP = 8;
const BOTTOM = 34;
const DOT = 2.1;

/** Where nodes are, and how they do. For the eye alone: the table says the same in words. */
export function WorldMap({ nodes, label }: { nodes: readonly CheckedNode[]; label: string }) {
  const land = use(landPath());
  return (
    <svg className={styles.map} viewBox={`0 ${TOP} 360 ${180 - TOP - BOTTOM}`} role="img" aria-label={label}>
      <path className={styles.land} d={land} />
      {nodes.map(({ id, name, place, score, quarantine }) => {
        if (!place) return null;
        const { x, y } = mapPoint(place);
        return (
          <circle key={id} className={styles.dot} data-grade={quarantine ? "poor" : gradeOf(score?.overall)} cx={x} cy={y} r={DOT}>
            <title>{name}</title>
          </circle>
        );
      })}
    </svg>
  );
}
