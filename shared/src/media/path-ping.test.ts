import { expect, test } from "vitest";
import { readPathPing, readPathPong, writePathPing, writePathPong } from "./path-ping.ts";

/** Golden: a change here is a change to the protocol. */
const PING_HEX = "020000000000449340";
const PONG_HEX = "020000000000449340000000008088b340";

test("question and answer are written and read as agreed", () => {
  expect(Buffer.from(writePathPing({ sentAtMs: 1_233 })).toString("hex")).toBe(PING_HEX);
  expect(Buffer.from(writePathPong({ sentAtMs: 1_233, nodeAtMs: 5_000.5 })).toString("hex")).toBe(PONG_HEX);
  expect(readPathPing(Buffer.from(PING_HEX, "hex"))).toEqual({ sentAtMs: 1_233 });
  expect(readPathPong(Buffer.from(PONG_HEX, "hex"))).toEqual({ sentAtMs: 1_233, nodeAtMs: 5_000.5 });
});

test.each([
  ["nothing", ""],
  ["a question that is cut", PING_HEX.slice(2)],
  ["another kind", `01${PING_HEX.slice(2)}`],
  ["no number", "02ffffffffffffffff"],
])("%s is neither", (_name, hex) => {
  expect(readPathPing(Buffer.from(hex, "hex"))).toBeUndefined();
  expect(readPathPong(Buffer.from(hex, "hex"))).toBeUndefined();
});

test("neither is taken for the other", () => {
  expect(readPathPing(Buffer.from(PONG_HEX, "hex"))).toBeUndefined();
  expect(readPathPong(Buffer.from(PING_HEX, "hex"))).toBeUndefined();
});
