import { generateKeyPairSync, sign } from "node:crypto";
import { verifyEpoch } from "@nearframe/shared/checking/published";
import { referee } from "@nearframe/shared/checking/referee";
import { sealOf } from "@nearframe/shared/checking/report";
import { signedText } from "@nearframe/shared/node/identity";
import { afterEach, expect, test, vi } from "vitest";
import { verifySignature } from "./checker-door.ts";
import { makeCheckingKey } from "./checking-key.ts";
import { createCheckingWorld, well, type CheckingWorld } from "./testing/checking-world.ts";

let world: CheckingWorld;
afterEach(async () => {
  await world.scope.close();
  vi.useRealTimers();
});

test("words in the name of a checker whose key the servers, or their store, put another's in place of are found out, though all is signed anew", async () => {
  world = await createCheckingWorld();
  const { checking } = await world.server("s1");
  for (let index = 0; index < 5; index += 1) world.checker(checking, index, well);
  await world.passEpochs(1);
  const [published] = await world.closedEpochs();
  expect(verifyEpoch(published!, verifySignature).broken).toEqual([]);

  const { publicKey, privateKey } = generateKeyPairSync("ed25519");
  const signedAnew = <M extends object>(message: M) => ({ ...message, signature: sign(null, Buffer.from(signedText(message)), privateKey).toString("base64url") });
  const { checkerId } = published!.checkers[0]!;
  const reveals = published!.reveals.map((reveal) => (reveal.report.checkerId === checkerId ? { ...reveal, report: signedAnew({ ...reveal.report, atMs: 1 }) } : reveal));
  const sealed = new Map(reveals.map(({ report, salt }) => [`${report.taskId} ${report.checkerId}`, sealOf(report, salt)]));
  const forged = {
    ...published!,
    checkers: published!.checkers.map((checker) => (checker.checkerId === checkerId ? { ...checker, publicKey: publicKey.export({ format: "jwk" }).x ?? "" } : checker)),
    reveals,
    seals: published!.seals.map((seal) => (seal.checkerId === checkerId ? signedAnew({ ...seal, digest: sealed.get(`${seal.taskId} ${checkerId}`) ?? seal.digest }) : seal)),
  };
  const { broken, verdicts } = verifyEpoch(makeCheckingKey("a secret of all servers").signed({ ...forged, verdicts: referee(forged, verifySignature) }), verifySignature);
  expect(verdicts.every(({ published: { absent }, matches }) => matches && absent.length === 0)).toBe(true);
  expect(broken).toEqual([`checker ${checkerId} is enrolled with a key that is not its own`]);
});
