// One visit to the play page: joins a session to a stage (video, sound, hands) and
// to what is shown. Knows no React; the page mounts it and hands it the stage.

import type { Scope } from "@nearframe/shared/lifetime";
import type { PlayerToNode } from "@nearframe/shared/protocol/session-control";
import type { PadState } from "@nearframe/shared/input/messages";
import { createSource, type Behavior } from "../behavior.ts";
import { lockPointer } from "../input/grab.ts";
import { createInputSender } from "../input/input-sender.ts";
import { createKeyPresses } from "../input/key-presses.ts";
import { createPadMix } from "../input/pad-mix.ts";
import type { Box } from "../input/fit.ts";
import { createPlayerInput, type PlayerInput } from "../input/player-input.ts";
import { createRumble, type Rumbling } from "../input/rumble.ts";
import { createShortcuts } from "../input/shortcuts.ts";
import { createTextField } from "../input/text-field.ts";
import type { PartLook } from "../input/touch-controls.ts";
import { createLatencyMeter } from "../stream/latency-meter.ts";
import { createPathPings } from "../stream/path-pings.ts";
import { createPlaySession, type PlaySessionPorts } from "../stream/play-session.ts";
import type { Receiver, SendChannel } from "../stream/receiver.ts";
import { createReceipts } from "../stream/receipts.ts";
import { createScreen, type Screen, type ScreenElements } from "../stream/screen.ts";
import { sessionIdOf, type SessionState } from "../stream/session-state.ts";
import { createAgentLeave, type AgentLeave } from "./agent-leave.ts";
import { applyChrome, makeChrome, type Chrome, type ChromeEvent } from "./chrome.ts";
import { followReturns, type PageOrigin } from "./follow-returns.ts";
import { createFullscreen, type Fullscreen } from "./fullscreen.ts";
import { controlsShown, makePlayView, type PlayView } from "./play-view.ts";
import type { Shelf } from "./browser-storage.ts";
import type { Orientation } from "./control-layout.ts";
import { createPlayControls, type PlayControls } from "./play-controls.ts";
import { createProblems, type ProblemPorts, type Problems } from "./problems.ts";
import { createChallenge } from "./challenge.ts";
import { keepPhone } from "./phone-keeps.ts";
import { createPreference } from "./preference.ts";
import { createPresence } from "./presence.ts";
import { createFigureTaker, type NodeNews, type SessionFigures } from "./session-figures.ts";
import { createSenses, type Senses, type SenseSources } from "./senses.ts";
import type { Settings } from "./settings.ts";

/** The page's own elements. The surface senses; the root goes to full screen. */
export type Stage = ScreenElements & {
  root: HTMLElement;
  surface: HTMLElement;
  /** Where on-screen parts may lie, without notches and round corners. */
  safeBox(): Box;
  onLook(look: PartLook): void;
};

export type PlayPorts = Omit<PlaySessionPorts, "onTrack" | "onFrameMark" | "onControl" | "onReceiver"> & {
  /** Whose visibility the node is told. */
  page: Pick<Document, "visibilityState" | "addEventListener" | "removeEventListener">;
  /** Where a player's arrangement of controls is kept. */
  storage: Shelf | undefined;
  settings: Behavior<Settings>;
  orientation: Behavior<Orientation>;
  /** A finger is this device's first hand. */
  touchFirst: boolean;
  /** Where a crash would be seen, and how this page came to be. */
  window: Pick<Window, "addEventListener" | "removeEventListener">;
  origin: PageOrigin;
  fullscreenOffered: boolean;
  /** What was copied in the title is the player's; the browser may refuse it. */
  writeClipboard(text: string): void;
  senseSources: SenseSources;
} & Omit<ProblemPorts, "timers">;

