import { describe, expect, test } from "vitest";
import { applyOverrides, HELP, parseImpairArgs } from "./impair-options.ts";
import { CLEAR_LINK } from "./link/profile.ts";
import { listProfiles, loadProfile } from "./profiles.ts";

const WHERE = ["--listen", "45000", "--to", "127.0.0.1:44444"];

function runOf(args: readonly string[]) {
  const command = parseImpairArgs([...WHERE, ...args]);
  if (command.kind !== "run") throw new Error(`not a run but ${command.kind}`);
  return command;
}

test("the shortest command is a clear line", () => {
  const command = runOf([]);
  expect(command).toMatchObject({
    listen: { host: "127.0.0.1", port: 45_000 },
    to: { host: "127.0.0.1", port: 44_444 },
    profileName: undefined,
    seed: 1,
    linkPer: "flow",
    json: false,
  });
  expect(applyOverrides(undefined, command.overrides)).toMatchObject({ up: CLEAR_LINK, down: CLEAR_LINK });
});

test.each([
  ["--delay 40", { delayMs: 40 }],
  ["--delay 1.5s", { delayMs: 1_500 }],
  ["--jitter 10ms", { jitter: { kind: "normal", ms: 10, everyMs: 10 } }],
  ["--loss 2%", { lossFraction: 0.02 }],
  ["--burst-loss 3%/5", { burstLoss: { fraction: 0.03, packets: 5 } }],
  ["--burst-loss 3%", { burstLoss: { fraction: 0.03, packets: 8 } }],
  ["--rate 5mbit", { rateKbps: 5_000, trace: null }],
  ["--rate 800kbit", { rateKbps: 800 }],
  ["--queue 200ms", { queueMs: 200 }],
  ["--reorder 1%/15ms", { reorder: { fraction: 0.01, byMs: 15 } }],
  ["--duplicate 0.5%", { duplicateFraction: 0.005 }],
  ["--blackout 10s/2s", { blackouts: [{ fromMs: 10_000, forMs: 2_000, everyMs: null }] }],
  ["--blackout 10s/2s/30s", { blackouts: [{ fromMs: 10_000, forMs: 2_000, everyMs: 30_000 }] }],
])("%s", (text, expected) => {
  const profile = applyOverrides(undefined, runOf(text.split(" ")).overrides);
  expect(profile.up).toMatchObject(expected);
  expect(profile.down).toMatchObject(expected);
});

describe("one direction", () => {
  test("wins over both", () => {
    const profile = applyOverrides(undefined, runOf(["--rate", "20mbit", "--up-rate", "1mbit"]).overrides);
    expect(profile.up.rateKbps).toBe(1_000);
    expect(profile.down.rateKbps).toBe(20_000);
  });

  test("changes only its side of a profile", async () => {
    const base = await loadProfile("lte-drive");
    const profile = applyOverrides(base, runOf(["--down-loss", "1%"]).overrides);
    expect(profile.down).toEqual({ ...base.down, lossFraction: 0.01 });
    expect(profile.up).toEqual(base.up);
  });
});

test("a rate that is asked for replaces the profile's trace", async () => {
  const profile = applyOverrides(await loadProfile("lte-drive"), runOf(["--rate", "5mbit"]).overrides);
  expect(profile.down).toMatchObject({ rateKbps: 5_000, trace: null });
});

test.each([
  [[], "--listen PORT is missing"],
  [["--listen", "45000"], "--to HOST:PORT is missing"],
  [["--listen", "99999", "--to", "a:1"], '"99999" is not an address: write HOST:PORT or PORT'],
  [["--listen", "45000", "--to", "44444"], '"44444" is not an address: write HOST:PORT'],
  [[...WHERE, "--rate", "5"], '--rate: "5" is not a rate: write 800kbit, 5mbit or 1gbit'],
  [[...WHERE, "--down-loss", "0.02"], '--down-loss: "0.02" is not a share: write 2% or 0.5%'],
  [[...WHERE, "--delay", "soon"], '--delay: "soon" is not a time'],
  [[...WHERE, "--seed", "x"], '"x" is not a whole number'],
  [[...WHERE, "--lose", "2%"], "Unknown option '--lose'"],
])("%j is answered with what to write", (args, message) => {
  expect(() => parseImpairArgs(args)).toThrow(message);
});

test("help and the list need no addresses", () => {
  expect(parseImpairArgs(["--help"])).toEqual({ kind: "help" });
  expect(parseImpairArgs(["--list"])).toEqual({ kind: "list" });
});

test("the examples of the help work", async () => {
  const examples = [...HELP.matchAll(/npm run impair -- (.*)/g)].map(([, args]) => args!.split(" "));
  expect(examples.length).toBeGreaterThan(1);
  for (const args of examples) {
    const command = parseImpairArgs(args);
    if (command.kind === "run" && command.profileName) expect(await listProfiles()).toContain(command.profileName);
  }
});
