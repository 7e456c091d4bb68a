import styles from "./Mark.module.css";

/** A frame's two corners, and what is near: inside it, off centre, towards you. */
export function Mark({ size = 28 }: { size?: number }) {
  return (
    <svg className={styles.mark} width={size} height={size} viewBox="0 0 24 24" aria-hidden="true">
      <path className={styles.corners} d="M2.5 9.5v-7h7M21.5 14.5v7h-7" />
      <path className={styles.near} d="M9 9h9v9H9z" />
    </svg>
  );
}

export function Wordmark() {
  return (
    <span className={styles.word}>
      <Mark />
      nearframe
    </span>
  );
}
