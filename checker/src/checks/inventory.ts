import { createPublicKey, randomBytes, verify } from "node:crypto";
import { nodeIdOf, signedText } from "@nearframe/shared/node/identity";
import type { NodeInventory } from "@nearframe/shared/node/inventory";
import { NodeRefusedError, type CheckPorts } from "./ports.ts";

const ANSWER_MS = 10_000;
const NONCE_BYTES = 24;

/** What the node says that it is, signed by its own key together with a nonce of ours: nothing recorded, nobody else's. */
export async function askInventory(nodeId: string, ports: Pick<CheckPorts, "callNode">): Promise<NodeInventory> {
  const nonce = randomBytes(NONCE_BYTES).toString("base64url");
  const { proof } = await ports.callNode(nodeId, { call: "inventory", nonce }, ANSWER_MS);
  const key = createPublicKey({ key: { kty: "OKP", crv: "Ed25519", x: proof.publicKey }, format: "jwk" });
  const isItsOwn = nodeIdOf(Buffer.from(proof.publicKey, "base64url")) === nodeId;
  const isSigned = verify(null, Buffer.from(signedText(proof)), key, Buffer.from(proof.signature, "base64url"));
  if (proof.nonce !== nonce || !isItsOwn || !isSigned) throw new NodeRefusedError("its inventory is not signed by its own key for this nonce", "UNPROVEN");
  return proof.inventory;
}
