import { describe, expect, test } from "vitest";
import type { EncoderReport, PlayerReport } from "./events.ts";
import { noteEncoder, notePlayer, NO_PRESSURE, settlePressure } from "./pressure.ts";
import type { PressureState } from "./pressure.ts";

const CALM: EncoderReport = { encodeMs: 4, backlogFrames: 0, pacerQueueMs: 0 };
const SMOOTH: PlayerReport = { framesReceived: 60, framesDropped: 0, decodeMs: 3 };
const RUNGS = 5;

/** One report of each a second, with five looks between. */
function live(
  seconds: readonly { encoder?: Partial<EncoderReport>; player?: Partial<PlayerReport> }[],
  from: PressureState = NO_PRESSURE,
  fromMs = 0,
): PressureState {
  let state = from;
  for (const [second, { encoder, player }] of seconds.entries()) {
    const nowMs = fromMs + second * 1_000;
    state = noteEncoder(state, { ...CALM, ...encoder }, 60, nowMs);
    state = notePlayer(state, { ...SMOOTH, ...player }, 60, nowMs);
    for (let look = 0; look < 5; look++) state = settlePressure(state, RUNGS, nowMs + look * 200);
  }
  return state;
}

const times = <T>(count: number, value: T): T[] => Array.from({ length: count }, () => value);

test("nobody complains: the whole ladder is open", () => {
  expect(live(times(10, {}))).toMatchObject({ floorRung: 0, by: undefined });
});

test("one slow second is forgiven", () => {
  expect(live([{ encoder: { encodeMs: 30 } }, {}, {}]).floorRung).toBe(0);
});

describe("what counts as too much for the encoder", () => {
  test.each([
    ["a frame that takes its whole time", { encodeMs: 16 }],
    ["frames that wait", { backlogFrames: 2 }],
    ["packets that wait", { pacerQueueMs: 50 }],
  ])("%s", (_name, encoder) => {
    expect(live(times(2, { encoder }))).toMatchObject({ floorRung: 1, by: "node-encoder" });
  });
});

describe("what counts as too much for the player", () => {
  test.each([
    ["a decoder that takes a frame's whole time", { decodeMs: 16 }],
    ["one frame in eight dropped", { framesReceived: 53, framesDropped: 8 }],
  ])("%s", (_name, player) => {
    expect(live(times(2, { player }))).toMatchObject({ floorRung: 1, by: "player-decoder" });
  });

  test("a still picture with no frames is no complaint", () => {
    expect(live(times(5, { player: { framesReceived: 0, framesDropped: 0, decodeMs: 0 } })).floorRung).toBe(0);
  });
});

test("it goes down rung by rung, and not below the last", () => {
  expect(live(times(4, { player: { decodeMs: 40 } })).floorRung).toBe(1);
  expect(live(times(6, { player: { decodeMs: 40 } })).floorRung).toBe(2);
  expect(live(times(60, { player: { decodeMs: 400 } })).floorRung).toBe(RUNGS - 1);
});

test("after a while a rung more is tried; where that fails at once, the next try waits longer", () => {
  const down = live(times(2, { player: { decodeMs: 20 } }));
  expect(down.floorRung).toBe(1);
  const tried = live(times(11, {}), down, 2_000);
  expect(tried).toMatchObject({ floorRung: 0, by: undefined });
  const again = live(times(4, { player: { decodeMs: 20 } }), tried, 13_000);
  expect(again.floorRung).toBe(1);
  expect(again.retryMs).toBe(2 * down.retryMs);
  expect(live(times(11, {}), again, 17_000).floorRung).toBe(1);
  expect(live(times(21, {}), again, 17_000).floorRung).toBe(0);
});
