// A guest's hands: the first pad of what they send, at the seat they were given, and nothing else.
// Keys, pointer, touches and text of a guest are dropped here, whatever their page sends. Pure; read by
// the node, and by the playing browser for phones that are its pads.

import { isNewer, type InputMessage, type PadState } from "./messages.ts";

export type GuestPad = {
  readonly seat: number;
  /** Undefined while it is not held at all. */
  readonly held: PadState | undefined;
  readonly stateSeq: number | undefined;
};

export const makeGuestPad = (seat: number): GuestPad => ({ seat, held: undefined, stateSeq: undefined });

export function takeGuestInput(pad: GuestPad, message: InputMessage): GuestPad {
  if (message.kind === "edges") return message.edges.some(({ kind }) => kind === "release-all") ? releaseGuestPad(pad) : pad;
  if (pad.stateSeq !== undefined && !isNewer(message.seq, pad.stateSeq)) return pad;
  const [sent] = message.pads;
  return { ...pad, stateSeq: message.seq, held: sent && { ...sent, index: pad.seat } };
}

/** As when the guest's path is gone. */
export const releaseGuestPad = (pad: GuestPad): GuestPad => (pad.held ? { ...pad, held: undefined } : pad);

/** The next path counts from its own beginning. */
export const forgetGuestPad = ({ seat }: GuestPad): GuestPad => makeGuestPad(seat);
