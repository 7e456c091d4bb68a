import { expect, test } from "vitest";
import { controlRate, startRate } from "./control-rate.ts";
import type { RateState } from "./control-rate.ts";
import type { RateDecision, RateEvent } from "./events.ts";
import { recoveryDueAtMs } from "./recovery.ts";
import { makeRateOptions } from "./tuning.ts";

const FRAME_MS = 1_000 / 60;
const ECHO_MS = 30;

/** A stream whose frames are told of after `ECHO_MS`, until they stand. */
function streamOn({ lossFraction, roundTripMs = 20 }: { lossFraction: number; roundTripMs?: number }) {
  let [state, decision]: [RateState, RateDecision] = startRate(makeRateOptions({ width: 1280, height: 720 }, 60, 12_000), 0);
  let nowMs = 0;
  let frames = 0;
  const tell = (event: RateEvent) => {
    [state, decision] = controlRate(state, event, nowMs);
    return decision.keyframe;
  };
  const frame = (lateMs: number | undefined) => {
    const rtpTimestamp = frames++;
    const asked = tell({ type: "frame-sent", frame: { rtpTimestamp, bytes: 8_000, keyframe: false } });
    nowMs += FRAME_MS;
    if (lateMs === undefined) return asked;
    // Told at once of a frame that was sent as long ago as its news takes: the clocks differ anyway.
    const told = tell({ type: "frames-received", frames: [{ rtpTimestamp: rtpTimestamp - 2, receivedAtMs: nowMs - FRAME_MS + lateMs }] });
    return asked || told;
  };
  for (let count = 0; count < 60; count++) frame(0);
  tell({ type: "loss-reported", lossFraction, roundTripMs });
  for (let count = 0; count < 30; count++) frame(0);
  return {
    stand: (forMs: number) => {
      const askedAtMs: number[] = [];
      const sinceMs = nowMs;
      while (nowMs < sinceMs + forMs) if (frame(undefined)) askedAtMs.push(nowMs - FRAME_MS - sinceMs);
      return askedAtMs;
    },
    frame,
    dueInMs: () => {
      const dueAtMs = recoveryDueAtMs(state, nowMs);
      return dueAtMs === undefined ? undefined : dueAtMs - nowMs;
    },
  };
}

test("a picture that stands for longer than a repair takes gets a keyframe, well before the player asks again", () => {
  const [firstMs = Infinity] = streamOn({ lossFraction: 0.03 }).stand(300);
  expect(firstMs).toBeGreaterThan(20 + FRAME_MS);
  expect(firstMs).toBeLessThan(100);
});

test("one repair is given its time: a freeze of a round trip and a frame asks for nothing", () => {
  const stream = streamOn({ lossFraction: 0.03 });
  expect(stream.stand(20 + FRAME_MS)).toEqual([]);
  expect(stream.frame(0)).toBe(false);
});

test("in one silence keyframes are asked for less and less often", () => {
  const asked = streamOn({ lossFraction: 0.03 }).stand(1_000);
  const waits = asked.slice(1).map((atMs, index) => atMs - (asked[index] ?? 0));
  expect(asked.length).toBeLessThanOrEqual(4);
  expect(waits.every((wait, index) => wait > (waits[index - 1] ?? 0))).toBe(true);
});

test("a link that loses nothing, and stalls, is not sent a keyframe into its queue", () => {
  expect(streamOn({ lossFraction: 0 }).stand(450)).toEqual([]);
});

test("one that stands for so long that the player must have given up is, once", () => {
  const asked = streamOn({ lossFraction: 0 }).stand(2_000);
  expect(asked[0]).toBeGreaterThan(450);
  expect(asked[0]).toBeLessThan(600);
  expect(asked).toHaveLength(1);
});

test("on a long path the player's own second request comes first", () => {
  expect(streamOn({ lossFraction: 0.03, roundTripMs: 100 }).stand(200)).toEqual([]);
});

test("whoever runs it is told when to look again", () => {
  const stream = streamOn({ lossFraction: 0.03 });
  expect(stream.dueInMs()).toBeUndefined();
  stream.stand(ECHO_MS + 20);
  expect(stream.dueInMs()).toBeGreaterThan(0);
  expect(stream.dueInMs()).toBeLessThan(60);
});
