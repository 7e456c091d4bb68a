import { expect, test } from "vitest";
import { nodeIdOf, signedText } from "./identity.ts";
import vectors from "./identity.vectors.json" with { type: "json" };

test("a node's id follows from its public key alone", () => {
  for (const { publicKeyHex, nodeId } of vectors.ids) {
    const key = Uint8Array.from(publicKeyHex.match(/../g) ?? [], (byte) => Number.parseInt(byte, 16));
    expect(nodeIdOf(key)).toBe(nodeId);
  }
});

test("what is signed is the message without its signature, in RFC 8785's form", () => {
  for (const { message, text } of vectors.texts) expect(signedText(message)).toBe(text);
});

test("the order in which fields were written does not matter", () => {
  expect(signedText({ b: [1, { d: 1, c: 2 }], a: "x", signature: "s" })).toBe(signedText({ signature: "t", a: "x", b: [1, { c: 2, d: 1 }] }));
});
