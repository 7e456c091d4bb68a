// Whose fault a bad minute was, before anybody is blamed for it. Pure.
//
// The order is the order of evidence: what the node itself shows comes first, then what
// many players of it share, then what one player's other paths share. What none of
// them explains is nobody's: a host is never blamed for want of another explanation.

export type Blame =
  /** The host's machine: drawing, capture, encoding, the process itself. */
  | "rig"
  /** The host's line. */
  | "host-uplink"
  /** The player's own line. */
  | "last-mile"
  /** The player's device. */
  | "device"
  | "nobody";

export type MinuteView = {
  mos: number;
  /** From the player and the node together; see `score-minute.ts`. */
  targetFps: number;
  /** Frames in which the title changed the picture, as the node sent them. */
  sentFps: number;
  encodeMsP95: number;
  /** The node was told by its rate control to send less: the link, not the machine, held it back. */
  heldByLink: boolean;
  frameLossPercent: number;
  packetLossShare: number;
  roundTripMsP95: number;
  /** The path's round trip when it is quiet: the lowest of the last hour. */
  roundTripMsBase: number;
  decodeMsP95: number;
  framesDroppedByDevice: number;
  framesReceived: number;
  freezeMs: number;
};

export type Surroundings = {
  /** Other players' minutes on the same node at the same time, on other networks than this player's. */
  othersOnNode: { count: number; bad: number };
  /** This player's loss on paths to other nodes, where it was measured in the same minute. */
  otherPathsLossShare: number | undefined;
  /** Other players on the same access network, on other nodes. */
  othersOnAccess: { count: number; bad: number };
};

export type Attribution = { blame: Blame; evidence: string[] };

export const BAD_MOS = 3.6;
const FPS_SHARE = 0.9;
const LOSS_SHARE = 0.005;
const QUEUE_MS = 40;
const DROPPED_SHARE = 0.03;
const OTHERS_MIN = 2;

export function attributeMinute(minute: MinuteView, around: Surroundings): Attribution {
  if (minute.mos >= BAD_MOS) return { blame: "nobody", evidence: ["the minute was good"] };
  const rig = rigEvidence(minute);
  if (rig.length > 0) return { blame: "rig", evidence: rig };

  const path = pathEvidence(minute);
  if (path.length > 0) {
    const { othersOnNode, otherPathsLossShare, othersOnAccess } = around;
    if (otherPathsLossShare !== undefined && otherPathsLossShare > LOSS_SHARE) {
      return { blame: "last-mile", evidence: [...path, `the player's other paths lost ${percent(otherPathsLossShare)} as well`] };
    }
    if (most(othersOnAccess)) {
      return { blame: "last-mile", evidence: [...path, `${othersOnAccess.bad} of ${othersOnAccess.count} players of the same access network had it bad on other nodes`] };
    }
    if (most(othersOnNode)) {
      return { blame: "host-uplink", evidence: [...path, `${othersOnNode.bad} of ${othersOnNode.count} players of other networks had it bad on this node`] };
    }
    // One player alone, on a node that serves others well: their own line is the likelier place.
    if (othersOnNode.count >= OTHERS_MIN) {
      return { blame: "last-mile", evidence: [...path, `${othersOnNode.count - othersOnNode.bad} of ${othersOnNode.count} other players of this node had it good`] };
    }
    return { blame: "nobody", evidence: [...path, "nothing tells the player's line from the host's"] };
  }

  const device = deviceEvidence(minute);
  return device.length > 0 ? { blame: "device", evidence: device } : { blame: "nobody", evidence: ["no cause was measured"] };
}

function rigEvidence({ targetFps, sentFps, encodeMsP95, heldByLink }: MinuteView): string[] {
  const frameMs = 1_000 / Math.max(1, targetFps);
  return [
    sentFps < FPS_SHARE * targetFps && !heldByLink && `the node sent ${sentFps.toFixed(0)} of ${targetFps.toFixed(0)} frames a second, and its link did not hold it back`,
    encodeMsP95 > frameMs && `encoding took ${encodeMsP95.toFixed(1)} ms of the ${frameMs.toFixed(1)} that a frame has`,
  ].filter((each) => each !== false);
}

function pathEvidence({ packetLossShare, roundTripMsP95, roundTripMsBase, heldByLink }: MinuteView): string[] {
  return [
    packetLossShare > LOSS_SHARE && `${percent(packetLossShare)} of the packets were lost`,
    roundTripMsP95 - roundTripMsBase > QUEUE_MS && `packets waited ${(roundTripMsP95 - roundTripMsBase).toFixed(0)} ms in a queue`,
    heldByLink && "the link carried less than the title asks for",
  ].filter((each) => each !== false);
}

function deviceEvidence({ decodeMsP95, targetFps, framesDroppedByDevice, framesReceived }: MinuteView): string[] {
  const frameMs = 1_000 / Math.max(1, targetFps);
  const dropped = framesDroppedByDevice / Math.max(1, framesReceived);
  return [
    decodeMsP95 > frameMs && `decoding took ${decodeMsP95.toFixed(1)} ms of the ${frameMs.toFixed(1)} that a frame has`,
    dropped > DROPPED_SHARE && `the device dropped ${percent(dropped)} of the frames that it had`,
  ].filter((each) => each !== false);
}

const most = ({ count, bad }: { count: number; bad: number }): boolean => count >= OTHERS_MIN && bad > count / 2;
const percent = (share: number): string => `${(share * 100).toFixed(1)} %`;
