import { useRef, type PointerEvent, type ReactNode } from "react";
import { WAYS, type Way, type Ways } from "@nearframe/shared/title/ways";
import { wayOfStroke } from "../../input/way-stroke.ts";
import { BackIcon, HomeIcon, RecentsIcon } from "../parts/icons.tsx";
import { useTexts } from "../use-texts.ts";
import styles from "./WayBar.module.css";

const ICONS: Record<Way, () => ReactNode> = { back: BackIcon, home: HomeIcon, recents: RecentsIcon };

/** The bar that a phone has at its lower edge, for the phone in the picture: pressed or stroked. */
export function WayBar({ ways, onWay }: { ways: Ways; onWay: (codes: readonly string[]) => void }) {
  const { play } = useTexts();
  const begun = useRef<{ x: number; y: number; atMs: number }>(undefined);
  const stroked = useRef(false);
  const go = (way: Way | undefined) => {
    const codes = way && ways[way];
    if (codes) onWay(codes);
    return codes !== undefined;
  };
  // A finger is held by what it came down on, so its end is told here wherever it is.
  const begin = ({ clientX, clientY, timeStamp }: PointerEvent) => {
    begun.current = { x: clientX, y: clientY, atMs: timeStamp };
    stroked.current = false;
  };
  const end = ({ clientX, clientY, timeStamp }: PointerEvent) => {
    const from = begun.current;
    begun.current = undefined;
    if (from) stroked.current = go(wayOfStroke({ dx: clientX - from.x, dy: clientY - from.y, heldMs: timeStamp - from.atMs }));
  };
  return (
    <nav className={styles.bar} aria-label={play.ways.bar} onPointerDown={begin} onPointerUp={end}>
      {WAYS.map((way) => {
        const Glyph = ICONS[way];
        return (
          ways[way] && (
            <button key={way} type="button" className={styles.way} aria-label={play.ways[way]} onClick={() => stroked.current || go(way)}>
              <Glyph />
            </button>
          )
        );
      })}
    </nav>
  );
}
