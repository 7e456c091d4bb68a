import type { Observation } from "@nearframe/shared/checking/observation";
import { Scope } from "@nearframe/shared/lifetime";
import type { CheckerToServer } from "@nearframe/shared/protocol/checker-to-server";
import { expect, test } from "vitest";
import { createDuty } from "./duty.ts";

const capacity = (loopStallMs: number): Observation => ({ kind: "capacity", claimedFps: 120, measuredFps: 40, loopStallMs });

async function said(observation: Observation): Promise<CheckerToServer> {
  await using scope = new Scope();
  return new Promise((resolve) => {
    const duty = createDuty({
      identity: { checkerId: "c", publicKey: "k", signed: (message) => ({ ...message, signature: "s" }) },
      send: resolve, perform: async () => observation, wallMs: () => 1, onNote() {},
    }, scope);
    duty.handle({ type: "checker.task", epoch: 3, taskId: "t", assignment: { kind: "capacity", nodeId: "n" }, withinMs: 10_000 });
  });
}

test("what it found is sealed, where its own process kept up", async () => {
  expect(await said(capacity(149))).toMatchObject({ type: "checker.seal", seal: { epoch: 3, taskId: "t" } });
});

test("where it stood still itself, it says so in place of a bad node", async () => {
  const reason = "void: the checker's own process stood still for 900 ms while it measured";
  expect(await said(capacity(900))).toEqual({ type: "checker.failed", epoch: 3, taskId: "t", reason, void: true });
});
