// Whose word on a probe counts.

import { sign, generateKeyPairSync } from "node:crypto";
import type { ProbeResult } from "@nearframe/shared/probe/probe-result";
import { probeSignedBytes } from "@nearframe/shared/probe/signed-bytes";
import { expect, test } from "vitest";
import { verifyProbe } from "./verify-probe.ts";

const result: ProbeResult = { count: 12, lost: 0, rttMs: { min: 18, p50: 20, p95: 25 }, jitterMs: 1 };
const name = { sessionId: "s1", epoch: 7, nonce: "0123456789abcdef", nodeId: "n1" };
const { publicKey, privateKey } = generateKeyPairSync("ed25519");
const key = publicKey.export({ format: "jwk" }).x ?? "";
const signed = (of = name, what = result) => sign(null, probeSignedBytes(of, what), privateKey).toString("base64url");

test("a report counts when the node's key signed it, for this candidate of this session", () => {
  expect(verifyProbe(key, name, result, signed())).toBe(true);
});

test.each([
  ["by nobody that is known", undefined, name, result, signed()],
  ["by another key", generateKeyPairSync("ed25519").publicKey.export({ format: "jwk" }).x, name, result, signed()],
  ["with other figures", key, name, { ...result, rttMs: { min: 1, p50: 2, p95: 3 } }, signed()],
  ["for an earlier nonce", key, { ...name, nonce: "fedcba9876543210" }, result, signed()],
  ["under another lease", key, { ...name, epoch: 8 }, result, signed()],
  ["for another session", key, { ...name, sessionId: "s2" }, result, signed()],
  ["for another node", key, { ...name, nodeId: "n2" }, result, signed()],
  ["as nothing at all", key, name, result, "A".repeat(86)],
])("and does not when it is signed %s", (_how, by, of, what, signature) => {
  expect(verifyProbe(by, of, what, signature)).toBe(false);
});
