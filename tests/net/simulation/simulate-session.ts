// A whole session's media loop without a machine: title, encoder, the link models
// of the relay, a player, and the real rate controller between them.

import { controlRate, startRate } from "@nearframe/edge-node/rate/control-rate";
import type { RateDecision, RateEvent, RateOptions } from "@nearframe/edge-node/rate/events";
import type { LinkProfile } from "../link/profile.ts";
import { encodeFrame, IDLE_ENCODER } from "./encoder-model.ts";
import { startEstimate, updateEstimate } from "./estimate-model.ts";
import { openPath } from "./path-model.ts";
import { DECODE_MS, PlayerModel } from "./player-model.ts";
import type { Packet } from "./player-model.ts";
import { Timeline } from "./timeline.ts";

export type Scenario = {
  up: LinkProfile;
  down: LinkProfile;
  options: RateOptions;
  durationMs: number;
  seed: number;
  /** What the title's picture is worth at a moment; a menu less than a fight. Unlimited by default. */
  demandKbps?: (atMs: number) => number;
  /** What a frame costs the player's decoder; few milliseconds by default. */
  decodeMs?: number;
  /** False for a browser that can't tell which frame it showed. */
  frameNews?: boolean;
  /** False for a browser that does not know its round trip (`client/src/stream/known-round-trip.ts`). */
  roundTripKnown?: boolean;
};

export type SimulatedFrame = {
  capturedAtMs: number;
  bytes: number;
  keyframe: boolean;
  /** Undefined when it was never shown. */
  shownAtMs: number | undefined;
};

export type DecisionSample = RateDecision & { atMs: number };

export type Run = {
  scenario: Scenario;
  frames: readonly SimulatedFrame[];
  /** Every change. */
  decisions: readonly DecisionSample[];
  packetsSent: number;
};

const FRAME_MS = 1_000 / 60;
const CAPTURE_AND_ENCODE_MS = 5;
const PACKET_BYTES = 1_200;
const NEWS_BYTES = 60;
const SCENE_MS = 7_300;
const ESTIMATE_STEP_MS = 50;

