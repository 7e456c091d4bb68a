import { readFileSync } from "node:fs";
import path from "node:path";
import { expect, test } from "vitest";
import { listLeftOut, makeEntry } from "./complete-lock.mjs";

test("the lock file locks every platform's packages; if not, run node infra/lock/complete-lock.mjs", () => {
  const file = path.join(import.meta.dirname, "..", "..", "package-lock.json");
  const { packages } = JSON.parse(readFileSync(file, "utf8")) as { packages: Parameters<typeof listLeftOut>[0] };
  expect(listLeftOut(packages)).toEqual([]);
});

test("a package for another platform that is mentioned and not locked is found", () => {
  const packages = {
    "node_modules/tool": { version: "1.0.0", dev: true, optionalDependencies: { "tool-linux-x64": "1.0.0", "tool-win32-x64": "1.0.0" } },
    "node_modules/tool-linux-x64": { version: "1.0.0" },
  };
  expect(listLeftOut(packages)).toEqual([{ name: "tool-win32-x64", version: "1.0.0", dev: true }]);
});

test.each([
  ["@oxlint/binding-linux-arm64-musl", { os: ["linux"], cpu: ["arm64"], libc: ["musl"] }],
  ["@oxlint/binding-linux-arm-gnueabihf", { os: ["linux"], cpu: ["arm"], libc: ["glibc"] }],
  ["@oxlint-tsgolint/darwin-arm64", { os: ["darwin"], cpu: ["arm64"] }],
  ["node-win32-x64", { os: ["win32"], cpu: ["x64"] }],
])("%s says its platform", (name, platform) => {
  expect(makeEntry({ name, version: "1.2.3", dev: false })).toEqual({ version: "1.2.3", optional: true, ...platform });
});

test.each([
  ["fsevents", "2.3.3"],
  ["tool-linux-x64", "^1.0.0"],
])("%s %s is left for npm", (name, version) => {
  expect(makeEntry({ name, version, dev: false })).toBeUndefined();
});
