// A player's fingers on a web title's page, as the DevTools protocol has touches made. The page is told one thing at
// a time; while it takes that, only the newest of the fingers' places waits, and every finger that came or went.
//
// Input.dispatchTouchEvent compares the points with those before: who is new has come, who is missing has gone.
// https://chromedevtools.github.io/devtools-protocol/tot/Input/#method-dispatchTouchEvent

import type { TitleSize } from "@nearframe/shared/title/manifest";
import type { Fingers } from "../../input/bridged-touches.ts";

export type TouchCall = {
  type: "touchStart" | "touchMove" | "touchEnd" | "touchCancel";
  touchPoints: readonly { id: number; x: number; y: number; force: number }[];
};
export type TouchLine = { readonly ids: readonly number[]; readonly waiting: readonly TouchCall[] };

export const NO_TOUCHES: TouchLine = { ids: [], waiting: [] };
/** A page that lets so many wait stands still. It will find all fingers gone. */
export const WAITING_MAX = 64;

export function lineUpTouches(line: TouchLine, { fingers, cancelled }: Fingers, { width, height }: TitleSize): TouchLine {
  if (fingers.length === 0 && line.ids.length === 0) return line;
  const ids = fingers.map(({ id }) => id);
  const type = fingers.length === 0 ? (cancelled ? "touchCancel" : "touchEnd") : ids.every((id) => line.ids.includes(id)) ? "touchMove" : "touchStart";
  const call: TouchCall = { type, touchPoints: fingers.map(({ id, x, y, pressure }) => ({ id, x: x * width, y: y * height, force: pressure })) };
  if (type === "touchMove" && line.waiting.at(-1)?.type === "touchMove") return { ids, waiting: [...line.waiting.slice(0, -1), call] };
  if (line.waiting.length >= WAITING_MAX) return { ids: [], waiting: [{ type: "touchCancel", touchPoints: [] }] };
  return { ids, waiting: [...line.waiting, call] };
}

/** `dispatch` resolves when the page has it; that a page is gone, or never had the finger, is no fault. */
export function createWebTouches(size: TitleSize, dispatch: (call: TouchCall) => Promise<unknown>): (fingers: Fingers) => void {
  let line = NO_TOUCHES;
  let dispatching = false;

  async function pass(): Promise<void> {
    if (dispatching) return;
    dispatching = true;
    for (let next = line.waiting[0]; next; next = line.waiting[0]) {
      line = { ...line, waiting: line.waiting.slice(1) };
      await dispatch(next).catch((error: Error) => console.error(`A touch did not reach the page: ${error.message}`));
    }
    dispatching = false;
  }

  return (fingers) => {
    line = lineUpTouches(line, fingers, size);
    void pass();
  };
}
