import { Scope } from "@nearframe/shared/lifetime";
import { expect, test, vi } from "vitest";
import { createFakeTimers } from "../testing/fake-timers.ts";
import { createHandoff } from "./handoff.ts";

test("a code is asked for at once, and again when the player wants another", async () => {
  vi.spyOn(console, "info").mockImplementation(() => {});
  const makeHandoff = vi.fn(async () => ({ code: "7K3Q9BXA", lifeMs: 120_000 }));
  makeHandoff.mockRejectedValueOnce(new Error("offline"));
  const { state, again } = createHandoff(new Scope(), { api: { makeHandoff }, timers: createFakeTimers(5_000) });
  expect(state.value).toEqual({ is: "asking" });
  await vi.waitFor(() => expect(state.value).toEqual({ is: "failed" }));
  again();
  await vi.waitFor(() => expect(state.value).toEqual({ is: "ready", code: "7K3Q9BXA", untilMs: 125_000 }));
});
