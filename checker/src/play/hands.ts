// A player's hands: keys pressed and let go, told as a page tells it: the edge at once,
// then the whole state, again until nothing can have been lost.

import type { Scope } from "@nearframe/shared/lifetime";
import { keyNumber } from "@nearframe/shared/input/codes";
import { writeInput } from "@nearframe/shared/input/messages";
import { Channel } from "@nearframe/shared/media/profile";
import type { Path } from "../path/ports.ts";

const HELD_MS = 60;
const REPEAT_EVERY_MS = 1000 / 15;
const REPEAT_AFTER_CHANGE_MS = 300;

export interface Hands {
  /** A tap of the key that has this `KeyboardEvent.code`. False where it could not leave. */
  tap(code: string): boolean;
}

export function createHands(path: Path, scope: Scope): Hands {
  let seq = 0;
  let edgeSeq = 0;
  let keys: number[] = [];
  let changedAtMs = 0;
  let repeat: NodeJS.Timeout | undefined;
  let release: NodeJS.Timeout | undefined;
  scope.own(undefined, () => {
    clearTimeout(repeat);
    clearTimeout(release);
  });

  function change(key: number, down: boolean): boolean {
    keys = down ? [...keys, key] : keys.filter((held) => held !== key);
    changedAtMs = performance.now();
    edgeSeq = seq += 1;
    const left = path.send(Channel.inputEdges, writeInput({ kind: "edges", seq: edgeSeq, edges: [{ kind: "key", key, down }] }));
    sendState();
    return left;
  }

  function sendState(): void {
    clearTimeout(repeat);
    seq += 1;
    path.send(Channel.inputState, writeInput({
      kind: "state", seq, edgeSeq, keys, pointer: undefined, buttons: 0, pads: [], touches: [],
      dxTotal: 0, dyTotal: 0, wheelXTotal: 0, wheelYTotal: 0,
    }));
    if (!scope.closed && (keys.length > 0 || performance.now() - changedAtMs < REPEAT_AFTER_CHANGE_MS)) {
      repeat = setTimeout(sendState, REPEAT_EVERY_MS);
    }
  }

  return {
    tap(code) {
      const key = keyNumber(code);
      if (key === undefined) throw new Error(`no key is called ${code}`);
      release = setTimeout(() => change(key, false), HELD_MS);
      return change(key, true);
    },
  };
}
