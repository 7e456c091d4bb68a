import { expect, test } from "vitest";
import type { NodeSample, PlayerSample } from "@nearframe/shared/telemetry/samples";
import { nodeSample, playerSample } from "../testing/fixtures.ts";
import { flagMinute } from "./flag-minute.ts";
import { joinSeconds } from "./join-seconds.ts";
import { playerSecond } from "./seconds.ts";

function flags(player: Partial<PlayerSample>, node: Partial<NodeSample> = {}, seconds = 60) {
  const ends = Array.from({ length: seconds }, (_, second) => (second + 1) * 1_000);
  return flagMinute(
    joinSeconds(
      ends.map((endMs) => ({ ...playerSecond(playerSample(player)), endMs })),
      ends.map((endMs) => ({ ...nodeSample(node), endMs })),
    ),
  );
}

test.each([
  ["an honest minute", {}, {}, []],
  ["a lossy one", { framesShown: 20, receivedKbps: 3_000, freezeMs: 600, roundTripMs: 300 }, { roundTripMs: 280 }, []],
  ["repeats that are shown", { framesShown: 5, receivedKbps: 90 }, { framesSent: 1, framesRepeated: 4, sentKbps: 90 }, []],
  ["resent packets", { receivedKbps: 9_500 }, {}, []],
  ["more frames than were sent", { framesShown: 120 }, {}, ["shown-over-sent"]],
  ["more bits than were sent", { receivedKbps: 12_000 }, {}, ["received-over-sent"]],
  ["a picture that stood longer than time", { freezeMs: 2_000 }, {}, ["frozen-over-time"]],
  ["a player far from where the node sees it", { roundTripMs: 200 }, { roundTripMs: 10 }, ["round-trips-apart"]],
  ["a player nearer than light allows", { roundTripMs: 1 }, { roundTripMs: 90 }, ["round-trips-apart"]],
] as const)("%s", (_name, player, node, expected) => {
  expect(flags(player, node)).toEqual(expected);
});

test("frames in flight at the edge of a short stretch are no contradiction", () => {
  expect(flags({ framesShown: 100 }, {}, 1)).toEqual([]);
});

test("one round trip alone contradicts nobody", () => {
  const { roundTripMs: _, ...silent } = nodeSample();
  const second = { ...playerSecond(playerSample({ roundTripMs: 500 })), endMs: 1_000 };
  expect(flagMinute(joinSeconds([second], [{ ...silent, endMs: 1_000 }]))).toEqual([]);
});
