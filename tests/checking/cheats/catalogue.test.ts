// The catalogue of cheats and faults (docs/checking.md): what a node, a player or a checker does,
// and what finds it. Those that need real pictures, packets or encoders are beside this file.
//
// A node is bent where a checker meets it: at the packets, pictures and words of one play.

import { describe, expect, test } from "vitest";
import { createWatch } from "@nearframe/checker/measure/watch";
import { faultsIn, type Fault } from "@nearframe/shared/checking/criteria";
import type { PlayedObservation } from "@nearframe/shared/checking/observation";
import { scoreNode, type NodeHistory } from "@nearframe/shared/checking/scores";
import { newTrust, recordAgreement, weightOf } from "@nearframe/shared/checking/trust";
import { weightedMedian } from "@nearframe/shared/checking/weighted-median";
import type { WireFrameMark } from "@nearframe/shared/media/frame-mark";
import { simulateWeeks } from "../weeks/weeks.ts";

const TITLE = { size: { width: 1280, height: 720 }, fps: 60 };
const PACKET_BYTES = 1_000;
const ROUND_TRIP_MS = 20;
const NONCES_AT_MS = [6_000, 7_500, 9_000, 10_500];

type Node = {
  /** Frames that are really drawn, and frames that are sent, a second. */
  drawnFps?: number;
  sentFps?: number;
  /** Told of, for each that is sent. */
  markedTimes?: number;
  bytesTimes?: number;
  packetsPerFrame?: number;
  size?: { width: number; height: number };
  /** From a press, or a question, to the picture that answers, on top of the way there and back. */
  answerMs?: number;
  nonceMs?: number;
  /** From its media port to where the work is done, there and back. */
  relayMs?: number;
  /** What is shown was recorded: nothing answers. */
  isRecorded?: boolean;
  starts?: boolean;
};

/** Twelve seconds of a node, as the checker's watch hears them. */
function play({ drawnFps = 60, sentFps = 60, markedTimes = 1, bytesTimes = 1, packetsPerFrame = 16, size = TITLE.size, answerMs = 45, nonceMs = 45, relayMs = 2, isRecorded = false, starts = true }: Node): PlayedObservation {
  const watch = createWatch(0, TITLE);
  let sequence = 0;
  let flips = 0;
  let drawn = -1;
  const presses = Array.from({ length: 12 }, (_, index) => 5_000 + index * 500);
  const due = presses.map((atMs) => ({ atMs, answered: false }));
  const frames = starts ? 12 * sentFps : 0;
  for (let frame = 0; frame < frames; frame += 1) {
    const atMs = 500 + (frame * 1_000) / sentFps;
    for (const press of due) {
      if (press.atMs <= atMs && press.atMs > atMs - 1_000 / sentFps) watch.handlePress(press.atMs);
      if (!isRecorded && !press.answered && press.atMs + ROUND_TRIP_MS + answerMs <= atMs) {
        press.answered = true;
        flips += 1;
      }
    }
    for (const [index, askedMs] of NONCES_AT_MS.entries()) {
      if (askedMs <= atMs && askedMs > atMs - 1_000 / sentFps) watch.handleChallenge(index + 1, askedMs);
    }
    const shown = NONCES_AT_MS.findIndex((askedMs) => atMs >= askedMs + ROUND_TRIP_MS + nonceMs && atMs < askedMs + ROUND_TRIP_MS + nonceMs + 150);
    const nonce = shown >= 0 && !isRecorded ? shown + 1 : undefined;
    const timestamp = Math.round((frame * 90_000) / sentFps);
    for (let copy = 0; copy < markedTimes; copy += 1) {
      watch.handleMark({ rtpTimestamp: timestamp + copy, payloadBytes: packetsPerFrame * PACKET_BYTES * bytesTimes } as WireFrameMark);
    }
    for (let packet = 0; packet < packetsPerFrame; packet += 1) {
      watch.handleWire({ kind: "video", sequence: (sequence++) % 65_536, bytes: PACKET_BYTES + 40 });
      watch.handleFramePacket(timestamp, PACKET_BYTES);
    }
    const picture = Math.floor((atMs * drawnFps) / 1_000);
    watch.handlePicture({ atMs, ...size, isNew: picture !== drawn, decodeMs: 3, flips, nonce });
    drawn = picture;
  }
  watch.handleSound(0.2);
  for (let ping = 0; ping < 10; ping += 1) {
    watch.handleRoundTrip(ROUND_TRIP_MS + relayMs + (ping % 3) * 4);
    watch.handleBinding(ROUND_TRIP_MS + (ping % 4) * 3);
  }
  return watch.observe(12_400);
}

