import type { CSSProperties } from "react";
import type { TouchControl } from "@nearframe/shared/title/manifest";
import styles from "./TouchControls.module.css";

/** Drawings only: fingers are felt by the surface below, and `--dx`, `--dy` and `data-pressed` are set from there. */
export function TouchControls({ controls }: { controls: readonly TouchControl[] }) {
  return controls.map((control, part) => (
    <div
      key={part}
      className={`${styles.part} ${styles[control.kind]}`}
      data-part={part}
      style={
        {
          "--x": control.x, "--y": control.y, "--size": control.size, "--letters": control.label?.length ?? 1,
        } as CSSProperties
      }
    >
      {control.kind === "stick" && <span className={styles.knob} />}
      {control.label !== undefined && <span className={styles.label}>{control.label}</span>}
    </div>
  ));
}
