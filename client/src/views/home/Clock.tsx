import { useEffect, useState } from "react";
import { useTexts } from "../use-texts.ts";
import styles from "./Clock.module.css";

const MINUTE_MS = 60_000;

/** The time as a phone has it. Turns with the minute, not with a timer of its own. */
export function Clock({ now, large = false }: { now?: Date; large?: boolean }) {
  const { locale } = useTexts();
  const [shown, setShown] = useState(() => now ?? new Date());
  useEffect(() => {
    if (now) return;
    let timer: ReturnType<typeof setTimeout>;
    const turn = () => {
      const date = new Date();
      setShown(date);
      timer = setTimeout(turn, MINUTE_MS - (date.getTime() % MINUTE_MS));
    };
    turn();
    return () => clearTimeout(timer);
  }, [now]);
  return (
    <time className={styles.clock} data-large={large} dateTime={shown.toISOString()}>
      <span className={styles.time}>
        {new Intl.DateTimeFormat(locale, { hour: "2-digit", minute: "2-digit", hourCycle: "h23" }).format(shown)}
      </span>
      <span className={styles.date}>
        {new Intl.DateTimeFormat(locale, { weekday: "long", day: "numeric", month: "long" }).format(shown)}
      </span>
    </time>
  );
}
