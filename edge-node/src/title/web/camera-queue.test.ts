import { expect, test } from "vitest";
import { NEW_PAGE, passCamera, WAITING_MAX, type CameraEvent, type CameraQueue } from "./camera-queue.ts";

const key = (data: string): CameraEvent => ({ type: "frame", frame: { keyframe: true, data } });
const delta = (data: string): CameraEvent => ({ type: "frame", frame: { keyframe: false, data } });
const TAKEN: CameraEvent = { type: "taken" };

function run(events: readonly CameraEvent[], queue: CameraQueue = NEW_PAGE) {
  const done: string[] = [];
  for (const event of events) {
    const [next, effects] = passCamera(queue, event);
    queue = next;
    for (const effect of effects) done.push(effect.type === "give" ? effect.frame.data : effect.type);
  }
  return { queue, done };
}

test("a page begins with a keyframe and is given one frame at a time", () => {
  expect(run([delta("a"), key("b"), delta("c"), delta("d")]).done).toEqual(["b"]);
  expect(run([key("b"), delta("c"), delta("d"), TAKEN, TAKEN, TAKEN, delta("e")]).done).toEqual(["b", "c", "d", "e"]);
});

test("what waits when a keyframe comes is left out", () => {
  expect(run([key("a"), delta("b"), delta("c"), key("d"), delta("e"), TAKEN, TAKEN]).done).toEqual(["a", "d", "e"]);
});

test("a page that stands still makes nobody wait for more than a few frames, and goes on with a keyframe", () => {
  const { queue, done } = run([key("a"), ...Array.from({ length: WAITING_MAX + 5 }, (_, i) => delta(`${i}`))]);
  expect(queue.waiting.length).toBe(0);
  expect(done).toEqual(["a", "ask-keyframe"]);
  expect(run([TAKEN, delta("x"), key("y"), delta("z"), TAKEN], queue).done).toEqual(["y", "z"]);
});
