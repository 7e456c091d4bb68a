// What a pad does while a title plays effects on it. A title uploads an effect once,
// then plays and stops it by its number; several may play at once. Pure: the kernel's
// requests go in, what the motors do comes out.

import { RUMBLE_MS_MAX } from "@nearframe/shared/protocol/session-control";

/** Both motors, 0..1; `lengthMs` 0 lasts until it is stopped. */
export type Effect = { strong: number; weak: number; delayMs: number; lengthMs: number };

export type RumbleEvent =
  | { type: "uploaded"; id: number; effect: Effect }
  | { type: "erased"; id: number }
  /** `times` 0 stops it. */
  | { type: "played"; id: number; times: number }
  /** Of all effects, 0..1. */
  | { type: "gain-set"; gain: number };

type Playing = { readonly fromMs: number; readonly untilMs: number };

export type RumbleState = {
  readonly gain: number;
  readonly effects: ReadonlyMap<number, Effect>;
  readonly playing: ReadonlyMap<number, Playing>;
};

/** As long as `durationMs`, or until the next. */
export type Rumble = { strong: number; weak: number; durationMs: number };

export const STILL: RumbleState = { gain: 1, effects: new Map(), playing: new Map() };
export const NO_RUMBLE: Rumble = { strong: 0, weak: 0, durationMs: 0 };

/** What the device says that it can hold; a title that uploads more is refused by the kernel. */
export const EFFECTS_MAX = 16;

export function applyRumble(state: RumbleState, event: RumbleEvent, nowMs: number): RumbleState {
  const [effects, playing] = [new Map(state.effects), new Map(state.playing)];
  switch (event.type) {
    case "uploaded":
      // One that plays goes on as it is now: titles shape a long effect by uploading it again.
      effects.set(event.id, event.effect);
      return { ...state, effects };
    case "erased":
      effects.delete(event.id);
      playing.delete(event.id);
      return { ...state, effects, playing };
    case "played": {
      playing.delete(event.id);
      const effect = effects.get(event.id);
      if (effect && event.times > 0) {
        const fromMs = nowMs + effect.delayMs;
        playing.set(event.id, { fromMs, untilMs: effect.lengthMs === 0 ? Infinity : fromMs + effect.lengthMs * event.times });
      }
      return { ...state, playing };
    }
    case "gain-set":
      return { ...state, gain: event.gain };
  }
}

/** What the motors do now, and when that may change by itself; `undefined` for never. */
export function readRumble(state: RumbleState, nowMs: number): { rumble: Rumble; changesAtMs: number | undefined } {
  const edges = [...state.playing.values()].flatMap(({ fromMs, untilMs }) => [fromMs, untilMs]).filter((atMs) => atMs > nowMs);
  const nextMs = Math.min(...edges, Infinity);
  let [strong, weak] = [0, 0];
  for (const [id, { fromMs, untilMs }] of state.playing) {
    if (nowMs < fromMs || nowMs >= untilMs) continue;
    const effect = state.effects.get(id);
    strong += effect?.strong ?? 0;
    weak += effect?.weak ?? 0;
  }
  const isStill = strong === 0 && weak === 0;
  // An endless effect is told in pieces, so that nothing shakes on when the rest of it is lost.
  const changesAtMs = isStill ? nextMs : Math.min(nextMs, nowMs + RUMBLE_MS_MAX);
  return {
    rumble: isStill
      ? NO_RUMBLE
      : { strong: Math.min(1, strong * state.gain), weak: Math.min(1, weak * state.gain), durationMs: Math.ceil(changesAtMs - nowMs) },
    changesAtMs: changesAtMs === Infinity ? undefined : changesAtMs,
  };
}
