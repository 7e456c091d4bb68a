// What is a fault. Each follows from one observation alone, by limits that are
// published here, so that a host can hold a verdict against them. Pure.
//
// A fault of performance is one that bad luck can cause: it costs points, and only when
// it lasts. A fault of honesty is one that no network and no load can cause.

import type { LocationObservation, Observation, PlayedObservation } from "./observation.ts";

export const FAULTS = {
  "not-alive": "performance",
  "never-started": "performance",
  "slow-start": "performance",
  "few-frames": "performance",
  "frozen": "performance",
  "late-response": "performance",
  "work-elsewhere": "performance",
  "no-sound": "performance",
  "small-picture": "performance",
  "low-bitrate": "performance",
  "lossy-path": "performance",
  "below-capacity": "performance",
  "codec-unplayed": "performance",
  "unlikely-location": "performance",
  "far-below-capacity": "honesty",
  "nonce-missed": "honesty",
  "frames-inflated": "honesty",
  "bytes-inflated": "honesty",
  "blurred-picture": "honesty",
  "other-content": "honesty",
  "claim-unproven": "honesty",
  "impossible-location": "honesty",
} as const;
export type Fault = keyof typeof FAULTS;
export const faultsOf = (kind: "performance" | "honesty"): Fault[] =>
  (Object.keys(FAULTS) as Fault[]).filter((fault) => FAULTS[fault] === kind);

export const LIMITS = {
  startupMs: 8_000,
  fpsShare: 0.95,
  freezeShare: 0.01,
  /** Of the node's own making: on top of the path's round trip. */
  responseOverPathMs: 80,
  /** From the media port to the session that answers, there and back: within one machine it is a few. */
  answerOverBindingMs: 20,
  heartbeatAgeMs: 180_000,
  capacityShare: 0.9,
  capacityShareHonest: 0.75,
  nonceMs: 250,
  /** Of several nonces, so many must have been seen in time: one may meet a lost frame. */
  nonceShare: 0.5,
  noncesMin: 3,
  /** Frames declared over frames received, once lost ones are allowed for. */
  framesOverDeclared: 1.05,
  sharpness: 0.7,
  similarity: 0.8,
  bitrateShare: 0.5,
  /** Above this the path explains missing frames. */
  pathLossShare: 0.005,
  /** So much of the time may be lost to a path before the path itself is the fault. */
  lossyPathShare: 0.02,
  /** Light in fibre, there and back. */
  kmPerRoundTripMs: 100,
  /** A node is so much farther than its neighbours: a bad line can be, so this is no lie yet. */
  neighboursMin: 2,
  neighboursTimes: 2,
  neighboursOverMs: 30,
  /** Of the checker's own process. A longer one may be a freeze by itself: three times the usual gap, and 150 ms more. */
  loopStallMs: 150,
} as const;

/** Why the observation says nothing of a node, in a sentence; undefined where it does. Such a report is not heard. */
export function whyVoid(observation: Observation): string | undefined {
  const stallMs = "loopStallMs" in observation ? (observation.loopStallMs ?? 0) : 0;
  return stallMs > LIMITS.loopStallMs ? `void: the checker's own process stood still for ${Math.round(stallMs)} ms while it measured` : undefined;
}

/** Every fault that the observation shows. */
export function faultsIn(observation: Observation): Fault[] {
  switch (observation.kind) {
    case "liveness": {
      const silent = observation.mediaRoundTripMs === undefined && observation.heartbeatAgeMs > LIMITS.heartbeatAgeMs;
      return silent ? ["not-alive"] : [];
    }
    case "capacity": {
      const { measuredFps, claimedFps } = observation;
      const share = measuredFps === undefined ? 0 : measuredFps / Math.max(1, claimedFps);
      if (share < LIMITS.capacityShareHonest) return ["far-below-capacity"];
      return share < LIMITS.capacityShare ? ["below-capacity"] : [];
    }
    case "registration":
      return observation.unproven.length > 0 ? ["claim-unproven"] : [];
    case "location":
      return faultsInLocation(observation);
    case "simulated-player":
      return faultsInPlay(observation);
  }
}

