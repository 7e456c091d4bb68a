import { useId } from "react";
import styles from "./Settings.module.css";

type SwitchProps = { label: string; hint: string; on: boolean; onSwitch: (on: boolean) => void };

export function Switch({ label, hint, on, onSwitch }: SwitchProps) {
  const id = useId();
  return (
    <label className={styles.line} htmlFor={id}>
      <span>
        {label}
        <small id={`${id}-hint`}>{hint}</small>
      </span>
      <input
        id={id}
        type="checkbox"
        role="switch"
        className={styles.switch}
        checked={on}
        aria-checked={on}
        aria-label={label}
        aria-describedby={`${id}-hint`}
        onChange={(event) => onSwitch(event.target.checked)}
      />
    </label>
  );
}
