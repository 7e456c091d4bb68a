import { generateKeyPairSync, sign, verify } from "node:crypto";
import { expect, test } from "vitest";
import { readProbeFromNode, writeProbe, type Pong, type ProbeFromPlayer } from "@nearframe/shared/probe/messages";
import type { ProbeResult } from "@nearframe/shared/probe/probe-result";
import { probeSignedBytes } from "@nearframe/shared/probe/signed-bytes";
import { createProbeAnswers } from "./probe-answers.ts";

const NAME = { sessionId: "s1", epoch: 7, nonce: "AAAAAAAAAAAAAAAAAAAAAA", nodeId: "n1" };

function rig() {
  const { privateKey, publicKey } = generateKeyPairSync("ed25519");
  const sent: Uint8Array[] = [];
  const probed: { result: ProbeResult; signature: Uint8Array }[] = [];
  let [nowMs, token] = [1_000, 100];
  const answers = createProbeAnswers(NAME, {
    send: (bytes) => void sent.push(bytes),
    nowMs: () => nowMs,
    random32: () => token++,
    sign: (bytes) => sign(null, bytes, privateKey),
    onProbed: (result, signature) => void probed.push({ result, signature }),
  });
  const hear = (message: ProbeFromPlayer) => answers.receive(writeProbe(message));
  const lastPong = () => readProbeFromNode(sent.at(-1) ?? new Uint8Array()) as Pong;
  /** One whole round trip; the node waits `ms` for its echo. */
  const roundTrip = (number: number, ms: number) => {
    hear({ kind: "ping", number, token: 9 });
    const { nodeToken } = lastPong();
    nowMs += ms;
    hear({ kind: "echo", number, nodeToken });
  };
  const verified = (result: ProbeResult, signature: Uint8Array) =>
    verify(null, probeSignedBytes(NAME, result), publicKey, signature);
  return { answers, sent, probed, hear, lastPong, roundTrip, verified, pass: (ms: number) => (nowMs += ms) };
}

test("each ping is answered at once, with its own token and the node's time", () => {
  const { hear, lastPong, sent } = rig();
  hear({ kind: "ping", number: 3, token: 77 });
  expect(lastPong()).toEqual({ kind: "pong", number: 3, token: 77, nodeToken: 100, nodeAtMs: 1_000 });
  hear({ kind: "ping", number: 3, token: 78 });
  expect(sent).toHaveLength(1);
});

test("what the node saw is told once, signed, and the player has the signature as often as it asks", () => {
  const { roundTrip, hear, probed, sent, verified } = rig();
  [20, 22, 21].forEach((ms, number) => roundTrip(number, ms));
  hear({ kind: "finish", count: 4 });
  hear({ kind: "finish", count: 3 });
  expect(probed).toHaveLength(1);
  const { result, signature } = probed[0]!;
  expect(result).toEqual({ count: 4, lost: 1, rttMs: { min: 20, p50: 21, p95: 22 }, jitterMs: 1.5 });
  expect(verified(result, signature)).toBe(true);
  expect(verified({ ...result, lost: 0 }, signature)).toBe(false);
  expect(sent.slice(-2).map(readProbeFromNode)).toEqual([{ kind: "receipt", signature: new Uint8Array(signature) }, { kind: "receipt", signature: new Uint8Array(signature) }]);
});

test("an echo counts once, only with the token that was sent, and not after the end", () => {
  const { hear, lastPong, pass, probed } = rig();
  hear({ kind: "ping", number: 0, token: 1 });
  const { nodeToken } = lastPong();
  hear({ kind: "echo", number: 0, nodeToken: nodeToken + 1 });
  hear({ kind: "echo", number: 1, nodeToken });
  pass(30);
  hear({ kind: "echo", number: 0, nodeToken });
  pass(50);
  hear({ kind: "echo", number: 0, nodeToken });
  hear({ kind: "finish", count: 1 });
  expect(probed[0]?.result.rttMs).toEqual({ min: 30, p50: 30, p95: 30 });
});

test("without one echo nothing is signed; a later one still is", () => {
  const { hear, lastPong, sent, probed, pass } = rig();
  hear({ kind: "ping", number: 0, token: 1 });
  hear({ kind: "finish", count: 1 });
  expect([sent.length, probed.length]).toEqual([1, 0]);
  pass(40);
  hear({ kind: "echo", number: 0, nodeToken: lastPong().nodeToken });
  hear({ kind: "finish", count: 1 });
  expect(probed).toMatchObject([{ result: { count: 1, lost: 0 } }]);
});

test("bytes that no player writes are passed over", () => {
  const { answers, sent } = rig();
  for (const bytes of [new Uint8Array(), Uint8Array.of(1), Uint8Array.of(2, 0), new Uint8Array(65)]) answers.receive(bytes);
  expect(sent).toEqual([]);
});