describe("a node", () => {
  test("that is honest shows no fault", () => {
    expect(faultsIn(play({}))).toEqual([]);
  });

  test.each<[string, Fault, Node]>([
    ["that plays a recording", "nonce-missed", { isRecorded: true }],
    ["that sells each frame twice", "few-frames", { drawnFps: 30 }],
    ["that tells of frames which it does not send", "frames-inflated", { markedTimes: 2 }],
    ["that tells of bytes which it does not send", "bytes-inflated", { bytesTimes: 1.5 }],
    ["that draws slowly", "few-frames", { drawnFps: 40, sentFps: 40 }],
    ["whose uplink is throttled, so that the picture is small", "small-picture", { size: { width: 640, height: 360 }, packetsPerFrame: 2 }],
    ["whose uplink is throttled", "low-bitrate", { packetsPerFrame: 1 }],
    ["that has the work done far away", "late-response", { answerMs: 130, nonceMs: 130 }],
    ["that has the work done in the next town", "work-elsewhere", { relayMs: 25, answerMs: 70, nonceMs: 70 }],
    ["that has the work done at the other end of the world", "nonce-missed", { answerMs: 350, nonceMs: 350 }],
    ["that lives and serves nobody", "never-started", { starts: false }],
  ])("%s is found: %s", (_, fault, bent) => {
    expect(faultsIn(play(bent))).toContain(fault);
  });
});

const HISTORY: NodeHistory = { minutes: { good: 0, degradedByHost: 0, badByHost: 0 }, sessions: { ended: 0, failedByHost: 0 }, uptimeShare: 1, verdicts: [] };
const verdict = (faults: Fault[], kind: "routine" | "penalty" = "routine") =>
  ({ atMs: 0, faults, kind });

describe("a host", () => {
  test("who plays alone on a bad node, to make it look good, does not buy back what checks found", () => {
    const checks = [verdict(["few-frames"]), verdict(["few-frames"]), verdict(["few-frames"])];
    const washed = { ...HISTORY, minutes: { good: 100_000, degradedByHost: 0, badByHost: 0 }, sessions: { ended: 2_000, failedByHost: 0 }, verdicts: checks };
    const plain = { ...HISTORY, minutes: { good: 600, degradedByHost: 0, badByHost: 0 }, sessions: { ended: 20, failedByHost: 0 }, verdicts: [verdict([]), verdict([]), verdict([])] };
    expect(scoreNode(washed, 0).performance).toBeLessThan(0.6);
    expect(scoreNode(plain, 0).performance).toBeGreaterThan(0.9);
    // And a penalty is not outweighed by any number of them.
    expect(scoreNode({ ...washed, verdicts: [verdict(["nonce-missed"], "penalty")] }, 0).overall).toBeLessThan(0.25);
  });

  test("whose node reports itself better than it is, is one voice of several", () => {
    const told = weightedMedian([{ value: 4.5, weight: 0.25 }, { value: 2.4, weight: 0.25 }, { value: 2.5, weight: 0.8 }]);
    expect(told).toBe(2.5);
  });
});

test("a player who exaggerates moves a minute's score no further than the others' words", () => {
  const others = [{ value: 4.2, weight: 0.25 }, { value: 4.1, weight: 0.25 }, { value: 4.3, weight: 0.8 }];
  expect(weightedMedian([...others, { value: 1, weight: 0.25 }])).toBeGreaterThanOrEqual(4.1);
});

describe("a checker", () => {
  const weightAfter = (agrees: (check: number) => boolean) => {
    let trust = newTrust(0);
    for (let check = 0; check < 40; check += 1) trust = recordAgreement(trust, agrees(check), check * 3_600_000);
    return weightOf(trust, 40 * 3_600_000);
  };

  test("who never looks and says that all is well loses weight where something is wrong", () => {
    // A fifth of what is checked has a fault, some of it put there to see who looks.
    const [honest, lazy, contrary] = [weightAfter(() => true), weightAfter((check) => check % 5 !== 0), weightAfter(() => false)];
    expect(honest).toBeGreaterThan(0.9);
    expect(lazy).toBeLessThan(0.7 * honest);
    expect(contrary).toBe(0.05);
  });

  test("with a fifth of the others in league neither saves a friend nor ruins an enemy", { timeout: 120_000 }, () => {
    const weeks = { weeks: 8, seed: 6, lazy: 3, colluding: 12 };
    expect(simulateWeeks({ ...weeks, nodeKind: "honest", friend: false }).penalised.count).toBe(0);
    expect(simulateWeeks({ ...weeks, nodeKind: "replayed-video", friend: true }).penalised.count).toBeGreaterThanOrEqual(4);
  });
});
