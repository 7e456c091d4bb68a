import type { CSSProperties } from "react";
import type { TouchControl } from "@nearframe/shared/title/manifest";
import styles from "./TouchControls.module.css";

type TouchControlsProps = { controls: readonly TouchControl[]; opacity?: number };

/** Drawings only: fingers are felt by the surface below, and `--dx`, `--dy` and `data-pressed` are set from there. */
export function TouchControls({ controls, opacity = 1 }: TouchControlsProps) {
  return controls.map((control, part) => (
    <div key={part} className={partClass(control)} data-part={part} style={{ ...placeOf(control), opacity }}>
      <PartFace control={control} />
    </div>
  ));
}

export const partClass = ({ kind }: TouchControl) => `${styles.part} ${styles[kind]}`;

/** Where and how large, for `TouchControls.module.css`. */
export const placeOf = ({ x, y, size, label }: TouchControl) =>
  ({ "--x": x, "--y": y, "--size": size, "--letters": label?.length ?? 1 }) as CSSProperties;

export function PartFace({ control }: { control: TouchControl }) {
  return (
    <>
      {control.kind === "stick" && <span className={styles.knob} />}
      {control.kind === "dpad" && (
        <svg className={styles.cross} viewBox="0 0 100 100" aria-hidden="true">
          <path d="M36 4h28v32h32v28H64v32H36V64H4V36h32z" />
          <path className={styles.arrows} d="M50 12l8 11H42zM50 88l8-11H42zM12 50l11-8v16zM88 50l-11-8v16z" />
        </svg>
      )}
      {control.kind === "gyro" && (
        <svg className={styles.glyph} viewBox="0 0 24 24" aria-hidden="true">
          <path d="M9 4h6v16H9zM5 8c-2 2.5-2 5.5 0 8M19 8c2 2.5 2 5.5 0 8" />
        </svg>
      )}
      {control.label !== undefined && <span className={styles.label}>{control.label}</span>}
    </>
  );
}