export interface Play {
  readonly view: Behavior<PlayView>;
  readonly chrome: Behavior<Chrome>;
  readonly figures: Behavior<SessionFigures>;
  readonly session: Behavior<SessionState>;
  readonly controls: PlayControls;
  readonly problems: Problems;
  readonly agent: Pick<AgentLeave, "view" | "give" | "takeBack">;
  readonly senses: Pick<Senses, "view" | "grant" | "revoke" | "setExactPlace" | "setFacing">;
  /** Takes the stage until the returned function is called. */
  mount(stage: Stage): () => void;
  /** Here, instead of in the other tab or on the other device. */
  takeOver(): void;
  leave(): void;
  toggleMenu(): void;
  /** The phone's own way back, a gesture or a button: a phone in the picture takes it, and else the menu opens. */
  goBack(): void;
  closeMenu(): void;
  toggleStats(): void;
  toggleTyping(): void;
  /** Lets a paused title go on. */
  wake(): void;
  arrange(what: Chrome["arranging"]): void;
  toggleSound(): void;
  toggleFullscreen(): void;
  /** A phone that is a pad, at the seat that its pad says; undefined: no more. */
  setPhonePad(phoneId: string, pad: PadState | undefined): void;
  /** The title is quieter for a while, as when friends speak. */
  setQuiet(quiet: boolean): void;
  /** Presses and lets go of a key that the browser keeps for itself. */
  pressKey(code: string): void;
  /** The same of several, held together. */
  pressKeys(codes: readonly string[]): void;
  /** Makes a field of the page the title's, for text. Until the returned function is called. */
  mountField(field: HTMLInputElement): { type(text: string): void; close(): void };
}

/** Long enough to read a sentence twice. */
const NEWS_MS = 7_000;
/** Long enough to read a sentence. */
const NOTICE_MS = 5_000;

