// What checkers hand in, for benchmarks: real keys, seals and signatures.

import { generateKeyPairSync, sign, type KeyObject } from "node:crypto";
import type { Observation } from "@nearframe/shared/checking/observation";
import { sealOf, type CheckReport, type CheckReveal, type CheckSeal, type EnrolledChecker } from "@nearframe/shared/checking/report";
import { signedText } from "@nearframe/shared/node/identity";
import { checkerIdOf } from "@nearframe/server/checking/checker-door";

export type BenchChecker = EnrolledChecker & { key: KeyObject };

export function makeChecker(index: number): BenchChecker {
  const { publicKey, privateKey } = generateKeyPairSync("ed25519");
  const x = publicKey.export({ format: "jwk" }).x ?? "";
  return { checkerId: checkerIdOf(x), publicKey: x, operatorId: `operator-${index % 150}`, networkId: `network-${index % 60}`, weight: 0.8, key: privateKey };
}

export function signedReport({ checkerId, key }: BenchChecker, of: Pick<CheckReport, "epoch" | "taskId" | "nodeId">, observation: Observation): { seal: CheckSeal; reveal: CheckReveal } {
  const signed = <M extends object>(message: M) => ({ ...message, signature: sign(null, Buffer.from(signedText(message)), key).toString("base64url") });
  const report = signed({ type: "check.report" as const, ...of, checkerId, atMs: 1, observation });
  const salt = "a-salt-of-the-benchmark-0";
  const seal = signed({ type: "check.seal" as const, epoch: of.epoch, taskId: of.taskId, checkerId, digest: sealOf(report, salt) });
  return { seal, reveal: { report, salt } };
}

export async function cpuUsOf(work: () => Promise<void> | void): Promise<number> {
  const before = process.cpuUsage();
  await work();
  const { user, system } = process.cpuUsage(before);
  return user + system;
}
