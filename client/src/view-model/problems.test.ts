import { ProblemReport } from "@nearframe/shared/api/problem";
import { Scope } from "@nearframe/shared/lifetime";
import * as z from "zod/mini";
import { expect, test, vi } from "vitest";
import { createSource } from "../behavior.ts";
import type { SessionState } from "../stream/session-state.ts";
import { createFakeTimers } from "../testing/fake-timers.ts";
import { device, sampleHistory, sessionTitle } from "../testing/samples.ts";
import { createProblems } from "./problems.ts";
import { RefusedError } from "./server-api.ts";

const page = { language: "en", browser: "Some Browser 1", width: 390, height: 844 };
const sample = sampleHistory(1)[0]!.sample;
const playing: SessionState = {
  phase: "playing", titleId: "some-title", tappedAtMs: 0, control: "up", device, sessionId: "s1", title: sessionTitle(),
  media: { is: "up", sinceMs: 0 }, moving: undefined, steps: [], restartDue: false, resumeId: undefined, sinceMs: 0, offeredAtMs: undefined, untoldFrameMs: undefined,
};

function open(postProblem: (report: ProblemReport) => Promise<{ problemId: string }>) {
  const timers = createFakeTimers();
  const session = createSource<SessionState>(playing);
  const problems = createProblems(new Scope(), "some-title", session.behavior, { api: { postProblem }, timers, describePage: () => page });
  return { timers, session, problems };
}

test("what is sent is what happened, oldest first, bounded, and a report by its schema", async () => {
  const post = vi.fn(async (_report: ProblemReport) => ({ problemId: "ABCDEFGH" }));
  const { timers, session, problems } = open(post);
  for (let i = 0; i < 400; i++) {
    timers.pass(1_000);
    problems.note(sample);
  }
  session.set({ ...playing, media: { is: "down", sinceMs: 0, restartAtMs: 0 } });
  for (let i = 0; i < 100; i++) session.set({ ...playing, control: i % 2 === 0 ? "down" : "up" });
  session.set({ phase: "over", titleId: "some-title", tappedAtMs: 0, control: "up", outcome: { kind: "ended", reason: "node-lost" } });
  await problems.send({ kind: "picture", note: "  it froze " });
  const report = z.parse(ProblemReport, post.mock.calls[0]?.[0]);
  expect(report).toMatchObject({ kind: "picture", note: "it froze", titleId: "some-title", sessionId: "s1", page });
  expect([report.seconds.length, report.seconds[0]?.agoMs, report.seconds.at(-1)?.agoMs]).toEqual([300, 299_000, 0]);
  expect([report.turns.length, report.turns.at(-1)?.what]).toEqual([60, "over: node-lost"]);
  expect(problems.state.value).toEqual({ is: "sent", problemId: "ABCDEFGH" });
  problems.dismiss();
  expect(problems.state.value).toEqual({ is: "idle" });
});

test.each([
  [new TypeError("Failed to fetch"), "unreachable"],
  [new RefusedError(429), "too-many"],
  [new RefusedError(500), "unreachable"],
] as const)("a report that is not taken (%s) says so, and can be sent again", async (error, why) => {
  vi.spyOn(console, "warn").mockImplementation(() => {});
  const answers = [() => Promise.reject(error), () => Promise.resolve({ problemId: "ABCDEFGH" })];
  const { problems } = open(() => answers.shift()!());
  await problems.send({ kind: "other", note: "" });
  expect(problems.state.value).toEqual({ is: "failed", why });
  await problems.send({ kind: "other", note: "" });
  expect(problems.state.value).toEqual({ is: "sent", problemId: "ABCDEFGH" });
});
