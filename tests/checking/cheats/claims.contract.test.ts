// Claims about a machine, held against what it does: real draws, a real encoder, real
// packets to a real media port. Each cheat stands between the checker and an honest node.

import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { performCapacity } from "@nearframe/checker/checks/capacity";
import { performLiveness } from "@nearframe/checker/checks/liveness";
import { performLocation } from "@nearframe/checker/checks/location";
import { performRegistration } from "@nearframe/checker/checks/registration";
import { CheckVoidError } from "@nearframe/checker/play/play-title";
import { bendAnswer } from "@nearframe/server/checking/bend-answer";
import { showsAudit, SILENT_PORT } from "@nearframe/shared/checking/audits";
import { faultsIn } from "@nearframe/shared/checking/criteria";
import type { AnswerTo, CheckCall } from "@nearframe/shared/checking/node-calls";
import { Scope } from "@nearframe/shared/lifetime";
import { encoderReport, inventoryWith, modest, openNode, portsTo, type Answer } from "./node-under-check.ts";

const scope = new Scope();
let inventory = modest();
let playing = false;
let node: { nodeId: string; answer: Answer };
beforeAll(async () => void (node = await openNode(() => inventory, scope, () => playing)));
afterAll(() => scope.close());

const nodeId = () => node.nodeId;
const check = (answer: Answer = node.answer) => portsTo({ [nodeId()]: answer });
const register = (answer?: Answer) => performRegistration({ kind: "registration", nodeId: nodeId() }, check(answer), scope);
const measure = (answer?: Answer) => performCapacity({ kind: "capacity", nodeId: nodeId() }, check(answer), scope);

/** Stands before the node, and bends the answers of one kind. */
const bend = <C extends CheckCall["call"]>(kind: C, how: (answer: AnswerTo<C>) => AnswerTo<C>): Answer => async (call) => {
  const result = await node.answer(call);
  return result.ok && result.answer.call === kind ? { ok: true, answer: how(result.answer as AnswerTo<C>) } : result;
};

describe("an honest machine", () => {
  test("has all that it claims", { timeout: 60_000 }, async () => {
    inventory = modest();
    expect(await register()).toMatchObject({ kind: "registration", claimed: 2, unproven: [] });
    const seen = await measure();
    expect(faultsIn(seen)).toEqual([]);
    expect(seen.measuredFps).toBeGreaterThan(seen.claimedFps);
  });

  test("is left alone while somebody plays on it", async () => {
    playing = true;
    await expect(measure()).rejects.toThrow(CheckVoidError);
    playing = false;
  });
});

describe("a machine that claims what it has not", () => {
  test("a graphics card that is not there codes nothing", { timeout: 60_000 }, async () => {
    inventory = inventoryWith([encoderReport("nvenc-h264", true, 1)], "RTX 4090");
    const seen = await register();
    expect(seen.unproven).toEqual(["encoder:nvenc-h264", "gpu"]);
    expect(faultsIn(seen)).toEqual(["claim-unproven"]);
  });

  test("and the processor in its place is too slow for it", { timeout: 60_000 }, async () => {
    inventory = inventoryWith([encoderReport("nvenc-h264", true, 0.3)], "RTX 4090");
    const substitute: Answer = (call) =>
      node.answer(call.call === "benchmark.prepare" ? { ...call, profile: { ...call.profile, encoder: "x264" } } : call);
    expect((await register(substitute)).unproven).toEqual(["speed:nvenc-h264", "gpu"]);
    expect(faultsIn(await measure(substitute))).toEqual(["far-below-capacity"]);
  });

  test("a processor said to be faster than it is, is timed; and its own clock does not help it", { timeout: 60_000 }, async () => {
    inventory = inventoryWith([encoderReport("x264", false, 0.2)]);
    const fastClock = bend("benchmark.start", (answer) => ({ ...answer, elapsedMs: 1 }));
    expect(faultsIn(await measure(fastClock))).toEqual(["far-below-capacity"]);
  });
});