export function simulateSession(scenario: Scenario): Run {
  const { seed, options, durationMs } = scenario;
  const timeline = new Timeline();
  const down = openPath(scenario.down, seed, timeline);
  const up = openPath(scenario.up, seed + 1, timeline);
  const frames: SimulatedFrame[] = [];
  const decisions: DecisionSample[] = [];
  const sentPackets = new Map<number, Packet & { bytes: number }>();
  let [state, decision] = startRate(options, 0);
  let encoder = IDLE_ENCODER;
  let seq = 0;
  let packetsSent = 0;
  let bytesSent = 0;
  let bytesReceived = 0;
  let keyframeWanted = false;
  let lastOneWayMs = 0;
  let leastOneWayMs = Infinity;
  decisions.push({ ...decision, atMs: 0 });

  function tell(event: RateEvent): void {
    const { nowMs } = timeline;
    [state, decision] = controlRate(state, event, nowMs);
    keyframeWanted ||= decision.keyframe;
    const last = decisions.at(-1);
    if (last && Object.keys(decision).every((key) => decision[key as keyof RateDecision] === last[key as keyof RateDecision])) return;
    decisions.push({ ...decision, atMs: nowMs });
  }

  function sendPacket(packet: Packet, bytes: number): void {
    packetsSent += 1;
    bytesSent += bytes;
    const sentAtMs = timeline.nowMs;
    down(bytes, () => {
      lastOneWayMs = timeline.nowMs - sentAtMs;
      leastOneWayMs = Math.min(leastOneWayMs, lastOneWayMs);
      bytesReceived += bytes;
      player.receive(packet);
    });
  }

  const roundTripMs = scenario.roundTripKnown === false ? undefined : scenario.up.delayMs + scenario.down.delayMs;
  const player = new PlayerModel(timeline, { decodeMs: scenario.decodeMs ?? DECODE_MS, roundTripMs }, {
    onNack: (seqs) =>
      up(NEWS_BYTES, () => {
        for (const missing of seqs) {
          const packet = sentPackets.get(missing);
          if (packet) sendPacket({ ...packet, repeat: true }, packet.bytes);
        }
      }),
    onKeyframeNeeded: () => up(NEWS_BYTES, () => (keyframeWanted = true)),
    onShown: (index, shownAtMs) => {
      const frame = frames[index];
      if (frame) frame.shownAtMs = shownAtMs;
    },
    onNews: (news) => {
      if (scenario.frameNews !== false) up(NEWS_BYTES, () => tell({ type: "frames-received", frames: news }));
    },
  });

  function captureFrame(tick: number): void {
    const capturedAtMs = timeline.nowMs;
    if (decision.hold || tick % Math.round(60 / decision.fps) !== 0) return;
    const scene = Math.floor(capturedAtMs / SCENE_MS);
    const newScene = scene !== Math.floor((capturedAtMs - FRAME_MS) / SCENE_MS) && scene > 0;
    const [next, { bytes, keyframe }] = encodeFrame(encoder, {
      atMs: capturedAtMs,
      kbps: decision.bitrateKbps,
      fps: decision.fps,
      demandKbps: scenario.demandKbps?.(capturedAtMs) ?? Infinity,
      keyframe: keyframeWanted,
      newScene,
      seed,
    });
    encoder = next;
    keyframeWanted = false;
    timeline.at(capturedAtMs + CAPTURE_AND_ENCODE_MS, () => sendFrame(capturedAtMs, bytes, keyframe));
  }

  function sendFrame(capturedAtMs: number, bytes: number, keyframe: boolean): void {
    const index = frames.push({ capturedAtMs, bytes, keyframe, shownAtMs: undefined }) - 1;
    const parts = Math.ceil(bytes / PACKET_BYTES);
    for (let part = 0; part < parts; part++) {
      const packetBytes = part === parts - 1 ? bytes - part * PACKET_BYTES : PACKET_BYTES;
      const packet = { seq, frame: index, parts, part, keyframe, repeat: false };
      sentPackets.set(seq, { ...packet, bytes: packetBytes });
      sentPackets.delete(seq - 4_000);
      seq += 1;
      sendPacket(packet, packetBytes);
    }
    tell({ type: "frame-sent", frame: { rtpTimestamp: index, bytes, keyframe } });
  }

  let tick = 0;
  timeline.every(FRAME_MS, () => captureFrame(tick++));
  timeline.every(50, () => tell({ type: "ticked" }));

  let counted = { expected: 0, received: 0 };
  timeline.every(1_000, () => {
    const expected = player.expected - counted.expected;
    const lost = expected - (player.received - counted.received);
    counted = { expected: player.expected, received: player.received };
    if (expected === 0) return;
    const reportedAtMs = timeline.nowMs;
    up(NEWS_BYTES, () =>
      tell({
        type: "loss-reported",
        lossFraction: lost / expected,
        roundTripMs: lastOneWayMs + timeline.nowMs - reportedAtMs,
      }),
    );
  });

  let reported = 0;
  timeline.every(1_000, () => {
    const shown = frames.filter(({ shownAtMs }) => shownAtMs !== undefined && shownAtMs <= timeline.nowMs).length;
    const report = { framesReceived: shown - reported, framesDropped: 0, decodeMs: scenario.decodeMs ?? DECODE_MS };
    reported = shown;
    up(NEWS_BYTES, () => tell({ type: "player-reported", report }));
  });

  let estimate = startEstimate(options.startKbps);
  // mediasoup measures what is sent over about a second.
  let usualSentKbps = options.startKbps;
  let before = { sent: 0, received: 0, leastMs: Infinity };
  timeline.every(ESTIMATE_STEP_MS, () => {
    usualSentKbps = 0.95 * usualSentKbps + 0.05 * (((bytesSent - before.sent) * 8) / ESTIMATE_STEP_MS);
    const [next, toldKbps] = updateEstimate(estimate, {
      sentKbps: usualSentKbps,
      receivedKbps: ((bytesReceived - before.received) * 8) / ESTIMATE_STEP_MS,
      delayGrowthMs: leastOneWayMs - before.leastMs,
      nowMs: timeline.nowMs,
      sinceMs: ESTIMATE_STEP_MS,
    });
    before = { sent: bytesSent, received: bytesReceived, leastMs: leastOneWayMs };
    leastOneWayMs = Infinity;
    estimate = next;
    if (toldKbps !== undefined) tell({ type: "bandwidth-estimated", availableKbps: toldKbps });
  });

  timeline.runUntil(durationMs);
  return { scenario, frames, decisions, packetsSent };
}
