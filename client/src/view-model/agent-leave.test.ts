import { afterEach, expect, test } from "vitest";
import { parseAgentToken } from "@nearframe/shared/agent/agent";
import { Scope } from "@nearframe/shared/lifetime";
import { createFakeTimers } from "../testing/fake-timers.ts";
import { createAgentLeave, LEAVE_MINUTES } from "./agent-leave.ts";

const SECRET = "abcdefghijklmnopqrstuvwxyz012345";
let scope = new Scope();
afterEach(async () => {
  await scope.close();
  scope = new Scope();
});

function rig() {
  const timers = createFakeTimers();
  const said: object[] = [];
  const leave = createAgentLeave(scope, timers, () => "s1");
  const control = {
    bufferedBytes: 0,
    send: (text: Uint8Array<ArrayBuffer> | string) => {
      said.push(JSON.parse(String(text)) as object);
      return true;
    },
  };
  leave.connect(control);
  return { leave, control, said, timers };
}

test("leave is asked for, and what the player hands on names the session", () => {
  const { leave, said } = rig();
  leave.give();
  expect(said).toEqual([{ type: "agent.grant", minutes: LEAVE_MINUTES }]);
  leave.handle({ type: "agent.granted", secret: SECRET, expiresInMs: 1_000 });
  const { value } = leave.view;
  expect(value.is === "on" && parseAgentToken(value.token)).toEqual({ sessionId: "s1", secret: SECRET });
});

test("a program that acts is seen, and that it stopped", () => {
  const { leave, timers } = rig();
  leave.handle({ type: "agent.granted", secret: SECRET, expiresInMs: 1_000 });
  leave.handle({ type: "agent.used" });
  expect(leave.view.value).toMatchObject({ is: "on", busy: true });
  timers.pass(2_000);
  expect(leave.view.value).toMatchObject({ is: "on", busy: false });
});

test("taken back it is off at once, whatever the node says when", () => {
  const { leave, said } = rig();
  leave.handle({ type: "agent.granted", secret: SECRET, expiresInMs: 1_000 });
  leave.takeBack();
  expect(leave.view.value).toEqual({ is: "off" });
  expect(said.at(-1)).toEqual({ type: "agent.revoke" });
  leave.handle({ type: "agent.used" });
  expect(leave.view.value).toEqual({ is: "off" });
});

test("a refusal is shown", () => {
  const { leave } = rig();
  leave.handle({ type: "agent.refused", reason: "not this one" });
  expect(leave.view.value).toEqual({ is: "refused", reason: "not this one" });
});

// Said into a path that was dead, it went with it, and the program went on for half an hour.
test("what the node has not answered is said again over the next path", () => {
  const { leave, control, said } = rig();
  leave.handle({ type: "agent.granted", secret: SECRET, expiresInMs: 1_000 });
  leave.takeBack();
  leave.connect(undefined);
  leave.connect(control);
  expect(said).toEqual([{ type: "agent.revoke" }, { type: "agent.revoke" }]);
  leave.handle({ type: "agent.granted", secret: SECRET, expiresInMs: 1_000 });
  leave.handle({ type: "agent.off" });
  expect(leave.view.value).toEqual({ is: "off" });
  leave.connect(control);
  expect(said).toHaveLength(2);
});
