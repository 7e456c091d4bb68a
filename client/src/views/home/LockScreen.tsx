import { useEffect, useRef, type CSSProperties, type PointerEvent } from "react";
import type { DeviceFacts } from "../../view-model/device-facts.ts";
import type { LockView } from "../../view-model/home-view.ts";
import { useTexts } from "../use-texts.ts";
import { Clock } from "./Clock.tsx";
import styles from "./LockScreen.module.css";
import { ResumeCard } from "./ResumeCard.tsx";
import { SavesCard } from "./SavesCard.tsx";
import { StatusBar, type Line } from "./StatusBar.tsx";

type LockScreenProps = {
  view: LockView;
  line: Line;
  facts: DeviceFacts;
  now?: Date;
  onOpen: () => void;
  onPlay: (titleId: string, pressed: Element, takesOver?: boolean) => void;
  onSaves: (titleId: string) => void;
};

/** A thumb's way; less is a press that slipped. */
const SWIPE_PX = 60;

/** What a phone shows before it is opened: the time, and what waits. A swipe, a press below or any key opens it. */
export function LockScreen({ view, line, facts, now, onOpen, onPlay, onSaves }: LockScreenProps) {
  const { lock, home } = useTexts();
  const page = useRef<HTMLElement>(null);
  const begunY = useRef<number>(undefined);
  useEffect(() => {
    const press = ({ key, ctrlKey, altKey, metaKey }: KeyboardEvent) => {
      // Tab goes through what waits, and Enter is a button's.
      const others = key === "Tab" || key === "Enter" || key === "Shift" || ctrlKey || altKey || metaKey;
      if (!others || (key === "Enter" && document.activeElement === document.body)) onOpen();
    };
    window.addEventListener("keydown", press);
    return () => window.removeEventListener("keydown", press);
  }, [onOpen]);
  const lift = (y: number) => page.current?.style.setProperty("--lift", `${Math.min(0, y)}px`);
  const move = ({ clientY }: PointerEvent) => begunY.current !== undefined && lift(clientY - begunY.current);
  const end = ({ clientY }: PointerEvent) => {
    const from = begunY.current;
    begunY.current = undefined;
    lift(0);
    if (from !== undefined && from - clientY >= SWIPE_PX) onOpen();
  };
  return (
    <main
      ref={page}
      className={styles.page}
      data-theme="dark"
      style={view.wallpaper && ({ "--accent": view.wallpaper.accent } as CSSProperties)}
      onPointerDown={({ clientY }) => void (begunY.current = clientY)}
      onPointerMove={move}
      onPointerUp={end}
      onPointerCancel={() => (begunY.current = undefined, lift(0))}
    >
      {view.wallpaper && <img className={styles.art} src={view.wallpaper.hero} alt="" draggable={false} fetchPriority="high" />}
      <div className={styles.bar}>
        <StatusBar line={line} facts={facts} />
      </div>
      <div className={styles.lifted}>
        <section className={styles.clock} aria-label={home.clock}>
          <Clock large {...(now ? { now } : {})} />
        </section>
        <section className={styles.waiting} aria-label={lock.waiting}>
          {view.resume && <ResumeCard resume={view.resume} onPlay={onPlay} />}
          {view.parted.map((title) => (
            <SavesCard key={title.id} title={title} onOpen={onSaves} />
          ))}
        </section>
        <button type="button" className={styles.open} onClick={onOpen}>
          <span className={styles.grip} aria-hidden="true" />
          {lock.open}
        </button>
      </div>
    </main>
  );
}