function faultsInPlay(seen: PlayedObservation): Fault[] {
  // A line that loses packets everywhere shows nothing of the node that is at its other end.
  const ownLine = seen.otherPathsLossShare > LIMITS.pathLossShare;
  if (seen.startupMs === undefined) return ownLine ? [] : [seen.codec === undefined ? "never-started" : "codec-unplayed"];
  const pathBad = ownLine || seen.lossShare > LIMITS.pathLossShare;
  const thin = seen.receivedKbps < LIMITS.bitrateShare * seen.usualKbps;
  const performance: (Fault | false)[] = [
    seen.startupMs > LIMITS.startupMs + 4 * seen.roundTripMs && "slow-start",
    seen.distinctFps < LIMITS.fpsShare * seen.titleFps && "few-frames",
    seen.freezeMs > LIMITS.freezeShare * seen.watchedMs && "frozen",
    seen.clickToPhotonP95Ms !== undefined && seen.clickToPhotonP95Ms > seen.roundTripMs + LIMITS.responseOverPathMs && "late-response",
    seen.answerMsLeast !== undefined && seen.bindingMsLeast !== undefined && seen.answerMsLeast > seen.bindingMsLeast + LIMITS.answerOverBindingMs && "work-elsewhere",
    !seen.soundHeard && "no-sound",
    seen.width * seen.height < 0.5 * seen.titleWidth * seen.titleHeight && "small-picture",
    thin && "low-bitrate",
  ];
  const honesty: (Fault | false)[] = [
    nonceMissed(seen) && "nonce-missed",
    inflated(seen) && "frames-inflated",
    moreThan(seen.bytesDeclared, seen.bytesReceived, seen.lossShare) && "bytes-inflated",
    // Few bits blur a picture without anybody's deceit; so does a path that allows few.
    !thin && !pathBad && seen.sharpness !== undefined && seen.sharpness < LIMITS.sharpness && "blurred-picture",
    seen.similarity !== undefined && seen.similarity < LIMITS.similarity && "other-content",
  ];
  if (ownLine) return [];
  // One checker can't tell a path's middle from its end; several, on other networks, can: their majority is the host's line.
  const path: Fault[] = seen.lossShare > LIMITS.lossyPathShare ? ["lossy-path"] : [];
  // In a codec that the node would not have chosen the figures of one that it would say nothing; that it plays, does.
  if (seen.codec !== undefined) return [...path, ...honesty.filter((fault) => fault !== false && fault !== "blurred-picture" && fault !== "other-content")] as Fault[];
  return [...path, ...[...(pathBad ? [] : performance), ...honesty].filter((fault) => fault !== false)];
}

/** Through loss and delay a nonce may come late; so several are asked for, and the path's own delay is allowed for. */
function nonceMissed(seen: PlayedObservation): boolean {
  if (seen.noncesAsked < LIMITS.noncesMin) return false;
  if (seen.noncesSeen / seen.noncesAsked < LIMITS.nonceShare) return true;
  // An encoder that a node would not have chosen may be slow; a picture that was made before shows no number at all.
  return seen.codec === undefined && seen.nonceMs !== undefined && seen.nonceMs > LIMITS.nonceMs + seen.roundTripMs;
}

/** One that lets nobody measure the way to it has no place either. */
function faultsInLocation({ roundTripMs, distanceKm, neighboursRoundTripMs = [] }: LocationObservation): Fault[] {
  if (roundTripMs === undefined) return ["unlikely-location"];
  if (roundTripMs * LIMITS.kmPerRoundTripMs < distanceKm) return ["impossible-location"];
  if (neighboursRoundTripMs.length < LIMITS.neighboursMin) return [];
  const sorted = neighboursRoundTripMs.toSorted((a, b) => a - b);
  const usual = sorted[Math.floor(sorted.length / 2)] ?? 0;
  return roundTripMs > LIMITS.neighboursTimes * usual + LIMITS.neighboursOverMs ? ["unlikely-location"] : [];
}

/** More was declared than came, and loss does not explain it. */
function moreThan(declared: number | undefined, came: number | undefined, lossShare: number): boolean {
  return declared !== undefined && came !== undefined && declared > (came / Math.max(0.01, 1 - lossShare)) * LIMITS.framesOverDeclared;
}

/** More frames were sold than came, and loss does not explain it. */
function inflated({ framesDeclared, framesReceived, lossShare }: PlayedObservation): boolean {
  const arrived = framesReceived / Math.max(0.01, 1 - lossShare);
  return framesDeclared > 60 && framesDeclared > arrived * LIMITS.framesOverDeclared;
}
