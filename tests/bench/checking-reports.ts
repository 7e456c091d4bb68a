// What checkers hand in, for benchmarks: real keys, seals and signatures.

import { generateKeyPairSync, sign, type KeyObject } from "node:crypto";
import type { Observation } from "@nearframe/shared/checking/observation";
import { checkerIdOf, sealOf, type CheckReport, type CheckReveal, type CheckSeal, type EnrolledChecker } from "@nearframe/shared/checking/report";
import { signedText } from "@nearframe/shared/node/identity";

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

export type Load = {
  cpuUs: number;
  /** The longest that nobody else on this thread had a turn, in its own CPU time: whoever else uses the machine is not in it. */
  holdUs: number;
};

export async function loadOf(work: () => Promise<void>): Promise<Load> {
  let over = false;
  let holdUs = 0;
  async function watch(): Promise<void> {
    for (let before = process.threadCpuUsage(); !over; before = process.threadCpuUsage()) {
      await new Promise<void>((resolve) => setImmediate(resolve));
      const { user, system } = process.threadCpuUsage(before);
      holdUs = Math.max(holdUs, user + system);
    }
  }
  const watched = watch();
  const cpuUs = await cpuUsOf(work);
  over = true;
  await watched;
  return { cpuUs, holdUs };
}

export async function cpuUsOf(work: () => Promise<void> | void): Promise<number> {
  const before = process.cpuUsage();
  await work();
  const { user, system } = process.cpuUsage(before);
  return user + system;
}
