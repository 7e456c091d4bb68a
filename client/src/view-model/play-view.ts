// What the play page shows: from a session and what lies over it to plain values. Pure.

import { START_STEPS, type StartStep } from "@nearframe/shared/session/start-steps";
import type { SessionTitle } from "@nearframe/shared/protocol/server-to-client";
import type { Ways } from "@nearframe/shared/title/ways";
import type { Queue } from "../stream/queue-place.ts";
import type { Outcome, Playing, SessionState, Slow } from "../stream/session-state.ts";
import type { Chrome } from "./chrome.ts";
import { controlsOf } from "./control-layout.ts";

export type StepView = { step: StartStep; state: "done" | "now" | "ahead" };

export type Hint = "take-pointer" | "sound-blocked" | "no-controls" | "slow-decoder" | "was-paused";

/** Something is being mended while the picture stays. */
export type Trouble = "media-down" | "control-down" | "moving";

export type PlayView =
  | { scene: "loading"; stage: "reaching" | "asking" | "queued" | "starting"; steps: readonly StepView[]; queue: Queue | undefined; /** Its node was lost before there was a picture. */ moving?: true; /** It may still come; the player chooses whether to wait. */ slow?: Slow }
  | { scene: "playing"; title: SessionTitle; hints: readonly Hint[]; trouble: Trouble | undefined; controlsShown: boolean; handheld: boolean; ways: Ways | undefined }
  | { scene: "over"; outcome: Outcome };

export function makePlayView(session: SessionState, chrome: Chrome): PlayView {
  switch (session.phase) {
    case "preparing":
      return { scene: "loading", stage: "reaching", steps: stepsView([]), queue: undefined };
    case "requested":
      return { scene: "loading", stage: "asking", steps: stepsView([]), queue: undefined };
    case "starting":
      return {
        scene: "loading",
        stage: session.queue ? "queued" : "starting",
        steps: stepsView(session.steps),
        queue: session.queue,
        ...(session.moving !== undefined && { moving: true }),
        ...(session.slow && { slow: session.slow }),
      };
    case "playing":
      return {
        scene: "playing",
        title: session.title,
        hints: hintsFor(session.title, chrome),
        trouble: troubleOf(session),
        controlsShown: controlsShown(session.title, chrome),
        handheld: controlsShown(session.title, chrome) && isWide(session.title),
        // Who has a keyboard has the keys, and the menu.
        ways: chrome.touching && chrome.arranging === "nothing" ? session.title.ways : undefined,
      };
    case "elsewhere":
      return { scene: "over", outcome: { kind: "ended", reason: "taken-over" } };
    case "over":
      return { scene: "over", outcome: session.outcome };
  }
}

function troubleOf({ moving, media, control }: Playing): Trouble | undefined {
  if (moving !== undefined) return "moving";
  if (media.is !== "up") return "media-down";
  return control === "down" ? "control-down" : undefined;
}

/** Two machines work at once, so steps may be done out of order; the first open one is what is waited for. */
function stepsView(done: readonly StartStep[]): readonly StepView[] {
  const now = START_STEPS.find((step) => !done.includes(step));
  return START_STEPS.map((step) => ({
    step,
    state: done.includes(step) ? "done" : step === now ? "now" : "ahead",
  }));
}

/** Arranged they are shown whatever was touched last. */
export const controlsShown = (title: SessionTitle, chrome: Chrome) =>
  chrome.arranging === "controls" ||
  (chrome.touching && !chrome.typing && !title.input.touch && chrome.padCount === 0 && controlsOf(title.input).length > 0);

/** Held upright, a wide picture leaves room below it: the controls go there, as on a handheld console. */
const isWide = ({ size }: SessionTitle) => size.width >= size.height * 1.2;

function hintsFor(title: SessionTitle, chrome: Chrome): readonly Hint[] {
  const { pointer, touch, keyboard } = title.input;
  const hints: Hint[] = [];
  if (chrome.sound === "blocked") hints.push("sound-blocked");
  if (chrome.menuOpen) return hints;
  if (chrome.wasPaused) hints.push("was-paused");
  if (chrome.limit === "player-decoder") hints.push("slow-decoder");
  if (!chrome.touching && pointer === "relative" && !chrome.pointerLocked) hints.push("take-pointer");
  const fingersSuffice = touch || pointer === "absolute" || controlsOf(title.input).length > 0;
  if (chrome.touching && keyboard && !fingersSuffice && chrome.padCount === 0) hints.push("no-controls");
  return hints;
}
