// Pads in the player's own hands and pads on phones, as the one list that goes to the node. Pure, but
// for who is asked to send it.

import { PADS_MAX, type PadState } from "@nearframe/shared/input/messages";
import { restingPad, type InputEvent } from "./input-state.ts";

/** Two at one seat are held together: what either presses is pressed, and the farther push counts. */
export function mixPads(own: readonly PadState[], phones: readonly PadState[]): readonly PadState[] {
  const seats = new Map<number, PadState>();
  for (const pad of [...own, ...phones]) {
    const there = seats.get(pad.index);
    seats.set(pad.index, there ? holdTogether(there, pad) : pad);
  }
  return [...seats.values()].sort((a, b) => a.index - b.index).slice(0, PADS_MAX);
}

function holdTogether(a: PadState, b: PadState): PadState {
  const farther = (i: 0 | 1 | 2 | 3) => (Math.abs(b.axes[i]) > Math.abs(a.axes[i]) ? b.axes[i] : a.axes[i]);
  return {
    index: a.index,
    buttons: (a.buttons | b.buttons) >>> 0,
    triggers: [Math.max(a.triggers[0], b.triggers[0]), Math.max(a.triggers[1], b.triggers[1])],
    axes: [farther(0), farther(1), farther(2), farther(3)],
  };
}

export interface PadMix {
  /** As the sender's own; events of pads come out with the phones' among them. */
  dispatch(event: InputEvent, madeAtMs: number): void;
  /** A phone's pad, or none any more. */
  setPhone(phoneId: string, pad: PadState | undefined, madeAtMs: number): void;
}

export function createPadMix(send: (event: InputEvent, madeAtMs: number) => void): PadMix {
  let own: readonly PadState[] = [];
  const phones = new Map<string, PadState>();
  const tell = (madeAtMs: number) => send({ kind: "pads", pads: mixPads(own, [...phones.values()]) }, madeAtMs);
  return {
    dispatch(event, madeAtMs) {
      if (event.kind === "pads") {
        own = event.pads;
        return tell(madeAtMs);
      }
      send(event, madeAtMs);
      if (event.kind !== "release-all") return;
      own = own.map(restingPad);
      // The player's page let go; a friend on a phone did not.
      if (phones.size > 0) tell(madeAtMs);
    },
    setPhone(phoneId, pad, madeAtMs) {
      if (pad) phones.set(phoneId, pad);
      else if (!phones.delete(phoneId)) return;
      tell(madeAtMs);
    },
  };
}
