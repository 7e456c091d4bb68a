// A guest's hands: the first pad of what they send, at the seat they were given, and nothing else.
// Keys, pointer, touches and text of a guest are dropped here, whatever their page sends. Pure.

import { isNewer, type InputMessage, type PadState } from "@nearframe/shared/input/messages";
import type { InputAction } from "./ports.ts";

export type GuestPad = {
  readonly seat: number;
  readonly held: PadState | undefined;
  readonly stateSeq: number | undefined;
};

export const makeGuestPad = (seat: number): GuestPad => ({ seat, held: undefined, stateSeq: undefined });

export function applyGuestInput(pad: GuestPad, message: InputMessage): [GuestPad, InputAction[]] {
  if (message.kind === "edges") {
    return message.edges.some(({ kind }) => kind === "release-all") ? releaseGuestPad(pad) : [pad, []];
  }
  if (pad.stateSeq !== undefined && !isNewer(message.seq, pad.stateSeq)) return [pad, []];
  const [sent] = message.pads;
  const next = { ...pad, stateSeq: message.seq };
  if (!sent) {
    const [released, actions] = releaseGuestPad(next);
    return [released, actions];
  }
  const held = { ...sent, index: pad.seat };
  return [{ ...next, held }, JSON.stringify(held) === JSON.stringify(pad.held) ? [] : [actionOf(held)]];
}

/** As when the guest's path is gone. The numbers start again with the next path. */
export function releaseGuestPad(pad: GuestPad): [GuestPad, InputAction[]] {
  if (!pad.held) return [pad, []];
  const atRest: PadState = { index: pad.seat, buttons: 0, triggers: [0, 0], axes: [0, 0, 0, 0] };
  return [{ ...pad, held: undefined }, [actionOf(atRest)]];
}

const actionOf = ({ index, buttons, axes, triggers }: PadState): InputAction => ({ kind: "pad", pad: index, buttons, axes, triggers });
