// Whether the clip of a title's play may be fetched while a player waits, beside its
// picture, which is there at once. Pure.

import type { PlayView } from "./play-view.ts";

/** What starts at once needs no trailer. */
export const PREVIEW_AFTER_MS = 700;

export type PreviewNeeds = {
  view: Pick<Extract<PlayView, { scene: "loading" }>, "stage" | "steps">;
  waitedMs: number;
  /** The player wants little data used, or little motion seen. */
  thrifty: boolean;
  littleMotion: boolean;
};

/**
 * In line there is nothing that it could delay. In a start it waits until the machine is
 * chosen, as the ways to the candidates are measured before that, and is not begun once the
 * title has drawn: from then on the player's line is the stream's.
 */
export function mayPreview({ view: { stage, steps }, waitedMs, thrifty, littleMotion }: PreviewNeeds): boolean {
  if (thrifty || littleMotion || waitedMs < PREVIEW_AFTER_MS) return false;
  const isDone = (step: (typeof steps)[number]["step"]) => steps.some((each) => each.step === step && each.state === "done");
  return stage === "queued" || (stage === "starting" && isDone("placed") && !isDone("first-picture"));
}
