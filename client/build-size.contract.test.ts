// The first page is small, whatever is added: built as it is shipped, packed as a
// server would, counted with everything that the browser must have before the tap.

import { mkdtemp, readFile, rm } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { gzipSync } from "node:zlib";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { build } from "vite";

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

const bytesOf = async (file: string) => gzipSync(await readFile(path.join(folder, file))).length;

test("the first load stays within its limit, and the player's part is not in it", async () => {
  const page = await readFile(path.join(folder, "index.html"), "utf8");
  const files = [...page.matchAll(/(?:src|href)="\/(assets\/[^"]+)"/g)].map(([, file]) => file ?? "");
  expect(files.some((file) => file.endsWith(".js"))).toBe(true);
  expect(files.some((file) => file.endsWith(".css"))).toBe(true);

  const styles = await Promise.all(files.filter((file) => file.endsWith(".css")).map((file) => readFile(path.join(folder, file), "utf8")));
  // Of the font's parts a browser fetches the one that has the page's letters.
  const font = /[\w-]+-latin-wght-normal[\w-]*\.woff2/.exec(styles.join(""))?.[0];
  expect(font).toBeDefined();

  const sizes = await Promise.all(["index.html", ...files, `assets/${font}`].map(bytesOf));
  expect(sizes.reduce((sum, bytes) => sum + bytes, 0)).toBeLessThanOrEqual(FIRST_LOAD_BYTES_MAX);

  const scripts = await Promise.all(files.filter((file) => file.endsWith(".js")).map((file) => readFile(path.join(folder, file), "utf8")));
  expect(scripts.join("")).not.toContain("mediasoup-client");
});
