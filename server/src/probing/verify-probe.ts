// Whether a node's key signed what is told of a probe.

import { createPublicKey, verify, type KeyObject } from "node:crypto";
import type { ProbeResult } from "@nearframe/shared/probe/probe-result";
import { probeSignedBytes, type ProbeName } from "@nearframe/shared/probe/signed-bytes";

/** `publicKey`: Ed25519, 32 bytes as base64url. A node without one can't have signed anything. */
export function verifyProbe(publicKey: string | undefined, name: ProbeName, result: ProbeResult, signature: string): boolean {
  if (publicKey === undefined) return false;
  return verify(null, probeSignedBytes(name, result), keyObject(publicKey), Buffer.from(signature, "base64url"));
}

function keyObject(publicKey: string): KeyObject {
  return createPublicKey({ format: "jwk", key: { kty: "OKP", crv: "Ed25519", x: publicKey } });
}
