import { describe, expect, test } from "vitest";
import { explainNpmFailure, missingDependencies } from "./npm-dependencies.mjs";

const lock = {
  packages: {
    "": { version: "0.1.0" },
    "server": { version: "0.1.0" },
    "node_modules/@nearframe/server": { resolved: "server", link: true },
    "node_modules/ws": { version: "8.0.0" },
    "node_modules/ws/node_modules/deep": { version: "1.0.0" },
    "node_modules/tool-win32-x64": { version: "1.0.0", optional: true },
  },
};
const installed = {
  packages: {
    "node_modules/@nearframe/server": { resolved: "server", link: true },
    "node_modules/ws": { version: "8.0.0" },
    "node_modules/ws/node_modules/deep": { version: "1.0.0" },
    "node_modules/left-over": { version: "1.0.0" },
  },
};

describe("what node_modules lacks", () => {
  test("nothing, when npm's record agrees with the lock file but for other platforms", () => {
    expect(missingDependencies(lock, installed)).toEqual([]);
  });

  test("everything that is not optional, on a fresh clone", () => {
    expect(missingDependencies(lock, {})).toEqual(["node_modules/@nearframe/server", "node_modules/ws", "node_modules/ws/node_modules/deep"]);
  });

  test("a package in another version", () => {
    const other = { packages: { ...installed.packages, "node_modules/ws": { version: "7.0.0" } } };
    expect(missingDependencies(lock, other)).toEqual(["node_modules/ws"]);
  });

  test("a workspace that moved", () => {
    const moved = { packages: { ...installed.packages, "node_modules/@nearframe/server": { resolved: "elsewhere", link: true } } };
    expect(missingDependencies(lock, moved)).toEqual(["node_modules/@nearframe/server"]);
  });
});

test.each([
  ["npm error code ENOTFOUND\nnpm error network request to ... failed", /reach its registry/],
  ["npm error code ENOSPC", /disk is full/],
  ["npm error code EACCES", /may not write/],
  ["npm error code EUSAGE", /disagree/],
  ["npm error code EINTEGRITY", /could not install/],
])("%j is told in a sentence", (output, sentence) => {
  expect(explainNpmFailure(output)).toMatch(sentence);
});
