import { fileURLToPath } from "node:url";
import { afterEach, beforeEach, expect, test } from "vitest";
import { Scope } from "@nearframe/shared/lifetime";
import { VIDEO_ENCODER_NAMES } from "../known-encoders.ts";
import { readMachineFacts } from "./machine-facts.ts";
import { tryEncoders } from "./try-encoders.ts";

const FAULTY = fileURLToPath(new URL("./testing/faulty-trial.ts", import.meta.url));

let scope: Scope;
beforeEach(() => {
  scope = new Scope();
});
afterEach(() => scope.close());

test("a trial says of every known encoder what it does here, or why it is not here", async () => {
  const { encoders } = await tryEncoders({ names: VIDEO_ENCODER_NAMES }, scope);
  expect(encoders.map(({ name }) => name)).toEqual(VIDEO_ENCODER_NAMES);
  // Every machine has these; the rest depends.
  for (const name of ["x264", "vpx-vp8"]) {
    const found = encoders.find((encoder) => encoder.name === name);
    if (!found?.opened) throw new Error(`${name}: ${found?.reason}`);
    expect(found.at720p.frameMsP50).toBeGreaterThan(0);
    expect(found.at1080p.frameMsP95).toBeGreaterThanOrEqual(found.at1080p.frameMsP50);
  }
  for (const encoder of encoders) {
    if (!encoder.opened) expect(encoder.reason, encoder.name).toMatch(/^[^\n]{10,500}$/);
  }
});

test("an encoder that crashes its process costs itself, not the others", async () => {
  const { encoders } = await tryEncoders({ names: ["nvenc-h264", "x264", "vpx-vp8"], program: FAULTY }, scope);
  expect(encoders).toMatchObject([
    { name: "nvenc-h264", opened: false, reason: "Its trial ended by SIGSEGV." },
    { name: "x264", opened: true },
    { name: "vpx-vp8", opened: true },
  ]);
});

test("a hardware encoder's sessions are counted; one that crashes its driver at more than one is used all the same", async () => {
  const { encoders } = await tryEncoders({ names: ["vaapi-h264", "vulkan-h264", "x264"], program: FAULTY }, scope);
  expect(encoders.map((encoder) => encoder.opened && [encoder.name, encoder.sessionsMax])).toEqual([["vaapi-h264", 3], ["vulkan-h264", undefined], ["x264", undefined]]);
});

test("a driver that hangs is given its time, and no more", async () => {
  const { encoders } = await tryEncoders({ names: ["nvenc-av1", "x264"], program: FAULTY, encoderMsMax: 500 }, scope);
  expect(encoders).toMatchObject([
    { name: "nvenc-av1", opened: false, reason: "It did not finish its trial in time." },
    { name: "x264", opened: true },
  ]);
});

// A machine that has no time for the trial would otherwise start no session any more.
test("what runs on the processor is never refused for being late", async () => {
  const trying = tryEncoders({ names: ["x264", "svt-av1"], program: FAULTY, encoderMsMax: 500 }, scope);
  await expect(trying).rejects.toThrow("too busy to try svt-av1");
});

test("a trial that can't begin says so of no encoder", async () => {
  const nothing = fileURLToPath(new URL("./testing/no-such-program.ts", import.meta.url));
  await expect(tryEncoders({ names: ["x264"], program: nothing }, scope)).rejects.toThrow(/ended with status 1 before it began/);
});

test("a trial that is given up leaves nothing behind", async () => {
  const trying = tryEncoders({ names: ["svt-av1"], program: FAULTY }, scope);
  const given = expect(trying).rejects.toThrow(/given up/);
  await scope.close();
  await given;
});

test("facts about a machine are the same each time", async () => {
  expect(await readMachineFacts()).toBe(await readMachineFacts());
});
