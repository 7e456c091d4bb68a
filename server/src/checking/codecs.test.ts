import { verifyEpoch } from "@nearframe/shared/checking/published";
import type { EncoderReport } from "@nearframe/shared/media/encoder-reports";
import type { VideoCodec } from "@nearframe/shared/media/video-codecs";
import { afterEach, expect, test, vi } from "vitest";
import { unplayedCodecs } from "../nodes/node-record.ts";
import { verifySignature } from "./checker-door.ts";
import { createCheckingWorld, nodeRecord, well, type CheckingWorld, type See } from "./testing/checking-world.ts";

let world: CheckingWorld;
afterEach(async () => {
  await world.scope.close();
  vi.useRealTimers();
});

const speed = { frameMsP50: 4, frameMsP95: 5, fpsMax: 200 };
const encoder = (codec: VideoCodec): EncoderReport => ({ name: `of-${codec}`, codec, hardware: false, opened: true, at720p: speed, at1080p: speed });
const encoders: EncoderReport[] = [encoder("H264"), encoder("VP8"), encoder("AV1"), { name: "gone", codec: "H264", hardware: true, opened: false, reason: "no such card" }];

/** A node that claims three codecs and has two. */
const lacksAv1: See = (assignment) => {
  const seen = well(assignment);
  if (assignment.kind !== "simulated-player" || seen.kind !== "simulated-player" || assignment.codec === undefined) return seen;
  const { startupMs, ...rest } = seen;
  // Slow as well, in a codec that it would not have chosen: that says nothing.
  return assignment.codec === "AV1" ? { ...rest, watchedMs: 0, codec: "AV1" } : { ...rest, startupMs: startupMs ?? 0, distinctFps: 20, codec: assignment.codec };
};

async function begin(see: See, change: object = {}): Promise<void> {
  // Plays out of the blue hardly ever: each that there is, is for a codec.
  world = await createCheckingWorld({ playMeanMs: 1e15 });
  world.nodes.set("node-1", nodeRecord("node-1", { encoders, ...change }));
  const { checking } = await world.server("s1");
  for (let index = 0; index < 5; index += 1) world.checker(checking, index, see);
}

test("each codec that a node claims is played once, one an epoch; what did not play is told, and not offered to players", async () => {
  await begin(lacksAv1);
  await world.passEpochs(5);
  const epochs = await world.closedEpochs();
  const asked = epochs.flatMap(({ tasks }) => tasks.flatMap(({ codec }) => codec ?? []));
  expect(asked.toSorted()).toEqual(["AV1", "H264", "VP8"]);
  for (const published of epochs) {
    const { broken, verdicts } = verifyEpoch(published, verifySignature);
    expect(broken).toEqual([]);
    expect(verdicts.every(({ matches }) => matches)).toBe(true);
  }
  const [standing] = await world.store.standings(["node-1"]);
  expect(standing?.codecs).toMatchObject({ shown: expect.arrayContaining(["H264", "VP8"]), failed: [{ codec: "AV1" }] });
  expect(standing?.score?.reasons).toEqual([expect.stringContaining("codec-unplayed")]);
  expect(standing?.suspicions).toEqual([]);
  const checked = world.checked.get("node-1");
  const record = (trusted: boolean) => ({ encoders, trusted, record: { ...nodeRecord("node-1").record, checked } });
  expect([unplayedCodecs(record(false)), unplayedCodecs(record(true))]).toEqual([["AV1"], ["AV1"]]);
});

test("what was not asked for yet is not offered either, but of the operator's own nodes; and where nobody checks all is", () => {
  const record = (trusted: boolean, checked: object | undefined) => ({ encoders, trusted, record: { ...nodeRecord("node-1").record, ...(checked && { checked: { performance: 1, honesty: 1, ...checked } }) } });
  const some = { codecs: { shown: ["H264" as const], failed: [] } };
  expect([unplayedCodecs(record(false, some)), unplayedCodecs(record(true, some)), unplayedCodecs(record(false, {})), unplayedCodecs(record(false, undefined))]).toEqual([["VP8", "AV1"], [], [], []]);
  return begin(well);
});

test("a play in another codec than was asked for is not heard", async () => {
  await begin(well);
  await world.passEpochs(1);
  const [published] = await world.closedEpochs();
  const task = published?.tasks.find(({ codec }) => codec !== undefined);
  expect(task).toBeDefined();
  expect(published?.verdicts.find(({ taskId }) => taskId === task?.taskId)).toMatchObject({ outcome: "undecided", evidence: [] });
  expect((await world.store.standings(["node-1"]))[0]).not.toHaveProperty("codecs");
});
