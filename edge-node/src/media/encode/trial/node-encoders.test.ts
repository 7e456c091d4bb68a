import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { Scope } from "@nearframe/shared/lifetime";
import type { TriedEncoder } from "../choose-codec.ts";
import type { VideoEncoderName } from "../known-encoders.ts";
import { openNodeEncoders } from "./node-encoders.ts";

const SPEED = { frameMsP50: 4, frameMsP95: 5, fpsMax: 200 };
const FOUND: readonly TriedEncoder[] = [
  { name: "nvenc-h264", codec: "H264", hardware: true, opened: false, reason: "There is no such device." },
  { name: "x264", codec: "H264", hardware: false, opened: true, at720p: SPEED, at1080p: SPEED },
];
const ALLOWED: readonly VideoEncoderName[] = ["nvenc-h264", "x264"];

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(path.join(os.tmpdir(), "nearframe-encoders-"));
});
afterEach(() => rm(folder, { recursive: true }));

/** One start of a node; `trials` counts what it tried. */
async function startNode({ facts = "a machine", disturbed = false, allowed = ALLOWED } = {}) {
  const trials: (readonly VideoEncoderName[])[] = [];
  const encoders = await openNodeEncoders(
    { dataFolder: folder, allowed },
    {
      readFacts: () => Promise.resolve(facts),
      tryEncoders: ({ names }) => {
        trials.push(names);
        return Promise.resolve({ encoders: FOUND, disturbed });
      },
    },
    new Scope(),
  );
  return { encoders, trials };
}

describe("a node's encoders", () => {
  test("before the trial are those that need nothing but a processor", async () => {
    const { encoders, trials } = await startNode();
    expect(encoders.tried()).toBeUndefined();
    expect(encoders.usable().map(({ name }) => name)).toEqual(["x264"]);
    expect(trials).toEqual([]);
  });

  test("are what the trial found, and are not tried again", async () => {
    const { encoders, trials } = await startNode();
    expect(await encoders.tryIfUnknown()).toBe(true);
    expect(await encoders.tryIfUnknown()).toBe(false);
    expect(encoders.usable()).toEqual(FOUND);
    expect(trials).toEqual([ALLOWED]);
  });

  test("are known at once at the next start", async () => {
    await (await startNode()).encoders.tryIfUnknown();
    const { encoders, trials } = await startNode();
    expect(encoders.tried()).toEqual(FOUND);
    expect(await encoders.tryIfUnknown()).toBe(false);
    expect(trials).toEqual([]);
  });

  test.each([
    ["the machine has changed", { facts: "another machine" }],
    ["the operator allows others", { allowed: ["x264"] as const }],
  ])("are tried again when %s", async (_what, change) => {
    await (await startNode()).encoders.tryIfUnknown();
    const { encoders } = await startNode(change);
    expect(encoders.tried()).toBeUndefined();
    expect(await encoders.tryIfUnknown()).toBe(true);
  });

  test("are tried again at the next start when the machine was busy", async () => {
    const { encoders } = await startNode({ disturbed: true });
    await encoders.tryIfUnknown();
    expect(encoders.usable()).toEqual(FOUND);
    expect((await startNode()).encoders.tried()).toBeUndefined();
  });

  test.each([
    ["cut off", (text: string) => text.slice(0, -20)],
    ["of an older version", (text: string) => text.replace('"version":2', '"version":1')],
    ["with an encoder that nobody knows", (text: string) => text.replace('"x264"', '"x265"')],
  ])("are tried again when what was kept is %s", async (_what, spoil) => {
    await (await startNode()).encoders.tryIfUnknown();
    const file = path.join(folder, "encoders.json");
    await writeFile(file, spoil(await readFile(file, "utf8")));
    expect((await startNode()).encoders.tried()).toBeUndefined();
  });

  test("are hoped for where the operator wants only hardware", async () => {
    const { encoders } = await startNode({ allowed: ["nvenc-h264"] });
    expect(encoders.usable().map(({ name }) => name)).toEqual(["nvenc-h264"]);
  });
});
