import { expect, test } from "vitest";
import { Scope } from "@nearframe/shared/lifetime";
import { createFakeTimers } from "../testing/fake-timers.ts";
import { createPolled } from "./polled.ts";

const settled = () => new Promise((resolve) => setTimeout(resolve, 0));

test("what is read is shown and read again; a failure keeps what was read; nothing is asked after the end", async () => {
  const timers = createFakeTimers();
  const scope = new Scope();
  const answers: (() => Promise<string | undefined>)[] = [
    () => Promise.reject(new Error("no")), async () => "first", () => Promise.reject(new Error("no")), async () => undefined,
  ];
  let asked = 0;
  const state = createPolled(scope, { everyMs: 30_000, timers, random: () => 0.5, read: () => answers[asked++]?.() ?? Promise.resolve("late") });
  expect(state.value).toEqual({ is: "loading" });
  await settled();
  expect(state.value).toEqual({ is: "unreachable" });
  timers.pass(30_000);
  await settled();
  expect(state.value).toEqual({ is: "ready", value: "first" });
  timers.pass(30_000);
  await settled();
  expect(state.value).toEqual({ is: "ready", value: "first" });
  timers.pass(30_000);
  await settled();
  expect(state.value).toEqual({ is: "missing" });
  await scope.close();
  timers.pass(60_000);
  await settled();
  expect(asked).toBe(4);
});
