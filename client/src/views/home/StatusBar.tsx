import type { DeviceFacts } from "../../view-model/device-facts.ts";
import { BatteryIcon, LineIcon } from "../parts/icons.tsx";
import { Wordmark } from "../parts/Mark.tsx";
import { useTexts } from "../use-texts.ts";
import styles from "./StatusBar.module.css";

export type Line = "connected" | "connecting" | "offline";

/** What a phone says at its top edge: whose it is, whether it is connected, its battery. */
export function StatusBar({ line, facts }: { line: Line; facts: DeviceFacts }) {
  const { home } = useTexts();
  const { battery } = facts;
  const percent = battery && Math.round(battery.level * 100);
  return (
    <div className={styles.bar}>
      <h1 className={styles.word}>
        <Wordmark />
      </h1>
      <p className={styles.status} data-line={line}>
        <LineIcon down={line !== "connected"} />
        <span className={line === "connected" ? styles.quiet : undefined}>{home[line]}</span>
        {battery && percent !== undefined && (
          <span className={styles.battery}>
            <BatteryIcon level={battery.level} charging={battery.charging} />
            <span aria-hidden="true">{percent}</span>
            <span className={styles.quiet}>{home.battery(percent, battery.charging)}</span>
          </span>
        )}
      </p>
    </div>
  );
}
