import type { Chrome } from "../../view-model/chrome.ts";
import type { Hint, PlayView, Trouble } from "../../view-model/play-view.ts";
import { KeyIcon } from "../parts/icons.tsx";
import { Mark } from "../parts/Mark.tsx";
import { useTexts } from "../use-texts.ts";
import { Menu, type MenuProps } from "./Menu.tsx";
import styles from "./PlayChrome.module.css";
import { useHold } from "../use-hold.ts";
import { newsText } from "./news-text.ts";
import { WayBar } from "./WayBar.tsx";
import { useIdle } from "./use-idle.ts";

type PlayChromeProps = Omit<MenuProps, "chrome" | "onClose"> & {
  view: Extract<PlayView, { scene: "playing" }>;
  chrome: Chrome;
  onMenu: () => void;
  onMenuClosed: () => void;
  /** Presses these keys of the title together. */
  onWay: (codes: readonly string[]) => void;
};

/** What lies over the picture: the way to the menu, hints, and word of any trouble. */
export function PlayChrome({ view, chrome, onMenu, onMenuClosed, onWay, ...menu }: PlayChromeProps) {
  const { play, locale } = useTexts();
  const words: Record<Trouble, string> = { "media-down": play.mediaDown, "control-down": play.controlDown, moving: play.moving };
  const idle = useIdle(3_000);
  const handle = useHold<HTMLButtonElement>(() => onMenu(), menu.onStats);
  return (
    <>
      <button
        type="button"
        className={styles.handle}
        data-idle={idle && !chrome.menuOpen}
        aria-label={play.menu}
        aria-expanded={chrome.menuOpen}
        title={play.menuHint}
        {...handle}
      >
        <Mark size={22} />
      </button>
      {menu.onTyping && chrome.touching && !chrome.typing && (
        <button type="button" className={styles.typing} aria-label={play.typing} onClick={menu.onTyping}>
          <KeyIcon />
        </button>
      )}
      <output className={styles.messages}>
        {view.trouble && (
          <span className={styles.trouble}>{words[view.trouble]}</span>
        )}
        {chrome.news && <span className={styles.hint}>{newsText(chrome.news, play.news, locale)}</span>}
        {view.hints.map((hint) => (
          <HintLine key={hint} hint={hint} />
        ))}
      </output>
      {view.ways && <WayBar ways={view.ways} onWay={onWay} />}
      {chrome.menuOpen && <Menu {...menu} chrome={chrome} onClose={onMenuClosed} />}
    </>
  );
}

function HintLine({ hint }: { hint: Hint }) {
  const { play } = useTexts();
  switch (hint) {
    case "take-pointer":
      return (
        <span className={styles.hint}>
          {play.takePointer} <small>{play.takePointerHint}</small>
        </span>
      );
    case "sound-blocked":
      return <span className={styles.hint}>{play.soundBlocked}</span>;
    case "slow-decoder":
      return <span className={styles.hint}>{play.slowDecoder}</span>;
    case "was-paused":
      return <span className={styles.hint}>{play.wasPaused}</span>;
    case "no-controls":
      return <span className={styles.hint}>{play.noControls}</span>;
  }
}
