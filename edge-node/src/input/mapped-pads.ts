// An input sink whose pads are played as keys and pointer (`pad-to-keys.ts`).
//
// Keyboard and pads may hold the same key; the title sees it go up when the last
// of them lets go.

import type { Clock } from "@nearframe/shared/clock";
import type { Scope } from "@nearframe/shared/lifetime";
import type { PadMapping } from "@nearframe/shared/title/manifest";
import { padKeys, padMotion, type PadPosition } from "./pad-to-keys.ts";
import type { InputAction, InputSink } from "./ports.ts";

/** A stick that is held still sends nothing; the pointer it moves must go on all the same. */
export const MOTION_INTERVAL_MS = 8;

export function mapPads(sink: InputSink, mapping: PadMapping, clock: Clock, scope: Scope): InputSink {
  const pads = new Map<number, { position: PadPosition; keys: number[] }>();
  const keyboardKeys = new Set<number>();
  let timer: ReturnType<typeof setInterval> | undefined;
  let movedAtMs = 0;
  scope.own(pads, () => clearInterval(timer));

  const heldKeys = () => new Set([...keyboardKeys, ...[...pads.values()].flatMap((pad) => pad.keys)]);

  function takePad(action: Extract<InputAction, { kind: "pad" }>): InputAction[] {
    const before = heldKeys();
    const keys = padKeys(mapping, action, pads.get(action.pad)?.keys ?? []);
    pads.set(action.pad, { position: action, keys });
    const after = heldKeys();
    return [
      ...[...before].filter((key) => !after.has(key)).map((code) => ({ kind: "key" as const, code, down: false })),
      ...[...after].filter((key) => !before.has(key)).map((code) => ({ kind: "key" as const, code, down: true })),
    ];
  }

  function takeKey(action: Extract<InputAction, { kind: "key" }>): InputAction[] {
    const wasHeld = heldKeys().has(action.code);
    if (action.down) keyboardKeys.add(action.code);
    else keyboardKeys.delete(action.code);
    return wasHeld === heldKeys().has(action.code) ? [] : [action];
  }

  function motion(): InputAction[] {
    const nowMs = clock.monotonicMs();
    const elapsedMs = nowMs - movedAtMs;
    movedAtMs = nowMs;
    return [...pads.values()].flatMap(({ position }) => {
      const moved = padMotion(mapping, position, elapsedMs);
      return moved ? [{ kind: "move-by" as const, ...moved }] : [];
    });
  }

  function keepMoving(): void {
    const moves = [...pads.values()].some(({ position }) => padMotion(mapping, position, 1) !== undefined);
    if (moves === (timer !== undefined) || scope.closed) return;
    clearInterval(timer);
    timer = undefined;
    if (!moves) return;
    movedAtMs = clock.monotonicMs();
    timer = setInterval(() => {
      // Refused for a moment, as while a long text is typed, or gone for good: then this ends with the session.
      sink.apply(motion()).catch(() => undefined);
    }, MOTION_INTERVAL_MS);
  }

  const { pad: _, ...lacks } = sink.lacks;
  return {
    lacks,
    apply(actions) {
      const applied = actions.flatMap((action) => {
        if (action.kind === "pad") return takePad(action);
        return action.kind === "key" ? takeKey(action) : [action];
      });
      keepMoving();
      return applied.length > 0 ? sink.apply(applied) : Promise.resolve();
    },
  };
}
