// A model of what checkers see: nodes that are honest or not, paths that are good or
// not, checkers that look or don't. Only what reaches an observation is modelled; the
// faults, the committees and the verdicts are the product's own.

import type { PlayedObservation } from "@nearframe/shared/checking/observation";

export type Random = () => number;

/** What a node does; the names are those of the catalogue of cheats. */
export const NODE_KINDS = [
  "honest", "slow-machine", "throttled-uplink", "replayed-video", "upscaled-picture", "duplicated-frames", "inflated-frames", "liveness-only",
] as const;
export type NodeKind = (typeof NODE_KINDS)[number];

export type CheckerKind =
  | "honest"
  /** Says that all is well without looking. */
  | "lazy"
  /** Looks, and says that its friends are well, and that everybody else cheats. */
  | "colluding";

/** How the node's own line and machine do in one hour. */
export type NodeHour = { uplinkLossShare: number; uplinkDelayMs: number; uplinkKbps: number; loadShare: number };

const TITLE = { titleFps: 60, titleWidth: 1_280, titleHeight: 720, usualKbps: 8_000 } as const;
const WATCHED_MS = 20_000;
const NONCES = 5;

/** Weather: most hours are good, some are bad, a few very bad, and they come in spells. */
export function nodeHours(hours: number, random: Random): NodeHour[] {
  let spell: "good" | "bad" | "awful" = "good";
  return Array.from({ length: hours }, () => {
    const turn = random();
    if (spell === "good" ? turn < 0.04 : turn < 0.3) spell = random() < 0.6 ? "good" : random() < 0.7 ? "bad" : "awful";
    const bad = { good: 0, bad: 1, awful: 2 }[spell];
    return {
      uplinkLossShare: [0.0005, 0.015, 0.06][bad]! * random() * 2,
      uplinkDelayMs: [2, 40, 150][bad]! * random(),
      uplinkKbps: [50_000, 6_000, 1_500][bad]! * (0.5 + random()),
      loadShare: random() < 0.05 ? 0.9 + 0.3 * random() : 0.4 + 0.3 * random(),
    };
  });
}

/** The checker's own line, in the same hour. */
export function lineLossShare(random: Random): number {
  const turn = random();
  return turn < 0.85 ? 0.0005 * random() : turn < 0.96 ? 0.01 * random() : 0.08 * random();
}

/** What an honest checker sees. */
export function observe(kind: NodeKind, hour: NodeHour, lineLoss: number, random: Random): PlayedObservation {
  const roundTripMs = 10 + 60 * random() + hour.uplinkDelayMs;
  const lossShare = Math.min(0.9, hour.uplinkLossShare + lineLoss);
  const throttled = kind === "throttled-uplink";
  const uplinkKbps = throttled ? 2_000 : hour.uplinkKbps;
  const machine = kind === "slow-machine" ? 0.6 : Math.min(1, 1 / Math.max(1, hour.loadShare));
  const receivedKbps = Math.min(TITLE.usualKbps * (0.85 + 0.2 * random()), uplinkKbps * 0.85);
  // The rate control's ladder: below a third of what the picture takes it is made smaller.
  const small = receivedKbps < TITLE.usualKbps / 3;
  const sourceFps = TITLE.titleFps * machine * (receivedKbps < TITLE.usualKbps / 6 ? 0.5 : 1);
  const shownShare = Math.max(0, 1 - lossShare * 4 * random());
  const fps = kind === "duplicated-frames" ? sourceFps / 2 : sourceFps;
  const sent = Math.round((sourceFps * WATCHED_MS) / 1_000);
  const never = kind === "liveness-only" || random() < lossShare * 0.5;
  // A nonce needs one frame of fifteen to come through.
  const nonceChance = kind === "replayed-video" ? 0 : 1 - lossShare ** 2 - (roundTripMs > 400 ? 0.4 : 0);
  const seen = Array.from({ length: NONCES }, () => random() < nonceChance).filter(Boolean).length;
  const soft = receivedKbps < TITLE.usualKbps / 2 ? 0.25 : 0;
  return {
    kind: "simulated-player",
    ...(never ? {} : { startupMs: 900 + 2_000 * random() * random() + 20 * roundTripMs * lossShare }),
    watchedMs: WATCHED_MS,
    titleFps: TITLE.titleFps,
    titleWidth: TITLE.titleWidth,
    titleHeight: TITLE.titleHeight,
    distinctFps: fps * shownShare,
    freezeMs: lossShare > 0.01 ? WATCHED_MS * lossShare * random() * 2 : 100 * random(),
    width: small ? 640 : TITLE.titleWidth,
    height: small ? 360 : TITLE.titleHeight,
    receivedKbps,
    usualKbps: TITLE.usualKbps,
    sharpness: kind === "upscaled-picture" ? 0.35 + 0.15 * random() : Math.min(1, 0.88 + 0.12 * random() - soft),
    similarity: kind === "replayed-video" ? 0.4 + 0.3 * random() : 0.9 + 0.1 * random() - soft / 3,
    ...(seen > 0 ? { nonceMs: 60 + 80 * random() + roundTripMs } : {}),
    noncesAsked: NONCES,
    noncesSeen: seen,
    framesDeclared: kind === "inflated-frames" ? Math.round(sent * 1.3) : sent,
    framesReceived: Math.round(sent * (1 - lossShare)),
    roundTripMs,
    lossShare,
    clickToPhotonP95Ms: roundTripMs + 30 + 20 * random(),
    soundHeard: true,
    otherPathsLossShare: lineLoss * (0.8 + 0.4 * random()),
  };
}

/** What somebody reports who wants it to look well. */
export function flatter(): PlayedObservation {
  return observe("honest", { uplinkLossShare: 0, uplinkDelayMs: 0, uplinkKbps: 50_000, loadShare: 0.4 }, 0, () => 0.5);
}

/** What somebody sees who looks where nothing ever comes. */
export function unreached(): PlayedObservation {
  const { startupMs: _never, ...rest } = flatter();
  return rest;
}

/** What somebody reports who wants a node to be punished. */
export function slander(): PlayedObservation {
  return { ...flatter(), noncesSeen: 0, similarity: 0.3 };
}
