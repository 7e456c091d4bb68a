import { expect, test, vi } from "vitest";
import { createWebCamera } from "./camera.ts";

function rig() {
  const asked = vi.fn<() => void>();
  const calls: { method: string; params: Record<string, unknown>; answer: PromiseWithResolvers<Record<string, unknown>> }[] = [];
  const part = {
    sessionId: "page",
    whole: true,
    call(method: string, params: Record<string, unknown> = {}) {
      const answer = Promise.withResolvers<Record<string, unknown>>();
      calls.push({ method, params, answer });
      return answer.promise;
    },
  };
  const camera = createWebCamera(asked);
  const say = (payload: string, executionContextId = 3) => camera.handleEvent("Runtime.bindingCalled", { name: "nearframeCamera", payload, executionContextId }, part);
  const given = () => calls.map(({ params }) => [params.executionContextId, (params.arguments as { value: unknown }[])[1]?.value]);
  return { camera, part, asked, calls, say, given };
}

test("frames go to each document that has opened the camera, and to no other", async () => {
  const { camera, asked, calls, say, given } = rig();
  camera.show({ keyframe: true, data: "early" });
  say("open");
  say("open", 4);
  expect(asked).toHaveBeenCalledTimes(2);
  camera.show({ keyframe: true, data: "a" });
  camera.show({ keyframe: false, data: "b" });
  expect(given()).toEqual([[3, "a"], [4, "a"]]);
  calls[0]?.answer.resolve({});
  await vi.waitFor(() => expect(given()).toEqual([[3, "a"], [4, "a"], [3, "b"]]));
  say("closed", 4);
  calls[2]?.answer.resolve({});
  await Promise.resolve();
  camera.show({ keyframe: true, data: "c" });
  expect(given().slice(3).every(([context]) => context === 3)).toBe(true);
});

test("a document that is gone is given nothing more", async () => {
  const { camera, part, calls, say, given } = rig();
  say("open");
  camera.show({ keyframe: true, data: "a" });
  calls[0]?.answer.reject(new Error("Cannot find context with specified id"));
  await vi.waitFor(() => {
    camera.show({ keyframe: true, data: "b" });
    expect(given()).toEqual([[3, "a"]]);
  });
  say("open", 4);
  camera.handleEvent("Runtime.executionContextDestroyed", { executionContextId: 4 }, part);
  camera.show({ keyframe: true, data: "c" });
  expect(given()).toEqual([[3, "a"]]);
});
