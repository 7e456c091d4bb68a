import path from "node:path";
import { expect, test } from "vitest";
import { explainMissing, findPrograms, hasEncoder } from "./preflight.ts";

const ROOT = path.join(import.meta.dirname, "..", "..");

test("what set-up installed is found", async () => {
  expect(explainMissing(await findPrograms(process.env.PATH ?? ""))).toBeUndefined();
});

test("where nothing is, nothing is found", async () => {
  expect(await findPrograms(import.meta.dirname)).toEqual(new Set());
});

test.each(["damage", "ffmpeg"] as const)("the encoder of the %s pipeline is here, and not for a platform that has none", async (pipeline) => {
  expect(await hasEncoder(ROOT, pipeline, `${process.platform}-${process.arch}`)).toBe(true);
  expect(await hasEncoder(ROOT, pipeline, "plan9-mips")).toBe(false);
});
