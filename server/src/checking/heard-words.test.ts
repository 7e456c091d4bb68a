import { generateKeyPairSync, sign, type KeyObject } from "node:crypto";
import type { Observation } from "@nearframe/shared/checking/observation";
import type { PublishedTask } from "@nearframe/shared/checking/published";
import { checkerIdOf, sealOf, type CheckReport, type CheckReveal, type EnrolledChecker } from "@nearframe/shared/checking/report";
import { signedText } from "@nearframe/shared/node/identity";
import type { CheckerToServer } from "@nearframe/shared/protocol/checker-to-server";
import { describe, expect, test, vi } from "vitest";
import { createMemoryStore } from "../store/adapters/memory/memory-store.ts";
import { verifySignature } from "./checker-door.ts";
import { makeCheckingKey } from "./checking-key.ts";
import { applyEvent, openEpoch, type Epoch } from "./epoch.ts";
import { hearChecker } from "./hear-checker.ts";
import { createHeardWords, type HeardWords } from "./heard-words.ts";
import { createJudge } from "./judge.ts";

test("words that were heard are not verified again; those of another key, text or signature are, and so is what was forgotten", () => {
  const verify = vi.fn((_key: string, text: string) => text !== "wrong");
  const words = createHeardWords(verify, 2);
  expect([words.hear("key", "a", "sig"), words.hear("key", "wrong", "sig")]).toEqual([true, false]);
  const verified = (key: string, text: string, signature: string) => {
    verify.mockClear();
    return [words.verify(key, text, signature), verify.mock.calls.length];
  };
  expect(verified("key", "a", "sig")).toEqual([true, 0]);
  for (const other of [verified("key2", "a", "sig"), verified("key", "b", "sig"), verified("key", "a", "sig2")]) expect(other).toEqual([true, 1]);
  expect(verified("key", "wrong", "sig")).toEqual([false, 1]);
  words.hear("key", "b", "sig");
  words.hear("key", "c", "sig");
  expect([verified("key", "a", "sig"), verified("key", "b", "sig"), verified("key", "c", "sig")]).toEqual([[true, 1], [true, 0], [true, 0]]);
  words.forget();
  expect(verified("key", "c", "sig")).toEqual([true, 1]);
});

describe("an epoch that closes", () => {
  const EPOCH = 7;
  const SALT = "a-salt-of-the-tests-0000";
  const task: PublishedTask = { taskId: "t", nodeId: "n", operatorId: "host", kind: "routine", check: "liveness" };
  const seen: Observation = { kind: "liveness", heartbeatAgeMs: 0, mediaRoundTripMs: 3 };
  const signedBy = (key: KeyObject) => <M extends object>(message: M) => ({ ...message, signature: sign(null, Buffer.from(signedText(message)), key).toString("base64url") });

  /** Five checkers' words, as they come in. */
  function heardEpoch({ hear }: HeardWords): Epoch {
    const keys = new Map<string, KeyObject>();
    const checkers = Array.from({ length: 5 }, (_, index): EnrolledChecker => {
      const { publicKey, privateKey } = generateKeyPairSync("ed25519");
      const x = publicKey.export({ format: "jwk" }).x ?? "";
      keys.set(checkerIdOf(x), privateKey);
      return { checkerId: checkerIdOf(x), publicKey: x, operatorId: `o${index}`, networkId: `w${index}`, weight: 0.25 };
    });
    const epoch = openEpoch({ type: "opened", epoch: EPOCH, beganAtMs: 0, revealAtMs: 85, endsAtMs: 100, hour: 0, hourSeed: "h", previous: "", seed: "5".repeat(64), checkers });
    applyEvent(epoch, { type: "planned", task, dueAtMs: 0 });
    const take = (checkerId: string, message: CheckerToServer) => {
      const { event } = hearChecker(epoch, checkerId, message, 1, hear);
      applyEvent(epoch, event ?? expect.fail("it was not taken"));
    };
    const reports = checkers.map(({ checkerId }) => signedBy(keys.get(checkerId)!)({ type: "check.report" as const, epoch: EPOCH, taskId: "t", nodeId: "n", checkerId, atMs: 1, observation: seen }));
    for (const report of reports) {
      const { checkerId } = report;
      applyEvent(epoch, { type: "assigned", taskId: "t", checkerId, atMs: 0, untilMs: 80, assignment: { kind: "liveness", nodeId: "n", heartbeatAgeMs: 0 } });
      take(checkerId, { type: "checker.seal", seal: signedBy(keys.get(checkerId)!)({ type: "check.seal" as const, epoch: EPOCH, taskId: "t", checkerId, digest: sealOf(report, SALT) }) });
    }
    applyEvent(epoch, { type: "reveal-asked" });
    for (const report of reports) take(report.checkerId, { type: "checker.reveal", reveal: { report, salt: SALT } });
    return epoch;
  }

  function begin() {
    const verify = vi.fn(verifySignature);
    const words = createHeardWords(verify);
    const epoch = heardEpoch(words);
    const { judge } = createJudge({ store: createMemoryStore(), key: makeCheckingKey("a secret"), nextAuditRules: () => 1, verify: words.verify });
    const evidence = async () => (await judge(epoch, new Map(), 100)).closed.verdicts.map(({ outcome, reports }) => [outcome, reports]);
    return { verify, words, evidence, state: epoch.tasks.get("t")! };
  }

  test("verifies nothing that it verified as it came in, and all of what another server took in", async () => {
    const { verify, words, evidence } = begin();
    expect(verify).toHaveBeenCalledTimes(10);
    expect(await evidence()).toEqual([["clear", 5]]);
    expect(verify).toHaveBeenCalledTimes(10);
    words.forget();
    expect(await evidence()).toEqual([["clear", 5]]);
    expect(verify).toHaveBeenCalledTimes(20);
  });

  test("does not hear a report that was changed since, even where its seal was changed with it", async () => {
    const { evidence, state } = begin();
    const [{ report }] = [...state.reveals.values()] as [CheckReveal];
    const { checkerId } = report;
    const changed: CheckReport = { ...report, observation: { kind: "liveness", heartbeatAgeMs: 600_000 } };
    state.reveals.set(checkerId, { report: changed, salt: SALT });
    state.seals.set(checkerId, { ...state.seals.get(checkerId)!, digest: sealOf(changed, SALT) });
    expect(await evidence()).toEqual([["clear", 4]]);
  });
});
