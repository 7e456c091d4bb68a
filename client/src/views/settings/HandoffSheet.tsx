import { useEffect, useState } from "react";
import type { HandoffState } from "../../view-model/handoff.ts";
import { QrCode } from "../friends/QrCode.tsx";
import { Button } from "../parts/Button.tsx";
import { Sheet } from "../parts/Sheet.tsx";
import { useTexts } from "../use-texts.ts";
import styles from "./Handoff.module.css";

type HandoffSheetProps = {
  state: HandoffState;
  /** Where the other device types it, as people read addresses; and with the code in it, for a camera. */
  address: string;
  linkOf: (code: string) => string;
  nowMs: () => number;
  onAgain: () => void;
  onShare: (code: string) => void;
  onClose: () => void;
};

/** The code that makes another device this player's. */
export function HandoffSheet({ state, address, linkOf, nowMs, onAgain, onShare, onClose }: HandoffSheetProps) {
  const { handoff } = useTexts();
  const secondsLeft = useSecondsUntil(state.is === "ready" ? state.untilMs : 0, nowMs);
  const ready = state.is === "ready" && secondsLeft > 0 ? state : undefined;
  return (
    <Sheet label={handoff.title} onClose={onClose}>
      <h1 className={styles.title}>{handoff.title}</h1>
      <p className={styles.hint}>{handoff.hint}</p>
      {ready && (
        <div className={styles.scan}>
          <QrCode text={linkOf(ready.code)} label={handoff.scan} />
        </div>
      )}
      <p className={styles.address}>{address}</p>
      {ready && (
        <p className={styles.code}>
          <span className={styles.quiet}>{handoff.code}: </span>
          {ready.code.slice(0, 4)}&#8202;-&#8202;{ready.code.slice(4)}
        </p>
      )}
      <output className={styles.hint}>
        {ready && handoff.life(secondsLeft)}
        {state.is === "ready" && !ready && handoff.expired}
        {state.is === "failed" && handoff.failed}
      </output>
      <div className={styles.actions}>
        {ready ? (
          <Button kind="first" onPress={() => onShare(ready.code)}>
            {handoff.share}
          </Button>
        ) : (
          <Button kind="first" disabled={state.is === "asking"} onPress={onAgain}>
            {handoff.again}
          </Button>
        )}
      </div>
    </Sheet>
  );
}

function useSecondsUntil(untilMs: number, nowMs: () => number): number {
  const left = () => Math.max(0, Math.ceil((untilMs - nowMs()) / 1_000));
  const [seconds, setSeconds] = useState(left);
  useEffect(() => {
    const tell = () => setSeconds(Math.max(0, Math.ceil((untilMs - nowMs()) / 1_000)));
    tell();
    const timer = setInterval(tell, 1_000);
    return () => clearInterval(timer);
  }, [untilMs, nowMs]);
  return seconds;
}
