import { useEffect, useRef } from "react";
import type { ReactNode } from "react";
import type { Chrome } from "../../view-model/chrome.ts";
import { DropIcon, FiguresIcon, FlagIcon, FriendsIcon, FullIcon, GearIcon, KeyIcon, LeaveIcon, PadIcon, PlayIcon, SoundOffIcon, SoundOnIcon, WindowIcon } from "../parts/icons.tsx";
import { useTexts } from "../use-texts.ts";
import styles from "./Menu.module.css";

export type MenuProps = {
  chrome: Chrome;
  onClose: () => void;
  onSound: () => void;
  onStats: () => void;
  onFullscreen: () => void;
  dataSaver: boolean;
  onDataSaver: () => void;
  /** Undefined where the title takes no text. */
  onTyping?: (() => void) | undefined;
  /** Undefined where there are no on-screen parts. */
  onArrangeControls?: (() => void) | undefined;
  onArrangePad: () => void;
  onFriends: () => void;
  onProblem: () => void;
  /** Keys that browsers keep, and keys that phones lack. */
  onKey: (code: string) => void;
  onLeave: () => void;
  /** What this title has beside what all have. */
  extras?: ReactNode;
};

/** A phone's own way through its screens, for titles that are phones or pages. */
const WAYS = [
  ["BrowserBack", "back"],
  ["MetaLeft", "home"],
] as const;
const KEYS = [
  ["Escape", "Esc"],
  ["Tab", "Tab"],
  ["Enter", "Enter"],
  ["Space", "Space"],
  ["F1", "F1"],
  ["F11", "F11"],
] as const;

export function Menu({ chrome, onClose, onSound, onStats, onFullscreen, dataSaver, onDataSaver, onTyping, onArrangeControls, onArrangePad, onFriends, onProblem, onKey, onLeave, extras }: MenuProps) {
  const { menu } = useTexts();
  const dialog = useRef<HTMLDialogElement>(null);
  useEffect(() => {
    const element = dialog.current;
    if (!element) return;
    element.showModal();
    // A press beside the sheet falls on the dialog itself.
    const pressBeside = (event: MouseEvent) => event.target === element && onClose();
    element.addEventListener("click", pressBeside);
    return () => {
      element.removeEventListener("click", pressBeside);
      element.close();
    };
  }, [onClose]);
  const press = (code: string) => {
    onClose();
    onKey(code);
  };
  return (
    <dialog
      ref={dialog}
      className={styles.menu}
      aria-label={menu.title}
      onCancel={(event) => {
        event.preventDefault();
        onClose();
      }}
    >
      <div className={styles.sheet}>
        <Item icon={<PlayIcon />} onPress={onClose}>
          {menu.resume}
        </Item>
        <Item icon={chrome.sound === "off" ? <SoundOffIcon /> : <SoundOnIcon />} onPress={onSound}>
          {chrome.sound === "off" ? menu.soundOff : menu.soundOn}
        </Item>
        {chrome.fullscreenOffered && (
          <Item icon={chrome.fullscreen ? <WindowIcon /> : <FullIcon />} onPress={onFullscreen}>
            {chrome.fullscreen ? menu.window : menu.fullscreen}
          </Item>
        )}
        <Item icon={<FiguresIcon />} onPress={onStats}>
          {chrome.statsOpen ? menu.statsHide : menu.statsShow}
        </Item>
        <Item icon={<DropIcon />} onPress={onDataSaver}>
          {dataSaver ? menu.dataSaverOn : menu.dataSaverOff}
        </Item>
        {onTyping && (
          <Item icon={<KeyIcon />} onPress={onTyping}>
            {menu.typing}
          </Item>
        )}
        {onArrangeControls && (
          <Item icon={<GearIcon />} onPress={onArrangeControls}>
            {menu.arrangeControls}
          </Item>
        )}
        {chrome.padCount > 0 && (
          <Item icon={<PadIcon />} onPress={onArrangePad}>
            {menu.arrangePad}
          </Item>
        )}
        <Item icon={<FriendsIcon />} onPress={onFriends}>
          {menu.friends}
        </Item>
        <Item icon={<FlagIcon />} onPress={onProblem}>
          {menu.problem}
        </Item>
        <fieldset className={styles.keys} aria-label={menu.keys}>
          {WAYS.map(([code, way]) => (
            <button key={code} type="button" className={styles.key} onClick={() => press(code)}>
              {menu[way]}
            </button>
          ))}
          {KEYS.map(([code, cap]) => (
            <button key={code} type="button" className={styles.key} onClick={() => press(code)}>
              {cap}
            </button>
          ))}
        </fieldset>
        {chrome.padCount > 0 && <p className={styles.note}>{menu.pad(chrome.padCount)}</p>}
        {extras}
        <Item icon={<LeaveIcon />} onPress={onLeave}>
          {menu.leave}
        </Item>
      </div>
    </dialog>
  );
}

type ItemProps = { icon: ReactNode; children: string; onPress: () => void };

function Item({ icon, children, onPress }: ItemProps) {
  return (
    <button type="button" className={styles.item} onClick={onPress}>
      {icon}
      {children}
    </button>
  );
}
