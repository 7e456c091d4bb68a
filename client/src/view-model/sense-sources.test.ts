import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { browserSenseSources, CAMERA_HIDDEN_MS_MAX } from "./sense-sources.ts";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

function rig(cameras = 2) {
  const asked: MediaStreamConstraints[] = [];
  const stop = vi.fn<() => void>();
  const track = Object.assign(new EventTarget(), { stop });
  const document = Object.assign(new EventTarget(), { visibilityState: "visible" });
  const window = {
    document,
    navigator: {
      mediaDevices: {
        async getUserMedia(constraints: MediaStreamConstraints) {
          asked.push(constraints);
          return { getVideoTracks: () => [track] };
        },
        enumerateDevices: async () => ["audioinput", ...Array.from({ length: cameras }, () => "videoinput")].map((kind) => ({ kind })),
      },
    },
  } as unknown as Window;
  const turn = (state: "visible" | "hidden") => {
    document.visibilityState = state;
    document.dispatchEvent(new Event("visibilitychange"));
  };
  return { sources: browserSenseSources(window), asked, stop, track, turn };
}

test("a camera is asked for by its side, in a small picture, and tells whether there is another", async () => {
  const { sources, asked, stop } = rig();
  expect(asked).toEqual([]);
  const source = await sources.camera("back", () => undefined);
  expect(asked).toEqual([{ video: expect.objectContaining({ facingMode: "environment", width: { ideal: 640 } }) as object }]);
  expect(source.several).toBe(true);
  source.close();
  expect(stop).toHaveBeenCalledTimes(1);
  expect((await rig(1).sources.camera("front", () => undefined)).several).toBe(false);
});

test("a camera is lost when it is unplugged, or the page stays hidden", async () => {
  const { sources, track, turn } = rig();
  const lost: string[] = [];
  const source = await sources.camera("front", (why) => lost.push(why));
  turn("hidden");
  vi.advanceTimersByTime(CAMERA_HIDDEN_MS_MAX - 1);
  turn("visible");
  vi.advanceTimersByTime(CAMERA_HIDDEN_MS_MAX);
  expect(lost).toEqual([]);
  turn("hidden");
  vi.advanceTimersByTime(CAMERA_HIDDEN_MS_MAX);
  expect(lost).toEqual([expect.stringContaining("hidden")]);
  track.dispatchEvent(new Event("ended"));
  expect(lost).toEqual([expect.anything(), "the camera is gone"]);
  source.close();
  turn("hidden");
  expect(vi.getTimerCount()).toBe(0);
});
