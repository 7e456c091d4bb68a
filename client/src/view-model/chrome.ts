// What lies over the picture while playing: menu, figures, sound, hints. Pure.

import type { FieldKind, PauseReason } from "@nearframe/shared/protocol/session-control";
import type { StreamLimit } from "@nearframe/shared/qoe/stream-limit";
import type { News } from "./returns.ts";

export type Chrome = {
  menuOpen: boolean;
  statsOpen: boolean;
  /** The phone's own keyboard is up, for text. */
  typing: boolean;
  /** What kind of text field of the title's has the focus, where its runtime can tell. */
  field: FieldKind | undefined;
  /** The on-screen parts are being arranged, or the pad's buttons, or a problem is told, or friends are invited; the title gets no input meanwhile. */
  arranging: "nothing" | "controls" | "pad" | "problem" | "friends";
  sound: "on" | "off" | "blocked";
  fullscreen: boolean;
  /** False on iPhones, whose browsers give the whole screen to bare videos only. */
  fullscreenOffered: boolean;
  pointerLocked: boolean;
  /** Fingers were used last, so the on-screen controls are shown. */
  touching: boolean;
  padCount: number;
  /** What holds the picture back, as the node says. */
  limit: StreamLimit | undefined;
  /** How the session came back, for as long as it takes to read. */
  news: News | undefined;
  /** The title stands still, because its player was away. */
  paused: PauseReason | undefined;
  /** It goes on since a moment ago, and the player is told that it had stood. */
  wasPaused: boolean;
};

export type ChromeEvent =
  | { kind: "menu-toggled" }
  | { kind: "menu-closed" }
  | { kind: "stats-toggled" }
  | { kind: "typing-toggled" }
  | { kind: "field-changed"; field: FieldKind | undefined }
  | { kind: "arranging-changed"; arranging: Chrome["arranging"] }
  | { kind: "sound-toggled" }
  | { kind: "sound-blocked" }
  | { kind: "sound-allowed" }
  | { kind: "fullscreen-changed"; full: boolean }
  | { kind: "pointer-lock-changed"; locked: boolean }
  | { kind: "hands-changed"; touching: boolean }
  | { kind: "pads-changed"; count: number }
  | { kind: "limit-changed"; limit: StreamLimit | undefined }
  | { kind: "news-changed"; news: News | undefined }
  | { kind: "pause-changed"; paused: PauseReason | undefined }
  | { kind: "pause-noticed" };

export const makeChrome = (touching: boolean, fullscreenOffered: boolean): Chrome => ({
  menuOpen: false, statsOpen: false, typing: false, field: undefined, arranging: "nothing", sound: "on", fullscreen: false, fullscreenOffered,
  pointerLocked: false, touching, padCount: 0, limit: undefined, news: undefined, paused: undefined, wasPaused: false,
});

export function applyChrome(chrome: Chrome, event: ChromeEvent): Chrome {
  switch (event.kind) {
    case "menu-toggled":
      return { ...chrome, menuOpen: !chrome.menuOpen };
    case "menu-closed":
      return chrome.menuOpen ? { ...chrome, menuOpen: false } : chrome;
    case "stats-toggled":
      return { ...chrome, statsOpen: !chrome.statsOpen };
    case "typing-toggled":
      return { ...chrome, typing: !chrome.typing, menuOpen: false };
    case "field-changed": {
      if (chrome.field === event.field) return chrome;
      // Where there are keys to press, nothing has to come up; what the player has in hand is not taken away.
      const comesUp = event.field !== undefined && chrome.touching && !chrome.menuOpen && chrome.arranging === "nothing";
      return { ...chrome, field: event.field, typing: event.field === undefined ? false : chrome.typing || comesUp };
    }
    case "arranging-changed":
      return { ...chrome, arranging: event.arranging, menuOpen: false, typing: false };
    case "sound-toggled":
      // Blocked sound is asked for by the same button: the press is the gesture it waited for.
      return { ...chrome, sound: chrome.sound === "on" ? "off" : "on" };
    case "sound-blocked":
      return chrome.sound === "on" ? { ...chrome, sound: "blocked" } : chrome;
    case "sound-allowed":
      return chrome.sound === "blocked" ? { ...chrome, sound: "on" } : chrome;
    case "fullscreen-changed":
      return chrome.fullscreen === event.full ? chrome : { ...chrome, fullscreen: event.full };
    case "pointer-lock-changed":
      return chrome.pointerLocked === event.locked ? chrome : { ...chrome, pointerLocked: event.locked };
    case "hands-changed":
      return chrome.touching === event.touching ? chrome : { ...chrome, touching: event.touching };
    case "pads-changed":
      return chrome.padCount === event.count ? chrome : { ...chrome, padCount: event.count };
    case "limit-changed":
      return chrome.limit === event.limit ? chrome : { ...chrome, limit: event.limit };
    case "news-changed":
      return chrome.news === event.news ? chrome : { ...chrome, news: event.news };
    case "pause-changed":
      if (chrome.paused === event.paused) return chrome;
      return { ...chrome, paused: event.paused, wasPaused: event.paused === undefined };
    case "pause-noticed":
      return chrome.wasPaused ? { ...chrome, wasPaused: false } : chrome;
  }
}
