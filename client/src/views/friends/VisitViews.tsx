import type { ReactNode } from "react";
import type { Visit, VisitEnd } from "../../friends/guest-transition.ts";
import type { PadLinkState } from "../../friends/pad-link.ts";
import { Button } from "../parts/Button.tsx";
import { FriendsIcon, LeaveIcon, SoundOffIcon } from "../parts/icons.tsx";
import { Wordmark } from "../parts/Mark.tsx";
import { HoldToTalk } from "./VoicePanel.tsx";
import friends from "./Friends.module.css";
import styles from "./Visit.module.css";
import { useFriendsTexts } from "./use-friends-texts.ts";

type Here = Exclude<Visit, { is: "over" }>;

export function VisitOver({ why, detail, onHome }: { why: VisitEnd; detail: string | undefined; onHome: () => void }) {
  const { visit } = useFriendsTexts();
  const { title, happened } = visit.ends[why];
  return (
    <main className={styles.over}>
      <Wordmark />
      <h1>{title}</h1>
      <p>{happened}</p>
      {detail !== undefined && <small>{detail}</small>}
      <Button kind="first" onPress={onHome}>
        {visit.home}
      </Button>
    </main>
  );
}

export type WatchFrameProps = {
  visit: Here;
  sound: "on" | "blocked";
  padCount: number;
  /** How many are heard, and are here. */
  speaking: number;
  members: number;
  holdsTalk: boolean;
  sending: boolean;
  onTouch: () => void;
  onSound: () => void;
  onTalk: () => void;
  onHold: (held: boolean) => void;
  onLeave: () => void;
  children: ReactNode;
};

/** The picture, one line about it, and the few things a visitor can do. */
export function WatchFrame(props: WatchFrameProps) {
  const { visit, sound, padCount, speaking, members, children } = props;
  const texts = useFriendsTexts();
  const { place } = visit;
  const plays = place?.pad !== undefined;
  const line = place && (visit.is === "there" ? (plays ? texts.visit.playing(place.title.name, (place.pad ?? 0) + 1) : texts.visit.watching(place.title.name)) : texts.visit[visit.is]);
  return (
    <main className={styles.watch} data-theme="dark" onPointerDown={(event) => event.pointerType === "touch" && props.onTouch()} aria-label={texts.visit.screen(place?.title.name ?? "")}>
      {children}
      <header className={styles.bar}>
        <output className={styles.line}>
          {line ?? texts.visit.joining}
          {plays && padCount === 0 && visit.is === "there" && <small>{texts.visit.noPad}</small>}
        </output>
        {sound === "blocked" && (
          <button type="button" className={styles.icon} aria-label={texts.visit.sound} onClick={props.onSound}>
            <SoundOffIcon />
          </button>
        )}
        <button type="button" className={styles.icon} data-speaking={speaking > 0} aria-label={texts.voice.open(members)} onClick={props.onTalk}>
          <FriendsIcon />
          {members > 1 && <span>{members}</span>}
        </button>
        <button type="button" className={styles.icon} aria-label={texts.visit.leave} onClick={props.onLeave}>
          <LeaveIcon />
        </button>
      </header>
      {props.holdsTalk && (
        <div className={friends.floating}>
          <HoldToTalk sending={props.sending} onHold={props.onHold} />
        </div>
      )}
    </main>
  );
}

/** A phone in both hands: the pad, and on its upper edge which way it takes and how long that is. */
export function PadFrame({ visit, way, onLeave, children }: { visit: Here; way: PadLinkState; onLeave: () => void; children: ReactNode }) {
  const { padPage, visit: words } = useFriendsTexts();
  const round = (ms: number) => Math.max(1, Math.round(ms));
  const now = way.way === "browser" ? way.browserMs : way.nodeMs;
  const other = way.way === "browser" ? way.nodeMs : way.browserMs;
  return (
    <main className={styles.padPage} data-theme="dark">
      {children}
      <header className={styles.padBar}>
        <h1>{padPage.title((visit.place?.pad ?? 0) + 1)}</h1>
        <output data-way={way.way}>
          {way.way === undefined || now === undefined ? padPage.connecting : padPage[way.way](round(now))}
          {way.way !== undefined && other !== undefined && <small>{padPage.other(round(other))}</small>}
        </output>
        <button type="button" className={styles.icon} aria-label={words.leave} onClick={onLeave}>
          <LeaveIcon />
        </button>
      </header>
      <p className={styles.turn}>{padPage.turn}</p>
    </main>
  );
}
