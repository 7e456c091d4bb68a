import { MinuteQuality } from "@nearframe/shared/api/quality";
import { scoreGaming } from "@nearframe/shared/qoe/g1072";
import type { NodeSample, PlayerSample } from "@nearframe/shared/telemetry/samples";
import * as z from "zod/mini";
import { expect, test } from "vitest";
import { nodeSample, playerSample } from "../testing/fixtures.ts";
import { scoreSessionMinute } from "./score-session-minute.ts";
import { playerSecond } from "./seconds.ts";

const BEGAN_MS = 1_800_000_000_000;
const ABOUT = { sessionId: "s1", nodeId: "n1", minute: 7, beganAtMs: BEGAN_MS };

/** Seconds of a minute, the node's a fraction of a second after the player's. */
function minute(player: (second: number) => Partial<PlayerSample>, node: (second: number) => Partial<NodeSample> = () => ({}), seconds = 60) {
  const ends = Array.from({ length: seconds }, (_, second) => BEGAN_MS + second * 1_000);
  return scoreSessionMinute(ABOUT, {
    player: ends.map((endMs, second) => ({ ...playerSecond(playerSample(player(second))), endMs })),
    node: ends.map((endMs, second) => ({ ...nodeSample(node(second)), endMs: endMs + 300 })),
  });
}

test("a good minute, with every figure that explains it", () => {
  const record = minute(() => ({}));
  expect(z.parse(MinuteQuality, record?.quality)).toEqual(record?.quality);
  expect(record).toMatchObject({
    sessionId: "s1",
    nodeId: "n1",
    flags: [],
    quality: {
      minute: 7, beganAtMs: BEGAN_MS, seconds: 60, movingSeconds: 60, fps: 60, receivedKbps: 8_000, pixels: 1280 * 720,
      delayMs: 16, frameLossPercent: 0, freezes: 0, clickToPhotonCount: 240, clickToPhotonMsP50: 19, clickToPhotonMsP95: 24,
      nodeSentKbps: 8_000, nodeAvailableKbps: 12_000, nodeEncodeMsP95: 4, nodeRoundTripMsP50: 11,
    },
  });
});

test("the score can be made again from the figures that are kept", () => {
  const quality = minute((second) => ({ framesShown: second % 5 === 0 ? 50 : 60, roundTripMs: 20 + second }))?.quality;
  const { fps = 0, receivedKbps = 0, pixels = 0, delayMs = 0, frameLossPercent = 0 } = quality ?? {};
  const again = scoreGaming({
    fps, pixels, delayMs, bitrateMbps: receivedKbps / 1_000, loss: { kind: "frames", lossPercent: frameLossPercent },
    slicedLossPercent: 0, interaction: "high", complexity: "high",
  });
  expect(quality?.mos).toBeCloseTo(again.mos, 2);
});

test("sums are sums, and the worst moments are not averaged away", () => {
  const quality = minute((second) => ({ packetsLost: 2, ...(second === 30 && { freezes: 1, freezeMs: 400, audioGapMs: 700 }) }), (second) => ({ keyframes: second === 5 ? 3 : 0 }))?.quality;
  expect(quality).toMatchObject({ packetsLost: 120, freezes: 1, freezeMs: 400, audioGapMsMax: 700, nodeKeyframes: 3 });
});

test("a second with many inputs weighs more than one with few", () => {
  const quality = minute((second) =>
    second === 0
      ? { clickToPhoton: { count: 100, p50Ms: 80, p95Ms: 120, p99Ms: 130 } }
      : { clickToPhoton: { count: 1, p50Ms: 15, p95Ms: 15, p99Ms: 15 } },
  )?.quality;
  expect(quality).toMatchObject({ clickToPhotonCount: 159, clickToPhotonMsP50: 80, clickToPhotonMsP95: 120 });
});

test("a title that stands still has no frame rate, rather than one that nobody measured", () => {
  const quality = minute(() => ({ framesShown: 4, receivedKbps: 60 }), () => ({ framesSent: 1, framesRepeated: 3, sentKbps: 60 }))?.quality;
  expect(quality).toMatchObject({ movingSeconds: 0, band: "good" });
  expect(Object.keys(quality ?? {})).not.toEqual(expect.arrayContaining(["fps"]));
});

test("encoder times are those of seconds that had frames to encode", () => {
  const quality = minute(() => ({}), (second) => (second < 40 ? { framesSent: 0, encodeMsP50: 0, encodeMsP95: 0 } : {}))?.quality;
  expect(quality).toMatchObject({ nodeEncodeMsP50: 2.5, nodeEncodeMsP95: 4 });
});

test("half a minute is scored, less is not", () => {
  expect(minute(() => ({}), () => ({}), 31)?.quality.seconds).toBe(31);
  expect(minute(() => ({}), () => ({}), 29)).toBeUndefined();
});

test("a minute of which only one end told is not scored", () => {
  const player = Array.from({ length: 60 }, (_, second) => ({ ...playerSecond(playerSample()), endMs: BEGAN_MS + second * 1_000 }));
  expect(scoreSessionMinute(ABOUT, { player, node: [] })).toBeUndefined();
  expect(scoreSessionMinute(ABOUT, { player: [], node: player.map(({ endMs }) => ({ ...nodeSample(), endMs })) })).toBeUndefined();
});