export function createPlay(scope: Scope, titleId: string, tappedAtMs: number, ports: PlayPorts): Play {
  const { timers } = ports;
  const chrome = createSource(makeChrome(ports.touchFirst, ports.fullscreenOffered));
  const meter = createLatencyMeter();
  const receipts = createReceipts();
  const pings = createPathPings(scope, timers, meter.handlePong);
  const figureTaker = createFigureTaker(scope, meter, pings, timers, {
    onSample(sample) {
      session.report(sample);
      problems.note(sample);
      presence.tell();
      preference.tell();
      challenge.tell();
    },
    onRumble: (order) => mounted?.rumble.handle(order),
    onClipboard: ports.writeClipboard,
    onNews: handleNews,
  });
  const agent = createAgentLeave(scope, timers, () => sessionIdOf(session.state.value));
  const senses = createSenses(scope, ports.senseSources);
  const controls = createPlayControls(scope, titleId, ports);
  const presence = createPresence(scope, ports.page);
  const preference = createPreference(scope, ports.settings);
  const challenge = createChallenge(Math.random);
  const sender = createInputSender(scope, { timers, soon: (callback) => queueMicrotask(callback), onSent: meter.handleInput });
  const hands = createPadMix(sender.dispatch);
  const { press: pressKeys } = createKeyPresses(timers, sender.dispatch);
  /** What has arrived, for a stage that may be mounted later, or again. */
  const tracks = new Map<string, MediaStreamTrack>();
  let control: SendChannel | undefined;
  /** The path of which no frame was seen yet. */
  let unseen: Receiver | undefined;
  let mounted:
    | {
        screen: Screen;
        input: PlayerInput | undefined;
        rumble: Rumbling;
        fullscreen: Fullscreen;
        /** The menu needs the mouse. */
        freePointer(): void;
      }
    | undefined;

  const session = createPlaySession(scope, titleId, tappedAtMs, {
    ...ports,
    onTrack(track) {
      tracks.set(track.kind, track);
      mounted?.screen.show(track);
    },
    onFrameMark: (bytes) => void (pings.handle(bytes) || meter.handleMark(bytes)),
    onControl: figureTaker.handleControl,
    onReceiver(receiver) {
      if (!receiver) mounted?.input?.release();
      meter.reset();
      figureTaker.follow(receiver);
      sender.connect(receiver?.channels);
      receipts.connect(receiver?.channels.receipts);
      pings.connect(receiver?.channels.receipts);
      presence.connect(receiver?.channels.control);
      control = receiver?.channels.control;
      unseen = receiver;
      senses.connect(receiver);
      agent.connect(receiver?.channels.control);
      preference.connect(receiver?.channels.control);
      challenge.connect(receiver?.channels.control);
      if (!receiver) tracks.clear();
    },
  });

  const turnPage = () => session.handlePageTurned();
  ports.page.addEventListener("visibilitychange", turnPage);
  scope.own(ports.page, (page) => page.removeEventListener("visibilitychange", turnPage));
  const problems = createProblems(scope, titleId, session.state, ports);
  let stopNotice = () => {};
  scope.own(undefined, () => stopNotice());
  const view = createSource(makePlayView(session.state.value, chrome.behavior.value));
  const refresh = () => view.set(makePlayView(session.state.value, chrome.behavior.value));
  scope.own(session.state.subscribe(refresh), (stop) => stop());
  scope.own(chrome.behavior.subscribe(refresh), (stop) => stop());

  const tell = (event: ChromeEvent) => {
    const before = chrome.behavior.value;
    const next = applyChrome(before, event);
    if (next === before) return;
    chrome.set(next);
    if (isBusy(next) && !isBusy(before)) {
      mounted?.input?.release();
      mounted?.rumble.stop();
      mounted?.freePointer();
    }
    if (next.sound !== before.sound) applySound(next.sound);
  };

  scope.own(
    figureTaker.figures.subscribe(() => tell({ kind: "limit-changed", limit: figureTaker.figures.value.limit })),
    (stop) => stop(),
  );

  let stopNews = () => {};
  scope.own(undefined, () => stopNews());
  followReturns(scope, titleId, session.state, {
    ...ports,
    onNews(news) {
      tell({ kind: "news-changed", news });
      stopNews();
      stopNews = timers.after(NEWS_MS, () => tell({ kind: "news-changed", news: undefined }));
    },
  });
  function handleNews(news: NodeNews): void {
    switch (news.type) {
      case "paused":
        return tell({ kind: "pause-changed", paused: news.why });
      case "resumed":
        tell({ kind: "pause-changed", paused: undefined });
        stopNotice();
        stopNotice = timers.after(NOTICE_MS, () => tell({ kind: "pause-noticed" }));
        return;
      case "text-focus":
        return tell({ kind: "field-changed", field: news.focused ? news.kind : undefined });
      case "sense":
        return senses.handle(news);
      default:
        return agent.handle(news);
    }
  }

  function applySound(sound: Chrome["sound"]): void {
    mounted?.screen.setMuted(sound === "off");
    if (sound === "on") void mounted?.screen.playSound().then((plays) => plays || tell({ kind: "sound-blocked" }));
  }

  let isQuiet = false;
  /** Something of the page's own has the player's hands. */
  const isBusy = ({ menuOpen, arranging }: Chrome) => menuOpen || arranging !== "nothing";
  const playing = () => session.state.value.phase === "playing" && !isBusy(chrome.behavior.value);

  function mount(stage: Stage): () => void {
    const stageScope = scope.child();
    const screen = createScreen(stageScope, stage, {
      onFrame(frame) {
        receipts.handleFrame(frame);
        meter.handleFrame(frame);
        session.handleFrame(frame.visibleAtMs);
        unseen?.learnRoundTrip();
        unseen = undefined;
      },
      onSoundBlocked: () => tell({ kind: "sound-blocked" }),
    });
    screen.setMuted(chrome.behavior.value.sound === "off");
    screen.setQuiet(isQuiet);
    for (const track of tracks.values()) screen.show(track);
    const size = () => ("title" in session.state.value ? session.state.value.title.size : undefined);
    const fullscreen = createFullscreen(stageScope, stage.root, size, (full) => tell({ kind: "fullscreen-changed", full }));
    const { ownerDocument } = stage.surface;
    const freePointer = () => {
      if (ownerDocument.pointerLockElement) ownerDocument.exitPointerLock();
    };
    const { defaultView } = ownerDocument;
    const rumble = createRumble(stageScope, {
      pads: () => defaultView?.navigator.getGamepads?.() ?? [],
      vibrate: defaultView?.navigator.vibrate?.bind(defaultView.navigator),
      wanted: () => playing() && ports.settings.value.haptics,
    });
    if (defaultView) createShortcuts(stageScope, defaultView, () => tell({ kind: "stats-toggled" }));
    const mine = { screen, rumble, fullscreen, freePointer, input: undefined as PlayerInput | undefined };
    mounted = mine;

    const startInput = () => {
      const state = session.state.value;
      if (mine.input || !("title" in state)) return;
      const { title } = state;
      controls.follow(title.input);
      senses.follow(title.sensors);
      mine.input = createPlayerInput(stageScope, stage.surface, {
        title, dispatch: hands.dispatch, timers, playing,
        picture: stage.video,
        controls: () => (controlsShown(title, chrome.behavior.value) ? controls.worked() : []),
        haptics: () => ports.settings.value.haptics,
        padMap: () => controls.view.value.padMap,
        safeBox: stage.safeBox,
        onLook: stage.onLook,
        onEscapeHeld: () => tell({ kind: "menu-toggled" }),
        onLockWanted: () => void lockPointer(stage.surface),
        onPointerLock: (locked) => tell({ kind: "pointer-lock-changed", locked }),
        onPadCount: (count) => tell({ kind: "pads-changed", count }),
      });
    };
    stageScope.own(session.state.subscribe(startInput), (stop) => stop());
    startInput();
    keepPhone(stageScope, ownerDocument, session.state, {
      onSound: (wanted) => (chrome.behavior.value.sound === "off") === wanted && tell({ kind: "sound-toggled" }),
      onBack: () => applySound(chrome.behavior.value.sound),
    });
    followHands(stageScope, stage.root, tell, () => {
      if (chrome.behavior.value.sound !== "blocked") return;
      void screen.playSound().then((plays) => plays && tell({ kind: "sound-allowed" }));
    });
    return () => {
      if (mounted === mine) mounted = undefined;
      void stageScope.close("the stage is gone");
    };
  }

  const pressKey = (code: string) => pressKeys([code]);

  return {
    view: view.behavior,
    chrome: chrome.behavior,
    figures: figureTaker.figures,
    session: session.state,
    controls,
    problems,
    senses,
    agent,
    mount,
    takeOver: session.takeOver,
    leave: session.leave,
    toggleMenu: () => tell({ kind: "menu-toggled" }),
    goBack() {
      const { value } = view.behavior;
      const back = value.scene === "playing" ? value.ways?.back : undefined;
      if (back && playing()) pressKeys(back);
      else tell({ kind: "menu-toggled" });
    },
    closeMenu: () => tell({ kind: "menu-closed" }),
    toggleStats: () => tell({ kind: "stats-toggled" }),
    toggleTyping: () => tell({ kind: "typing-toggled" }),
    wake: () => void control?.send(JSON.stringify({ type: "wake" } satisfies PlayerToNode)),
    arrange: (arranging) => tell({ kind: "arranging-changed", arranging }),
    toggleSound: () => tell({ kind: "sound-toggled" }),
    toggleFullscreen: () => void mounted?.fullscreen.toggle(),
    pressKey,
    pressKeys,
    setPhonePad: (phoneId, pad) => hands.setPhone(phoneId, pad, timers.monotonicMs()),
    setQuiet: (quiet) => {
      isQuiet = quiet;
      mounted?.screen.setQuiet(quiet);
    },
    mountField(field) {
      const fieldScope = scope.child();
      const { type } = createTextField(fieldScope, field, { dispatch: sender.dispatch, pressKey });
      return { type, close: () => void fieldScope.close("the field is gone") };
    },
  };
}

/** Which hand was used last, and the first gesture, which lets the browser play sound. */
function followHands(scope: Scope, root: HTMLElement, tell: (event: ChromeEvent) => void, onGesture: () => void): void {
  const document = root.ownerDocument;
  const pointer = (event: PointerEvent) => {
    tell({ kind: "hands-changed", touching: event.pointerType === "touch" });
  };
  const gesture = () => onGesture();
  document.addEventListener("pointerdown", pointer, { capture: true });
  document.addEventListener("pointerup", gesture, { capture: true });
  document.addEventListener("keydown", gesture, { capture: true });
  scope.own(document, () => {
    document.removeEventListener("pointerdown", pointer, { capture: true });
    document.removeEventListener("pointerup", gesture, { capture: true });
    document.removeEventListener("keydown", gesture, { capture: true });
  });
}
