// What to say and offer when a session is over. Pure.

import { bearerOf, type Bearer } from "@nearframe/shared/session/end-reasons";
import type { LocalFailure, Outcome } from "../stream/session-state.ts";
import type { FailureText, Texts } from "../texts/en.ts";

export type FailureAction = "again" | "play-again" | "take-over" | "reload" | "others";

export type FailureView = FailureText & {
  /** Whose matter it is; undefined where nothing went wrong. */
  bearer: Bearer | undefined;
  /** The first is the one to press. */
  actions: readonly FailureAction[];
  /** For whoever looks into it. */
  code: string;
  detail: string | undefined;
};

/** Ends that are no failures. */
const QUIET = new Set(["player-left", "title-exited"]);
/** Trying again would end the same way. */
const HOPELESS = new Set(["title-unknown", "title-command-missing", "TITLE_UNKNOWN"]);
/** What helps is done to the browser; a new page then finds it. */
const RELOADS = new Set<string>(["outdated", "player-broken", "replaced", "no-webrtc", "no-video-codec"]);

const LOCAL_BEARERS: Record<LocalFailure, Bearer> = {
  "no-webrtc": "player",
  "no-video-codec": "player",
  "server-unreachable": "platform",
  "no-answer": "platform",
  "node-silent": "host",
  "no-picture": "player",
  "connection-lost": "player",
  "session-gone": "platform",
  replaced: "player",
  outdated: "platform",
  "player-broken": "platform",
};

export function makeFailureView(outcome: Outcome, texts: Texts["failure"]): FailureView {
  switch (outcome.kind) {
    case "ended":
      return {
        ...texts.ended[outcome.reason],
        bearer: QUIET.has(outcome.reason) ? undefined : bearerOf(outcome.reason),
        actions: actionsFor(outcome.reason),
        code: outcome.reason,
        detail: outcome.detail,
      };
    case "local":
      return {
        ...texts.local[outcome.cause],
        bearer: LOCAL_BEARERS[outcome.cause],
        actions: actionsFor(outcome.cause),
        code: outcome.cause,
        detail: outcome.detail,
      };
    case "refused": {
      const known = texts.refused[outcome.code];
      return {
        ...(known ?? { title: texts.refusedTitle, happened: sentence(outcome.message), next: texts.refusedNext }),
        bearer: "platform",
        actions: actionsFor(outcome.code),
        code: outcome.code,
        detail: outcome.message,
      };
    }
  }
}

function actionsFor(code: string): readonly FailureAction[] {
  if (HOPELESS.has(code)) return ["others"];
  if (code === "taken-over") return ["take-over", "others"];
  if (RELOADS.has(code)) return ["reload", "others"];
  return [QUIET.has(code) ? "play-again" : "again", "others"];
}

const sentence = (text: string) => `${text.charAt(0).toUpperCase()}${text.slice(1)}${/[.!?]$/.test(text) ? "" : "."}`;
