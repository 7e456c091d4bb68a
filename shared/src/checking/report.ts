// What a checker hands in, and how: first a seal, when all are in the report itself.
// Whoever waits for a neighbour's report to copy it has nothing to seal in time.

import { sha256 } from "@noble/hashes/sha2.js";
import { bytesToHex } from "@noble/hashes/utils.js";
import canonicalize from "canonicalize";
import * as z from "zod/mini";
import { Id } from "../protocol/media.ts";
import { bytesOfKey, nodeIdOf, PublicKey, Signature } from "../node/identity.ts";
import { Observation } from "./observation.ts";

export const Digest = z.string().check(z.regex(/^[0-9a-f]{64}$/));
const Salt = z.string().check(z.regex(/^[A-Za-z0-9_-]{22,64}$/));
const Epoch = z.int().check(z.gte(0));

/** Signed by its checker (see `signedText`). */
export const CheckReport = z.strictObject({
  type: z.literal("check.report"),
  epoch: Epoch,
  taskId: Id,
  nodeId: Id,
  checkerId: Id,
  atMs: z.number(),
  observation: Observation,
  signature: Signature,
});
export type CheckReport = z.infer<typeof CheckReport>;

export const CheckSeal = z.strictObject({
  type: z.literal("check.seal"),
  epoch: Epoch,
  taskId: Id,
  checkerId: Id,
  digest: Digest,
  signature: Signature,
});
export type CheckSeal = z.infer<typeof CheckSeal>;

export const CheckReveal = z.strictObject({ report: CheckReport, salt: Salt });
export type CheckReveal = z.infer<typeof CheckReveal>;

/** What a checker is known by, for as long as the epoch lasts. */
export const EnrolledChecker = z.strictObject({
  checkerId: Id,
  publicKey: PublicKey,
  operatorId: Id,
  networkId: Id,
  /** Its weight when the epoch began; see `trust.ts`. */
  weight: z.number().check(z.gte(0), z.lte(1)),
});
export type EnrolledChecker = z.infer<typeof EnrolledChecker>;

/** The same hash of the key as a node's id, under another name, so that neither passes for the other; `publicKey` as it was parsed. */
export const checkerIdOf = (publicKey: string): string => nodeIdOf(bytesOfKey(publicKey)).replace(/^node-/, "checker-");

/** The seal of a report: the salt keeps others from guessing what is in it. */
export function sealOf(report: CheckReport, salt: string): string {
  return digestOf({ report, salt });
}

/** How a report is named as evidence. */
export function digestOf(value: unknown): string {
  const text = canonicalize(value);
  if (text === undefined) throw new Error("only JSON has a digest");
  return bytesToHex(sha256(new TextEncoder().encode(text)));
}
