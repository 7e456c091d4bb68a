// What a node must prove with its key. Pure, but for the arithmetic of Ed25519.

import { createPublicKey, verify, type KeyObject } from "node:crypto";
import { nodeIdOf, signedText } from "@nearframe/shared/node/identity";
import type { NodeToServer } from "@nearframe/shared/protocol/node-to-server";

type Message<T extends NodeToServer["type"]> = Extract<NodeToServer, { type: T }>;
type Signed = Message<"node.register"> | Message<"node.inventory"> | Message<"node.heartbeat">;

export type Refused = { readonly ok: false; readonly code: string; readonly message: string };
export type ProvenKey = { readonly ok: true; readonly nodeId: string; readonly key: KeyObject };

/** Whether a registration answers the challenge of its own link, with the key that it names. */
export function proveRegistration(message: Message<"node.register">, nonce: string): ProvenKey | Refused {
  if (message.nonce !== nonce) {
    return refuse("NONCE_WRONG", "the registration answers another challenge than this link's; sign the nonce of node.challenge");
  }
  const key = readKey(message.publicKey);
  if (!key) return refuse("KEY_WRONG", "the public key is not one of Ed25519");
  if (!isSigned(message, key)) return refuse("SIGNATURE_WRONG", "the registration is not signed by the key that it names");
  return { ok: true, nodeId: nodeIdOf(Buffer.from(message.publicKey, "base64url")), key };
}

/** What a registered link has shown so far. */
export type LinkProof = { readonly key: KeyObject; readonly nonce: string; number: number };

/** Whether a numbered message is this link's next. Notes its number if it is. */
export function proveNumbered(message: Message<"node.heartbeat"> | Message<"node.inventory">, proof: LinkProof): Refused | undefined {
  if (message.nonce !== proof.nonce) return refuse("NONCE_WRONG", "the message belongs to another link");
  if (message.number <= proof.number) {
    return refuse("NUMBER_OLD", `message ${message.number} is old: ${proof.number} has been heard on this link`);
  }
  if (!isSigned(message, proof.key)) return refuse("SIGNATURE_WRONG", "the message is not signed by the node's key");
  proof.number = message.number;
  return undefined;
}

function isSigned(message: Signed, key: KeyObject): boolean {
  return verify(null, Buffer.from(signedText(message)), key, Buffer.from(message.signature, "base64url"));
}

function readKey(publicKey: string): KeyObject | undefined {
  try {
    return createPublicKey({ key: { kty: "OKP", crv: "Ed25519", x: publicKey }, format: "jwk" });
  } catch {
    return undefined; // 32 bytes that are no key.
  }
}

function refuse(code: string, message: string): Refused {
  return { ok: false, code, message };
}
