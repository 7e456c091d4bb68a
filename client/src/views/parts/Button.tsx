import type { ReactNode } from "react";
import styles from "./Button.module.css";

type ButtonProps = {
  kind: "first" | "second" | "quiet";
  onPress: () => void;
  children: ReactNode;
  label?: string;
  pressed?: boolean;
  disabled?: boolean;
};

export function Button({ kind, onPress, children, label, pressed, disabled }: ButtonProps) {
  return (
    <button
      type="button"
      className={`${styles.button} ${styles[kind]}`}
      onClick={onPress}
      disabled={disabled}
      aria-label={label}
      aria-pressed={pressed}
    >
      {children}
    </button>
  );
}
