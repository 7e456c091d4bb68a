import { expect, test } from "vitest";
import { makeStats, readReport } from "./stats.ts";

function report(atMs: number, counts: { packets: number; lost: number; bytes: number; frames: number; decodeS: number; bufferS: number }) {
  return readReport(
    [
      {
        type: "inbound-rtp", id: "v", kind: "video", mid: "0", codecId: "c", frameWidth: 1280, frameHeight: 720,
        framesPerSecond: 59, packetsReceived: counts.packets, packetsLost: counts.lost, bytesReceived: counts.bytes,
        framesDecoded: counts.frames, totalDecodeTime: counts.decodeS, jitterBufferDelay: counts.bufferS,
        jitterBufferEmittedCount: counts.frames, jitter: 0.002, framesDropped: 3, freezeCount: 1,
        decoderImplementation: "FFmpeg",
      },
      { type: "inbound-rtp", id: "p", kind: "video", mid: "probator", packetsReceived: 5, bytesReceived: 5 },
      { type: "inbound-rtp", id: "a", kind: "audio", mid: "1", bytesReceived: 16_000 * (atMs / 1000) },
      { type: "candidate-pair", id: "old", nominated: false, state: "failed", currentRoundTripTime: 9 },
      { type: "candidate-pair", id: "pair", nominated: true, state: "succeeded", currentRoundTripTime: 0.5, localCandidateId: "l" },
      { type: "local-candidate", id: "l", protocol: "udp" },
      { type: "codec", id: "c", mimeType: "video/H264" },
    ],
    atMs,
  );
}

const first = report(1_000, { packets: 100, lost: 0, bytes: 100_000, frames: 60, decodeS: 0.06, bufferS: 0.12 });
const second = report(2_000, { packets: 190, lost: 10, bytes: 600_000, frames: 120, decodeS: 0.18, bufferS: 0.18 });

test("figures are of the last interval, counts of the whole", () => {
  const stats = makeStats(first, second, 12);
  expect(stats).toMatchObject({
    width: 1280, height: 720, fps: 59, videoKbps: 4_000, audioKbps: 128, roundTripMs: 12, jitterMs: 2,
    packetsLost: 10, lossShare: 0.1, framesDropped: 3, freezes: 1, codec: "H264", decoder: "FFmpeg", protocol: "udp",
  });
  expect(stats?.decodeMs).toBeCloseTo(2);
  expect(stats?.jitterBufferMs).toBeCloseTo(1);
});

test("with one report alone there is no rate yet", () => {
  expect(makeStats(undefined, first, undefined)).toMatchObject({ width: 1280, videoKbps: 0 });
});

test("a counter that starts again, as on a new path, makes no negative rate", () => {
  expect(makeStats(second, { ...first, atMs: 3_000 }, undefined)).toMatchObject({ videoKbps: 0, lossShare: 0 });
});

test("without a video there are no figures", () => {
  expect(makeStats(undefined, readReport([{ type: "codec", id: "c" }, null, 7, {}], 0), undefined)).toBeUndefined();
});
