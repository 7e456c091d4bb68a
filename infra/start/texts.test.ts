// The sentences that a person reads around a start.

import { describe, expect, test } from "vitest";
import { listAddresses } from "./addresses.ts";
import { formatLogLine } from "./log-lines.ts";
import { explainPort } from "./port.ts";
import { explainEncoder, explainMissing, REQUIRED_PROGRAMS } from "./preflight.ts";
import { formatSummary } from "./summary.ts";

const NET = { netmask: "", mac: "", cidr: null, scopeid: 0 };

test("the addresses are this machine's and those that a phone can type", () => {
  const interfaces = {
    lo: [{ ...NET, family: "IPv4" as const, address: "127.0.0.1", internal: true }],
    eth0: [
      { ...NET, family: "IPv4" as const, address: "192.168.1.5", internal: false },
      { ...NET, family: "IPv6" as const, address: "fe80::1", internal: false },
    ],
    idle: [{ ...NET, family: "IPv4" as const, address: "169.254.3.4", internal: false }],
  };
  expect(listAddresses(8080, interfaces)).toEqual({ here: "http://localhost:8080", network: ["http://192.168.1.5:8080"] });
});

test("a port that is taken is named, with one that is free", () => {
  expect(explainPort(8080, "taken", 8082)).toMatch(/^Port 8080 is taken.*PORT=8082 npm start$/);
  expect(explainPort(8080, "taken", undefined)).toMatch(/PORT=NUMBER npm start$/);
  expect(explainPort(80, "not-allowed", 1025)).toMatch(/may not listen on port 80.*PORT=1025/);
});

describe("a machine without what a session needs", () => {
  const all = new Set<string>(REQUIRED_PROGRAMS.map(({ program }) => program));

  test("is told of what is missing and the line to run", () => {
    const sentence = explainMissing(new Set([...all].filter((program) => program !== "Xvfb")));
    expect(sentence).toContain("no display server (Xvfb)");
    expect(sentence).toMatch(/apt-get install .* xvfb$/);
  });

  test("is told nothing when nothing is", () => {
    expect(explainMissing(all)).toBeUndefined();
  });
});

test("a missing encoder is named, with the pipeline that does without it", () => {
  expect(explainEncoder("damage", "linux-x64", false)).toMatch(/no encoder.*@seydx\/node-av-linux-x64 is missing.*--pipeline ffmpeg\.$/);
  expect(explainEncoder("ffmpeg", "linux-arm64", false)).toMatch(/@ffmpeg-installer\/linux-arm64 is missing.*--pipeline damage\.$/);
  expect(explainEncoder("damage", "linux-x64", true)).toBeUndefined();
});

describe("what the programs log", () => {
  const warning = JSON.stringify({ level: 40, time: 1, msg: "control link lost", code: 1006 });
  const info = JSON.stringify({ level: 30, time: 1, msg: "server ready", port: 8080 });
  const line = (text: string, source: "stdout" | "stderr", verbose: boolean) =>
    formatLogLine({ program: "node", line: text, source, verbose });

  test.each([
    [warning, "stdout", false, "node  warning  control link lost (code=1006)"],
    [info, "stdout", false, undefined],
    [info, "stdout", true, "node  info  server ready (port=8080)"],
    ["Error: no worker", "stderr", false, "node  Error: no worker"],
    ["hello", "stdout", false, undefined],
    ["hello", "stdout", true, "node  hello"],
    ["{cut off", "stderr", false, "node  {cut off"],
    ["", "stderr", true, undefined],
  ] as const)("%j on %s, verbose %s", (text, source, verbose, shown) => {
    expect(line(text, source, verbose)).toBe(shown);
  });
});

test("the summary says where to play, what, and what to know", () => {
  const text = formatSummary({
    addresses: { here: "http://localhost:8080", network: ["http://192.168.1.5:8080", "http://10.0.0.2:8080"] },
    titleNames: ["Freedoom", "Test card"],
    notices: ["There is no /dev/uinput: pads are mapped to keys."],
    nodeCount: 1,
    startedInMs: 1_234,
  });
  expect(text).toBe(`
Nearframe is ready: a server and one edge node, in 1.2 s.

  Play at          http://localhost:8080
  On your network  http://192.168.1.5:8080
                   http://10.0.0.2:8080
  Titles           Freedoom, Test card
  Good to know     There is no /dev/uinput: pads are mapped to keys.

Ctrl-C ends it.`);
});
