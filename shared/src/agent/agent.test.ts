import { expect, test } from "vitest";
import { AgentAction, makeAgentToken, parseAgentToken } from "./agent.ts";

const SECRET = "abcdefghijklmnopqrstuvwxyz012345";

test("a token names its session, and nothing else is a token", () => {
  expect(parseAgentToken(makeAgentToken("s-1.2:3", SECRET))).toEqual({ sessionId: "s-1.2:3", secret: SECRET });
  for (const wrong of ["", "s1", `s1~short`, `~${SECRET}`, `s 1~${SECRET}`, `s1~${SECRET}~x`]) expect(parseAgentToken(wrong)).toBeUndefined();
});

test("actions are checked at the door", () => {
  expect(AgentAction.safeParse({ action: "key", code: "Enter" }).success).toBe(true);
  for (const wrong of [{ action: "key", code: "Nothing" }, { action: "tap", at: { x: -1, y: 0 } }, { action: "type", text: "" }, { action: "shutdown" }]) {
    expect(AgentAction.safeParse(wrong).success).toBe(false);
  }
});