describe("a benchmark that was not run", () => {
  test("of pictures made beforehand, shows that it was another's", { timeout: 60_000 }, async () => {
    inventory = modest();
    const early: Answer = (call) => node.answer(call.call === "benchmark.start" ? { ...call, seed: "0".repeat(64) } : call);
    const seen = await measure(early);
    expect(seen.measuredFps).toBeUndefined();
    expect(faultsIn(seen)).toEqual(["far-below-capacity"]);
  });

  test("whose frames were never coded, shows it when one is asked for", { timeout: 60_000 }, async () => {
    const junk = bend("benchmark.show", (answer) => ({ ...answer, data: Buffer.alloc(1_000, 7).toString("base64") }));
    expect((await measure(junk)).measuredFps).toBeUndefined();
  });

  test("that codes one picture over and over, shows the wrong picture", { timeout: 60_000 }, async () => {
    // Digests and all are of what is shown; only what it shows is not what was asked for.
    const shown = new Map<number, string>();
    const again: Answer = async (call) => {
      if (call.call === "benchmark.start") {
        const result = await node.answer(call);
        if (!result.ok || result.answer.call !== "benchmark.start") return result;
        const first = await node.answer({ call: "benchmark.show", benchmarkId: call.benchmarkId, frame: 0 });
        if (first.ok && first.answer.call === "benchmark.show") shown.set(0, first.answer.data);
        return { ok: true, answer: { ...result.answer, frameDigests: result.answer.frameDigests.map(() => result.answer.call === "benchmark.start" ? result.answer.frameDigests[0] ?? "" : "") } };
      }
      return call.call === "benchmark.show" ? { ok: true, answer: { call: "benchmark.show", data: shown.get(0) ?? "" } } : node.answer(call);
    };
    expect((await measure(again)).measuredFps).toBeUndefined();
  });
});

test.each(["pictures", "frames"] as const)("an audit that bends the %s shows every checker that looks what it is to find", { timeout: 60_000 }, async (bend) => {
  inventory = modest();
  const seen = await measure(async (call) => bendAnswer(await node.answer(call), bend, "a secret of the servers"));
  expect(faultsIn(seen)).toEqual(["far-below-capacity"]);
});

test("an inventory that another key signed, or an old one, proves nothing", async () => {
  const old = await node.answer({ call: "inventory", nonce: "an-older-nonce-of-24-chars" });
  const replay: Answer = (call) => (call.call === "inventory" ? Promise.resolve(old) : node.answer(call));
  expect(await register(replay)).toEqual({ kind: "registration", claimed: 1, unproven: ["inventory"] });
  const prettier = bend("inventory", ({ proof }) => ({ call: "inventory", proof: { ...proof, inventory: { ...proof.inventory, name: "Faster" } } }));
  expect((await register(prettier)).unproven).toEqual(["inventory"]);
});

describe("the media port", () => {
  const live = (answer: Answer, heartbeatAgeMs: number) => performLiveness({ kind: "liveness", nodeId: nodeId(), heartbeatAgeMs }, check(answer), scope);
  const closed: Answer = async (call) => {
    const result = await node.answer(call);
    if (!result.ok || result.answer.call !== "media-port") return result;
    const { port } = result.answer;
    return { ok: true, answer: { call: "media-port", port: { ...port, password: "x".repeat(port.password.length) } } };
  };

  test("of a node that is there answers, and only to who knows its password", { timeout: 30_000 }, async () => {
    const seen = await live(node.answer, 500_000);
    expect(seen.mediaRoundTripMs).toBeGreaterThan(0);
    expect(faultsIn(seen)).toEqual([]);
    expect(faultsIn(await live(closed, 500_000))).toEqual(["not-alive"]);
    // In an audit it is the server that changed the password: who knocks sees it, and it is no fault of the node's.
    const audited = await live(async (call) => bendAnswer(await node.answer(call), "port", "a secret of the servers"), 10_000);
    expect([showsAudit(SILENT_PORT, audited), faultsIn(audited)]).toEqual([true, []]);
    // Another checker's line may carry no UDP: one way is enough.
    expect(faultsIn(await live(closed, 10_000))).toEqual([]);
  });

  const far = async (distanceKm: number, answer: Answer = node.answer, neighbours: Record<string, Answer> = {}) =>
    performLocation(
      { kind: "location", nodeId: nodeId(), distanceKm, neighbours: Object.keys(neighbours) },
      portsTo({ ...neighbours, [nodeId()]: answer }), scope,
    );

  test("answers too soon for a node that says it is on another continent", { timeout: 30_000 }, async () => {
    expect(faultsIn(await far(9_000))).toEqual(["impossible-location"]);
    expect(faultsIn(await far(0))).toEqual([]);
  });

  test("that nobody may measure has no place", { timeout: 30_000 }, async () => {
    expect(faultsIn(await far(0, closed, { neighbour: node.answer }))).toEqual(["unlikely-location"]);
    await expect(far(0, closed, { neighbour: closed })).rejects.toThrow(CheckVoidError);
  });
});
