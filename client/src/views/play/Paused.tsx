import type { PauseReason } from "@nearframe/shared/protocol/session-control";
import { useTexts } from "../use-texts.ts";
import styles from "./Paused.module.css";

/** The whole picture is the button: whoever comes back touches anywhere. */
export function Paused({ why, onWake }: { why: PauseReason; onWake: () => void }) {
  const { paused } = useTexts().play;
  return (
    <button type="button" className={styles.paused} onClick={onWake}>
      <strong>{paused.title}</strong>
      <span>{paused.why[why]}</span>
      <span className={styles.go}>{paused.goOn}</span>
    </button>
  );
}
