import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { hashSources } from "./client-build.mjs";

let root: string;

function write(file: string, text: string): void {
  mkdirSync(path.dirname(path.join(root, file)), { recursive: true });
  writeFileSync(path.join(root, file), text);
}

beforeEach(() => {
  root = mkdtempSync(path.join(os.tmpdir(), "nearframe-client-"));
  for (const file of ["package-lock.json", "tsconfig.base.json", "client/index.html", "client/src/main.tsx", "shared/src/clock.ts"]) {
    write(file, file);
  }
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

test.each(["package-lock.json", "client/index.html", "client/src/views/New.tsx", "shared/src/clock.ts", "client/public/icon.svg"])(
  "a change of %s asks for a build",
  async (file) => {
    const before = await hashSources(root);
    write(file, "changed");
    expect(await hashSources(root)).not.toBe(before);
  },
);

test.each(["client/dist/index.html", "client/src/main.test.tsx", "server/src/main.ts", "client/node_modules/x.js"])(
  "a change of %s does not",
  async (file) => {
    const before = await hashSources(root);
    write(file, "changed");
    expect(await hashSources(root)).toBe(before);
  },
);
