// What a host can do about what checks have found, the most costly first. Pure.

import { FAULTS, type Fault } from "./criteria.ts";

export const ADVICE: Readonly<Record<Fault, string>> = {
  "not-alive": "The node could not be reached while it said that it was there: see that its media port is open and its machine does not sleep.",
  "never-started": "No picture came: look into the node's log for display, capture or encoder, and see that its media port is reachable by UDP.",
  "slow-start": "Starting took more than 8 s: keep titles on a fast disk, and leave more of the machine free.",
  "few-frames": "Fewer pictures came than the title draws: lower the number of slots, or use a faster encoder.",
  "frozen": "The picture stood still: other programs on the machine or on its line take what sessions need.",
  "late-response": "Presses were answered late: see what else uses the processor, and whether the line is full (bufferbloat).",
  "work-elsewhere": "Even its fastest answers came 20 ms after what the way to its media port takes: run sessions on the machine that holds the port, and leave its processor room.",
  "no-sound": "No sound came: see that the sound server runs for the node's user.",
  "small-picture": "The picture was smaller than the title's: the line or the encoder is too slow for its size.",
  "low-bitrate": "The picture had less than half of the usual rate: the line carries too little for this many slots.",
  "lossy-path": "Several checkers on other networks lost packets: the fault is in the host's line; a cable in place of Wi-Fi often mends it.",
  "below-capacity": "The machine draws and encodes less than the node claims: lower its slots, or free it of other work.",
  "far-below-capacity": "The machine draws and encodes far less than the node claims: correct the claim (NEARFRAME_SLOTS) before anything else.",
  "codec-unplayed": "The node claims an encoder of a codec, and no picture came to devices that have that codec alone: see in the node's log why its encoder does not start.",
  "nonce-missed": "A sign that was asked for did not appear in the picture in time: the picture must be drawn here, and now.",
  "unlikely-location": "The way to the node is much longer than to others that say they are near it: correct the claim, or look for what delays the line.",
  "bytes-inflated": "The node told of more bytes than it sent: run an unchanged version of the node.",
  "frames-inflated": "The node told of more frames than it sent: run an unchanged version of the node.",
  "blurred-picture": "The picture was blurred more than its rate explains: draw the title in its own size.",
  "other-content": "The picture was not what the title draws: see that the title's files are unchanged.",
  "claim-unproven": "Something that the node claims to have was not borne out: correct its inventory, or mend the encoder or device.",
  "impossible-location": "Answers took longer to come than from the place that the node claims, or came too soon: correct the claim.",
};

export type Advice = { fault: Fault; times: number; lastAtMs: number; advice: string };

/** Deceit costs more than slowness, and what was found often and lately more than what was not. */
export function adviseHost(verdicts: readonly { atMs: number; faults: readonly Fault[]; overturned: boolean }[], nowMs: number): Advice[] {
  const found = new Map<Fault, { times: number; lastAtMs: number; weight: number }>();
  for (const { atMs, faults, overturned } of verdicts) {
    if (overturned) continue;
    const weight = 0.5 ** (Math.max(0, nowMs - atMs) / HALF_LIFE_MS);
    for (const fault of faults) {
      const known = found.get(fault) ?? { times: 0, lastAtMs: 0, weight: 0 };
      found.set(fault, { times: known.times + 1, lastAtMs: Math.max(known.lastAtMs, atMs), weight: known.weight + weight * (FAULTS[fault] === "honesty" ? 4 : 1) });
    }
  }
  return [...found]
    .toSorted(([, a], [, b]) => b.weight - a.weight)
    .map(([fault, { times, lastAtMs }]) => ({ fault, times, lastAtMs, advice: ADVICE[fault] }));
}

const HALF_LIFE_MS = 7 * 24 * 3_600_000;
