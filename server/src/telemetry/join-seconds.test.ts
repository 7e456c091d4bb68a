import { describe, expect, test } from "vitest";
import { nodeSample, playerSample } from "../testing/fixtures.ts";
import { joinSeconds } from "./join-seconds.ts";
import { playerSecond, type NodeSecond, type PlayerSecond, type Timed } from "./seconds.ts";

type Change<S> = Partial<S> & { endMs: number };

const player = (...seconds: Change<PlayerSecond>[]): Timed<PlayerSecond>[] =>
  seconds.map((change) => ({ ...playerSecond(playerSample()), ...change }));
const node = (...seconds: Change<NodeSecond>[]): Timed<NodeSecond>[] => seconds.map((change) => ({ ...nodeSample(), ...change }));

const sentOf = (...joining: Parameters<typeof joinSeconds>) => joinSeconds(...joining).map(({ quality }) => quality.framesSent);

describe("frames sent", () => {
  test("are the node's, where the ends take their samples at one moment", () => {
    expect(sentOf(player({ endMs: 1_000 }, { endMs: 2_000 }), node({ endMs: 1_000, framesSent: 58 }, { endMs: 2_000, framesSent: 60 }))).toEqual([58, 60]);
  });

  test("are cut to the player's second, where they don't", () => {
    const seconds = node({ endMs: 1_250, framesSent: 40 }, { endMs: 2_250, framesSent: 60 }, { endMs: 3_250, framesSent: 20 });
    expect(sentOf(player({ endMs: 2_000 }, { endMs: 3_000 }), seconds)).toEqual([0.25 * 40 + 0.75 * 60, 0.25 * 60 + 0.75 * 20]);
  });

  test("of several seconds belong to one long one", () => {
    const seconds = [1, 2, 3, 4].map((second) => ({ endMs: second * 1_000 }));
    expect(sentOf(player({ endMs: 3_500, durationMs: 3_000, framesShown: 180 }), node(...seconds))).toEqual([180]);
  });

  test("are made good where a little of the node's is missing", () => {
    expect(sentOf(player({ endMs: 1_000 }), node({ endMs: 750, durationMs: 750, framesSent: 45 }))).toEqual([60]);
  });

  test("don't count a repeat of the same picture, nor does what was shown of repeats", () => {
    const [second] = joinSeconds(player({ endMs: 1_000, framesShown: 30 }), node({ endMs: 1_000, framesSent: 30, framesRepeated: 10 }));
    expect(second?.quality).toMatchObject({ framesSent: 30, framesShown: 22.5 });
    expect(second).toMatchObject({ framesSent: 40, framesShown: 30 });
  });
});

describe("a second counts for nothing", () => {
  test.each([
    ["without the node", []],
    ["of which the node told less than half", node({ endMs: 450, durationMs: 450 })],
    ["when the node told of another time", node({ endMs: 9_000 })],
  ])("%s", (_name, seconds) => {
    expect(joinSeconds(player({ endMs: 1_000 }), seconds)).toEqual([]);
  });

  test("without the player", () => {
    expect(joinSeconds([], node({ endMs: 1_000 }))).toEqual([]);
  });

  test("while neither end knows the round trip", () => {
    const both = [player({ endMs: 1_000, roundTripMs: undefined }), node({ endMs: 1_000, roundTripMs: undefined })] as const;
    expect(joinSeconds(...both)).toEqual([]);
  });
});

describe("the delay", () => {
  test("is the player's round trip, or the node's where the player has none", () => {
    const told = joinSeconds(player({ endMs: 1_000 }, { endMs: 2_000, roundTripMs: undefined }), node({ endMs: 1_000 }, { endMs: 2_000 }));
    expect(told.map(({ quality }) => quality.roundTripMs)).toEqual([12, 11]);
  });

  test("has no jitter buffer in a second in which no frame left it", () => {
    const [frozen] = joinSeconds(player({ endMs: 1_000, jitterBufferMs: undefined, framesShown: 0, freezeMs: 1_000 }), node({ endMs: 1_000 }));
    expect(frozen?.quality).toMatchObject({ jitterBufferMs: 0, freezeMs: 1_000 });
  });
});
