import { afterEach, expect, test, vi } from "vitest";
import type { AgentRequest } from "@nearframe/shared/agent/agent";
import { Scope } from "@nearframe/shared/lifetime";
import type { NodeToPlayer } from "@nearframe/shared/protocol/session-control";
import type { Runtime } from "@nearframe/shared/title/manifest";
import type { InputAction } from "../input/ports.ts";
import { createAgentDoor } from "./agent-door.ts";

let scope = new Scope();
afterEach(async () => {
  await scope.close();
  expect(vi.getTimerCount()).toBe(0);
  vi.useRealTimers();
  scope = new Scope();
});

function rig(runtime: Runtime = "phone", picture = Buffer.alloc(70_000, 7)) {
  vi.useFakeTimers();
  const told: NodeToPlayer[] = [];
  const applied: InputAction[] = [];
  const door = createAgentDoor(
    {
      runtime, size: { width: 100, height: 200 }, nowMs: () => Date.now(),
      sink: () => ({ apply: async (actions) => void applied.push(...actions), lacks: {} }),
      picture: async () => picture,
      tree: async () => [{ role: "button", name: "Save", depth: 0 }],
      tell: (message) => void told.push(message),
      wake() {},
    },
    scope,
  );
  const secret = () => told.findLast((message) => message.type === "agent.granted")?.secret ?? "";
  return { door, told, applied, secret };
}

const TAP: AgentRequest = { ask: "act", act: { action: "tap", at: { x: 50, y: 50 } } };

test("without the player's leave nothing is done, and with it what was asked for", async () => {
  const { door, told, applied, secret } = rig();
  await expect(door.answer("x".repeat(32), TAP)).rejects.toMatchObject({ code: "AGENT_NOT_GRANTED" });
  door.handle({ type: "agent.grant", minutes: 10 });
  await expect(door.answer("x".repeat(32), TAP)).rejects.toMatchObject({ code: "AGENT_NOT_GRANTED" });
  const answer = door.answer(secret(), TAP);
  await vi.advanceTimersByTimeAsync(100);
  await answer;
  expect(applied.map(({ kind }) => kind)).toEqual(["move-to", "button", "button"]);
  expect(told.map(({ type }) => type)).toEqual(["agent.granted", "agent.used"]);
});

test("taken back in the middle of a swipe, the finger is lifted and nothing more is done", async () => {
  const { door, applied, secret, told } = rig();
  door.handle({ type: "agent.grant", minutes: 10 });
  const answer = door.answer(secret(), { ask: "act", act: { action: "swipe", from: { x: 0, y: 0 }, to: { x: 99, y: 0 }, durationMs: 1_000 } });
  await vi.advanceTimersByTimeAsync(200);
  door.handle({ type: "agent.revoke" });
  const before = applied.length;
  await vi.advanceTimersByTimeAsync(2_000);
  await answer;
  expect(applied.slice(before)).toEqual([{ kind: "button", button: 0, down: false }]);
  expect(told.at(-1)).toEqual({ type: "agent.off" });
  await expect(door.answer(secret(), TAP)).rejects.toMatchObject({ code: "AGENT_NOT_GRANTED" });
});

test("a leave ends by itself, and the player sees that", async () => {
  const { door, told, secret } = rig();
  door.handle({ type: "agent.grant", minutes: 1 });
  await vi.advanceTimersByTimeAsync(60_000);
  expect(told.at(-1)).toEqual({ type: "agent.off" });
  await expect(door.answer(secret(), TAP)).rejects.toMatchObject({ code: "AGENT_NOT_GRANTED" });
});

test("a large answer comes in pieces that make the whole", async () => {
  const { door, secret } = rig();
  door.handle({ type: "agent.grant", minutes: 1 });
  const first = (await door.answer(secret(), { ask: "screen" })) as { pieces: number; data: string; type: string };
  expect(first).toMatchObject({ type: "image/jpeg", pieces: 3 });
  const rest = [1, 2].map(async (index) => (await door.answer(secret(), { ask: "piece", index })) as typeof first);
  const all = Buffer.concat([first, ...(await Promise.all(rest))].map(({ data }) => Buffer.from(data, "base64")));
  expect(all).toEqual(Buffer.alloc(70_000, 7));
  await expect(door.answer(secret(), { ask: "piece", index: 3 })).rejects.toMatchObject({ code: "AGENT_NO_PIECE" });
});

test("what can be read is told as it is", async () => {
  const { door, secret } = rig();
  door.handle({ type: "agent.grant", minutes: 1 });
  const { data } = (await door.answer(secret(), { ask: "tree" })) as { data: string };
  expect(JSON.parse(Buffer.from(data, "base64").toString())).toEqual([{ role: "button", name: "Save", depth: 0 }]);
});

test("a game is no phone: leave for it is refused with a sentence", () => {
  const { door, told } = rig("native");
  door.handle({ type: "agent.grant", minutes: 1 });
  expect(told).toEqual([{ type: "agent.refused", reason: "a native title can't be used by a program" }]);
});

test("a page that comes is told what leave there is, and that there is none", () => {
  const { door, told } = rig();
  door.reachPlayer();
  door.handle({ type: "agent.grant", minutes: 10 });
  door.reachPlayer();
  door.handle({ type: "agent.revoke" });
  door.reachPlayer();
  expect(told.map(({ type }) => type)).toEqual(["agent.off", "agent.granted", "agent.granted", "agent.off", "agent.off"]);
});
