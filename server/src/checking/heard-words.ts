// Signatures that were found right when the words came in, so that as an epoch closes thousands
// of them are not verified once more, all at once. What is known is key, signature and text
// together: words that were changed since, or that another server took in, are verified like any.

import { hash } from "node:crypto";
import type { VerifySignature } from "@nearframe/shared/checking/referee";
import { TASKS_PER_EPOCH_MAX } from "./limits.ts";

/** A seal and a report of each of five, of as many tasks as an epoch may have; as digests they take ten megabytes. Beyond it the oldest are forgotten. */
const HEARD_MAX = 2 * 5 * TASKS_PER_EPOCH_MAX;

export type HeardWords = ReturnType<typeof createHeardWords>;

export function createHeardWords(verify: VerifySignature, most = HEARD_MAX) {
  const heard = new Set<string>();
  // Neither a key nor a signature has a space in it.
  const nameOf = (publicKey: string, text: string, signature: string) => hash("sha256", `${publicKey} ${signature} ${text}`, "base64url");

  function hear(publicKey: string, text: string, signature: string): boolean {
    if (!verify(publicKey, text, signature)) return false;
    const [oldest] = heard;
    if (heard.size >= most && oldest !== undefined) heard.delete(oldest);
    heard.add(nameOf(publicKey, text, signature));
    return true;
  }

  return {
    /** Verifies, and remembers what is right. */
    hear,
    verify: (publicKey: string, text: string, signature: string): boolean => heard.has(nameOf(publicKey, text, signature)) || verify(publicKey, text, signature),
    forget: (): void => heard.clear(),
  };
}
