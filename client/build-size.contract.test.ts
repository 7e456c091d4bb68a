// The first page is small, whatever is added: built as it is shipped, packed as a
// server would, counted with everything that the browser must have before the tap.

import { mkdtemp, rm } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { build } from "vite";
import { measureFirstLoad } from "./first-load.ts";

/** Scripts, styles and the one font of the first page. */
const FIRST_LOAD_BYTES_MAX = 150_000;

let folder: string;
beforeAll(async () => {
  // Vitest says "test" here, and React would bring its development build.
  vi.stubEnv("NODE_ENV", "production");
  folder = await mkdtemp(path.join(os.tmpdir(), "nearframe-build-"));
  await build({ root: import.meta.dirname, logLevel: "error", build: { outDir: folder, emptyOutDir: true } });
});
afterAll(() => vi.unstubAllEnvs());
afterAll(() => rm(folder, { recursive: true, force: true }));

test("the first load stays within its limit, and the player's part is not in it", async () => {
  const { bytes, scriptBytes, styleBytes, scripts } = await measureFirstLoad(folder);
  expect(scriptBytes).toBeGreaterThan(0);
  expect(styleBytes).toBeGreaterThan(0);
  expect(bytes).toBeLessThanOrEqual(FIRST_LOAD_BYTES_MAX);
  expect(scripts).not.toContain("mediasoup-client");
});
