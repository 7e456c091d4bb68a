import { describe, expect, test } from "vitest";
import { Scope } from "@nearframe/shared/lifetime";
import type { CreatePipeline, PipelineEvents, PipelineOptions } from "../ports.ts";
import type { TriedEncoder } from "./choose-codec.ts";
import { createEncoderSessions, withRoom } from "./encoder-sessions.ts";
import { KNOWN_ENCODERS, type VideoEncoderName } from "./known-encoders.ts";

const SPEED = { frameMsP50: 2, frameMsP95: 3, fpsMax: 300 };
function tried(name: VideoEncoderName, sessionsMax?: number): TriedEncoder {
  const { codec, hardware } = KNOWN_ENCODERS[name];
  return { name, codec, hardware, opened: true, at720p: SPEED, at1080p: SPEED, ...(sessionsMax !== undefined && { sessionsMax }) };
}
const NODE = [tried("nvenc-h264", 2), tried("x264"), tried("nvenc-av1", 2), tried("svt-av1")];
const names = (encoders: readonly TriedEncoder[]) => encoders.map(({ name }) => name);

describe("one more session may choose from", () => {
  test.each([
    ["all, while the driver has room", NODE, 1, ["nvenc-h264", "x264", "nvenc-av1", "svt-av1"]],
    ["the processor, where the driver is full, for all of its codecs", NODE, 2, ["x264", "svt-av1"]],
    ["the full one, where its codec has no other", [tried("nvenc-h264", 2), tried("svt-av1")], 2, ["nvenc-h264", "svt-av1"]],
    ["all, where the driver never refused", [tried("nvenc-h264"), tried("x264")], 50, ["nvenc-h264", "x264"]],
  ] as const)("%s", (_, node, sessions, expected) => {
    expect(names(withRoom(node, new Map([["nvenc", sessions]])))).toEqual(expected);
  });
});

describe("pipelines", () => {
  function openNode() {
    const sessions = createEncoderSessions(() => NODE);
    const started: { encoders: PipelineOptions["encoders"]; events: PipelineEvents; end(error?: Error): void }[] = [];
    const notices: string[] = [];
    let fails = false;
    const create: CreatePipeline = async ({ encoders }, events) => {
      if (fails) throw new Error("no display");
      const closed = Promise.withResolvers<Error | undefined>();
      started.push({ encoders, events, end: closed.resolve });
      return { requestKeyframe() {}, showNonce() {}, setTarget() {}, closed: closed.promise };
    };
    const counted = sessions.counted(create);
    const start = (encoders: PipelineOptions["encoders"] | "its own" = ["nvenc-h264", "x264"]) =>
      counted((encoders === "its own" ? {} : { encoders }) as PipelineOptions, { onFirstPicture() {}, onFrame() {}, onNotice: (text) => void notices.push(text) }, new Scope());
    return { sessions, started, notices, start, fail: () => void (fails = true) };
  }
  const HARDWARE = ["nvenc-h264", "x264", "nvenc-av1", "svt-av1"];

  test("beyond what the driver opens are coded by the next encoder, and say so", async () => {
    const { sessions, started, notices, start } = openNode();
    await start();
    await start(["nvenc-av1", "svt-av1"]);
    expect(notices).toEqual([]);
    expect(names(sessions.withRoom())).toEqual(["x264", "svt-av1"]);
    // Chosen before the driver was full.
    await start();
    await start(["x264"]);
    expect(started.map(({ encoders }) => encoders?.[0])).toEqual(["nvenc-h264", "nvenc-av1", "x264", "x264"]);
    const said = "nvenc-h264 codes 2 sessions, as many as its driver opens at once: x264 codes this one.";
    expect(notices).toEqual([said, said]);
  });

  test("give their place back when they end, fail, never start, or are coded by another", async () => {
    const { sessions, started, start, fail } = openNode();
    for (let turn = 0; turn < 3; turn++) {
      await Promise.all([start(), start()]);
      expect(names(sessions.withRoom())).toEqual(["x264", "svt-av1"]);
      const [one, two] = started.splice(0);
      one?.events.onEncoder?.("x264");
      two?.end(turn === 0 ? undefined : new Error("the device is lost"));
      await Promise.resolve();
      expect(names(sessions.withRoom())).toEqual(HARDWARE);
      one?.end();
      await Promise.resolve();
      // Too late to count.
      two?.events.onEncoder?.("nvenc-h264");
    }
    fail();
    for (let turn = 0; turn < 3; turn++) await expect(start()).rejects.toThrow("no display");
    expect(names(sessions.withRoom())).toEqual(HARDWARE);
  });

  test("that choose for themselves are left alone", async () => {
    const { started, start, notices } = openNode();
    for (let turn = 0; turn < 3; turn++) await start("its own");
    expect(started).toHaveLength(3);
    expect(notices).toEqual([]);
  });
});
