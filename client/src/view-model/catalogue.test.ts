import { Scope } from "@nearframe/shared/lifetime";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { createFakeTimers } from "../testing/fake-timers.ts";
import { sampleTitle } from "../testing/samples.ts";
import { createCatalogue } from "./catalogue.ts";

let scope: Scope;
beforeEach(() => {
  scope = new Scope();
  vi.spyOn(console, "warn").mockReturnValue();
});
afterEach(async () => {
  await scope.close();
  vi.restoreAllMocks();
});

const settle = async () => {
  for (let i = 0; i < 12; i++) await Promise.resolve();
};

function setUp(answers: (() => Promise<unknown>)[]) {
  const timers = createFakeTimers();
  const catalogue = createCatalogue(scope, {
    timers, random: () => 0.5,
    fetchTitles: () => answers.shift()?.() ?? new Promise(() => undefined),
  });
  return { timers, catalogue };
}

const down = () => Promise.reject(new Error("no route"));
const titles = [sampleTitle("night-train")];
const good = () => Promise.resolve({ titles });

test("reads the titles", async () => {
  const { catalogue } = setUp([good]);
  expect(catalogue.state.value).toEqual({ is: "loading" });
  await settle();
  expect(catalogue.state.value).toEqual({ is: "ready", titles });
});

test("tries again by itself, waiting longer each time, and says meanwhile that nobody answers", async () => {
  const { catalogue, timers } = setUp([down, down, good]);
  await settle();
  expect(catalogue.state.value).toEqual({ is: "unreachable" });
  timers.pass(250);
  await settle();
  expect(catalogue.state.value).toEqual({ is: "unreachable" });
  timers.pass(500);
  await settle();
  expect(catalogue.state.value.is).toBe("ready");
  expect(timers.pending).toBe(0);
});

test("does not wait when asked to try now", async () => {
  const { catalogue, timers } = setUp([down, good]);
  await settle();
  catalogue.retry();
  await settle();
  expect(catalogue.state.value.is).toBe("ready");
  expect(timers.pending).toBe(0);
});

test("an answer of another shape counts as none", async () => {
  const { catalogue } = setUp([() => Promise.resolve({ titles: [{ id: "x" }] })]);
  await settle();
  expect(catalogue.state.value).toEqual({ is: "unreachable" });
});

test("closing leaves no timer and ignores what comes late", async () => {
  let answer: (titles: unknown) => void = () => {};
  const { catalogue, timers } = setUp([() => new Promise((resolve) => (answer = resolve))]);
  await scope.close();
  answer(undefined);
  await settle();
  expect(catalogue.state.value).toEqual({ is: "loading" });
  expect(timers.pending).toBe(0);
});
