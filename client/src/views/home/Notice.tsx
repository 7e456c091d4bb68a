import { Button } from "../parts/Button.tsx";
import { useTexts } from "../use-texts.ts";
import styles from "./Notice.module.css";

/** The page of titles while there are none to show. */
export function Notice({ is, onRetry }: { is: "loading" | "unreachable" | "empty"; onRetry: () => void }) {
  const { home } = useTexts();
  if (is === "loading") {
    return (
      <output className={styles.notice}>
        <span className={styles.pulse} aria-hidden="true" />
        <span className={styles.hint}>{home.loading}</span>
      </output>
    );
  }
  return (
    <div className={styles.notice} role="alert">
      <h1 className={styles.title}>{is === "empty" ? home.empty : home.unreachable}</h1>
      <p className={styles.hint}>{is === "empty" ? home.emptyHint : home.unreachableHint}</p>
      <Button kind="first" onPress={onRetry}>
        {home.retry}
      </Button>
    </div>
  );
}
