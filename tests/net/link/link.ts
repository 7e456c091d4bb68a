// One direction of a path, as a pure machine: a packet and a time go in, when it
// arrives or why it doesn't comes out.
//
//   packet -> blackout? -> drop-tail queue -> bottleneck -> loss -> delay + jitter -> receiver
//
// Knows no sockets and no clock. Decisions depend on the seed, on the packet's
// number and on its time, so a run can be repeated exactly.

import { capacityBytes, delayAtMs, isBlackout, lossAt, meanBytesPerMs, sentAtMs } from "./conditions.ts";
import type { LinkProfile } from "./profile.ts";
import { chance, Draw, exponential, normal } from "./random.ts";

export type Link = {
  readonly profile: LinkProfile;
  readonly seed: number;
  /** Where the profile's own time begins. */
  readonly startedAtMs: number;
  readonly queueBytesMax: number;
  /** How many packets came so far: the place of the next one in every series of draws. */
  readonly packets: number;
  /** In a run of losses. */
  readonly inBurst: boolean;
  readonly lastPacketAtMs: number;
  /** When the bottleneck will have sent all that waits for it. */
  readonly busyUntilMs: number;
  /** Arrival of the last packet in order; later ones don't overtake it. */
  readonly lastArrivalMs: number;
};

export type DropReason = "blackout" | "queue" | "loss" | "burst";

export type Passage =
  | {
      kind: "arrives";
      atMs: number;
      /** Of that, how long it waited for the bottleneck. */
      queuedMs: number;
      /** A second copy arrives right after. */
      duplicated: boolean;
      /** Left out of order on purpose. */
      reordered: boolean;
    }
  | { kind: "dropped"; reason: DropReason };

/** IPv4 and UDP headers, which a bottleneck carries too. */
export const PACKET_OVERHEAD_BYTES = 28;

export function makeLink(profile: LinkProfile, seed: number, nowMs: number): Link {
  return {
    profile,
    seed,
    startedAtMs: nowMs,
    queueBytesMax: queueBytesMax(profile),
    packets: 0,
    inBurst: false,
    lastPacketAtMs: -Infinity,
    busyUntilMs: nowMs,
    lastArrivalMs: -Infinity,
  };
}

/**
 * The same link under other conditions, from now on.
 *
 * What waits for the bottleneck keeps its place and is sent at the new rate as
 * far as packets to come can tell; those that were already promised an arrival
 * keep it. A profile with a trace has no such seam.
 */
export function changeProfile(link: Link, profile: LinkProfile, nowMs: number): Link {
  const waiting = backlogBytes(link, nowMs);
  const limit = queueBytesMax(profile);
  return {
    ...link,
    profile,
    startedAtMs: nowMs,
    queueBytesMax: limit,
    busyUntilMs: nowMs + sentAtMs(profile, 0, Math.min(waiting, limit)),
  };
}

/** Decides one packet. Times must not go back from call to call. */
export function passPacket(link: Link, payloadBytes: number, nowMs: number): [Link, Passage] {
  const { profile, seed, packets: place } = link;
  const atMs = nowMs - link.startedAtMs;
  const next = { ...link, packets: place + 1, inBurst: isInBurst(link, nowMs), lastPacketAtMs: nowMs };

  if (isBlackout(profile, atMs)) return [next, { kind: "dropped", reason: "blackout" }];

  const bytes = payloadBytes + PACKET_OVERHEAD_BYTES;
  const waiting = backlogBytes(link, nowMs);
  // An empty queue takes any packet, so that a tiny one can't block a path for ever.
  if (waiting > 0 && waiting + bytes > link.queueBytesMax) return [next, { kind: "dropped", reason: "queue" }];

  const turnMs = Math.max(nowMs, link.busyUntilMs);
  const sentMs = link.startedAtMs + sentAtMs(profile, turnMs - link.startedAtMs, bytes);
  const sent = { ...next, busyUntilMs: sentMs };
  if (next.inBurst) return [sent, { kind: "dropped", reason: "burst" }];
  if (chance(seed, place, Draw.loss) < lossAt(profile, atMs)) return [sent, { kind: "dropped", reason: "loss" }];

  const duplicated = chance(seed, place, Draw.duplicate) < profile.duplicateFraction;
  const plainMs = sentMs + flightMs(link, sentMs);
  const queuedMs = turnMs - nowMs;
  if (chance(seed, place, Draw.reorder) < profile.reorder.fraction) {
    return [sent, { kind: "arrives", atMs: plainMs + profile.reorder.byMs, queuedMs, duplicated, reordered: true }];
  }
  const arrivalMs = Math.max(plainMs, link.lastArrivalMs);
  return [
    { ...sent, lastArrivalMs: arrivalMs },
    { kind: "arrives", atMs: arrivalMs, queuedMs, duplicated, reordered: false },
  ];
}

/** How long a packet that came now would wait for the bottleneck. */
export function queueDelayMs(link: Link, nowMs: number): number {
  return Math.max(0, link.busyUntilMs - nowMs);
}

function backlogBytes(link: Link, nowMs: number): number {
  if (link.busyUntilMs <= nowMs) return 0;
  return capacityBytes(link.profile, nowMs - link.startedAtMs, link.busyUntilMs - link.startedAtMs);
}

function queueBytesMax(profile: LinkProfile): number {
  return meanBytesPerMs(profile) * profile.queueMs;
}

/** Delay and jitter of a packet that leaves the bottleneck at `sentMs`. */
function flightMs({ profile, seed, startedAtMs }: Link, sentMs: number): number {
  const atMs = sentMs - startedAtMs;
  return Math.max(0, delayAtMs(profile, atMs) + jitterMs(profile.jitter, seed, atMs));
}

function jitterMs({ kind, ms, everyMs }: LinkProfile["jitter"], seed: number, atMs: number): number {
  if (ms === 0) return 0;
  const slot = Math.floor(atMs / everyMs);
  const draw = chance(seed, slot, Draw.jitter);
  switch (kind) {
    case "uniform":
      return ms * (2 * draw - 1);
    case "normal":
      return ms * normal(draw, chance(seed, slot, Draw.jitterAngle));
    case "exponential":
      return ms * exponential(draw);
  }
}

/** What lost the last packet says nothing about one that comes so much later. */
const BURST_MEMORY_MS = 20;

/**
 * Gilbert-Elliott with loss 0 outside a burst and 1 inside it. The chain moves by
 * packets, as is usual; but after a pause it starts afresh, or a burst would wait
 * for hours on a quiet line to swallow the next eight packets.
 */
function isInBurst({ profile, seed, packets: place, inBurst, lastPacketAtMs }: Link, nowMs: number): boolean {
  const { fraction, packets } = profile.burstLoss;
  if (fraction === 0) return false;
  const draw = chance(seed, place, Draw.burst);
  if (nowMs - lastPacketAtMs > BURST_MEMORY_MS) return draw < fraction;
  const leave = 1 / packets;
  const enter = (leave * fraction) / (1 - fraction);
  return inBurst ? draw >= leave : draw < enter;
}
