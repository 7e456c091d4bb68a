import { afterEach, expect, test, vi } from "vitest";
import { readMotion, type Motion } from "@nearframe/shared/input/motion";
import { Scope } from "@nearframe/shared/lifetime";
import type { Receiver } from "../stream/receiver.ts";
import { coarsePlace, createSenses, type Place, type SenseSources } from "./senses.ts";

const HERE: Place = { latitude: 52.51627, longitude: 13.37771, accuracyM: 12 };
const STILL: Omit<Motion, "seq"> = { orientation: [1, 2, 3], acceleration: [0, 0, 0], accelerationWithGravity: [0, 0, 0], turnRate: [0, 0, 0] };

let scope = new Scope();
afterEach(async () => {
  await scope.close();
  scope = new Scope();
});

function rig(sources: Partial<SenseSources> = {}) {
  const said: object[] = [];
  const states: Uint8Array[] = [];
  const done: string[] = [];
  let place: (place: Place) => void = () => {};
  let move: (motion: Omit<Motion, "seq">) => void = () => {};
  const source = (name: string) => ({ close: () => void done.push(`close ${name}`) });
  const senses = createSenses(scope, {
    motion: async (onMotion) => {
      move = onMotion;
      return source("motion");
    },
    location: async (onPlace) => {
      place = onPlace;
      return source("location");
    },
    microphone: async () => ({ ...source("microphone"), track: {} as MediaStreamTrack }),
    camera: async (facing) => ({ ...source(`${facing} camera`), track: { label: facing } as MediaStreamTrack, several: true }),
    ...sources,
  });
  const channel = (send: (data: Uint8Array<ArrayBuffer> | string) => void) => ({
    bufferedBytes: 0,
    send: (data: Uint8Array<ArrayBuffer> | string) => {
      send(data);
      return true;
    },
  });
  const receiver = {
    channels: { control: channel((text) => void said.push(JSON.parse(String(text)) as object)), inputState: channel((bytes) => void states.push(bytes as Uint8Array)) },
    sendVoice: async () => ({ close: () => void done.push("close voice") }),
    sendCamera: async ({ label }: MediaStreamTrack) => {
      done.push(`send ${label}`);
      return { replace: async (next: MediaStreamTrack) => void done.push(`send ${next.label}`), close: () => void done.push("close picture") };
    },
  } as unknown as Receiver;
  senses.follow(["motion", "location", "microphone", "camera"]);
  senses.connect(receiver);
  const stateOf = (sense: string) => senses.view.value.senses.find((now) => now.sense === sense);
  return { senses, receiver, said, states, done, stateOf, place: (now: Place) => place(now), move: (motion: Omit<Motion, "seq">) => move(motion) };
}

test("a rough place is rounded on this device", () => {
  expect(coarsePlace(HERE)).toEqual({ latitude: 52.52, longitude: 13.38, accuracyM: 1_500 });
});

test("nothing is given before the player gives it, and then only once the node takes it", async () => {
  const { senses, said, stateOf, place } = rig();
  expect(said).toEqual([]);
  senses.grant("location");
  expect(stateOf("location")?.state).toBe("asking");
  await vi.waitFor(() => expect(said).toEqual([{ type: "sense.grant", sense: "location" }]));
  place(HERE);
  expect(said).toHaveLength(1);
  senses.handle({ type: "sense", sense: "location", state: "on" });
  expect(said.at(-1)).toEqual({ type: "location", latitude: 52.52, longitude: 13.38, accuracyM: 1_500 });
  senses.setExactPlace(true);
  expect(said.at(-1)).toEqual({ type: "location", ...HERE });
});

test("what is taken back stops at once, and its device with it", async () => {
  const { senses, said, done, states, stateOf, move } = rig();
  senses.grant("motion");
  senses.grant("microphone");
  await vi.waitFor(() => expect(said).toHaveLength(2));
  senses.handle({ type: "sense", sense: "motion", state: "on" });
  senses.handle({ type: "sense", sense: "microphone", state: "on" });
  await Promise.resolve();
  move(STILL);
  expect(states.map((bytes) => readMotion(bytes)?.orientation)).toEqual([[1, 2, 3]]);
  senses.revoke("motion");
  move(STILL);
  expect(states).toHaveLength(1);
  senses.revoke("microphone");
  expect(done).toEqual(["close motion", "close voice", "close microphone"]);
  expect(said.slice(2)).toEqual([{ type: "sense.revoke", sense: "motion" }, { type: "sense.revoke", sense: "microphone" }]);
  expect(stateOf("motion")?.state).toBe("off");
});

test("a refusal says why, whoever refuses", async () => {
  const { senses, stateOf, said, done } = rig({ motion: () => Promise.reject(new Error("this device tells no motion")) });
  senses.grant("motion");
  await vi.waitFor(() => expect(stateOf("motion")).toEqual({ sense: "motion", state: "refused", reason: "this device tells no motion" }));
  senses.grant("location");
  await vi.waitFor(() => expect(said).toHaveLength(1));
  senses.handle({ type: "sense", sense: "location", state: "refused", reason: "no use for it" });
  expect(stateOf("location")).toEqual({ sense: "location", state: "refused", reason: "no use for it" });
  expect(done).toEqual(["close location"]);
});

test("over a new path what was given is given again", async () => {
  const { senses, receiver, said } = rig();
  senses.grant("motion");
  await vi.waitFor(() => expect(said).toHaveLength(1));
  senses.connect(receiver);
  expect(said).toEqual([{ type: "sense.grant", sense: "motion" }, { type: "sense.grant", sense: "motion" }]);
});

// A camera's light stayed on after the session, until the page was left.
test("when the session is over, or goes on elsewhere, the device gives nothing any more", async () => {
  const asking = Promise.withResolvers<{ close(): void }>();
  const { senses, receiver, said, done, stateOf } = rig({ motion: () => asking.promise });
  senses.grant("camera");
  senses.grant("motion");
  await vi.waitFor(() => expect(said).toHaveLength(1));
  senses.handle({ type: "sense", sense: "camera", state: "on" });
  await Promise.resolve();
  senses.connect(undefined);
  expect(done).toEqual(["send front", "close picture", "close front camera"]);
  asking.resolve({ close: () => void done.push("close late") });
  await vi.waitFor(() => expect(done).toContain("close late"));
  expect([stateOf("camera")?.state, stateOf("motion")?.state]).toEqual(["off", "off"]);
  const before = said.length;
  senses.connect(receiver);
  expect(said).toHaveLength(before);
});

test("a grant that the node says again goes on with the track that is sent already", async () => {
  const { senses, said, done } = rig();
  senses.grant("camera");
  await vi.waitFor(() => expect(said).toHaveLength(1));
  for (const _ of [1, 2]) senses.handle({ type: "sense", sense: "camera", state: "on" });
  await Promise.resolve();
  expect(done).toEqual(["send front"]);
});

test("taken back while the browser still asks, it is not given", async () => {
  const asking = Promise.withResolvers<{ close(): void }>();
  const { senses, said, done } = rig({ motion: () => asking.promise });
  senses.grant("motion");
  senses.revoke("motion");
  asking.resolve({ close: () => void done.push("close late") });
  await vi.waitFor(() => expect(done).toEqual(["close late"]));
  expect(said).toEqual([]);
});

test("the camera is sent once the node takes it, turned without being given again, and ends when it is taken back", async () => {
  const { senses, said, done } = rig();
  senses.grant("camera");
  await vi.waitFor(() => expect(said).toEqual([{ type: "sense.grant", sense: "camera" }]));
  expect(done).toEqual([]);
  senses.handle({ type: "sense", sense: "camera", state: "on" });
  await vi.waitFor(() => expect(done).toEqual(["send front"]));
  expect(senses.view.value.camera).toEqual({ facing: "front", several: true });
  senses.setFacing("back");
  await vi.waitFor(() => expect(done).toEqual(["send front", "close front camera", "send back"]));
  senses.revoke("camera");
  expect(done.slice(3)).toEqual(["close picture", "close back camera"]);
  expect(said.slice(1)).toEqual([{ type: "sense.revoke", sense: "camera" }]);
});

test("a camera that is taken back while another one opens is let go of", async () => {
  const opening = Promise.withResolvers<void>();
  const closed: string[] = [];
  const { senses, said, stateOf } = rig({
    async camera(facing) {
      if (facing === "back") await opening.promise;
      return { close: () => void closed.push(facing), track: {} as MediaStreamTrack, several: true };
    },
  });
  senses.grant("camera");
  await vi.waitFor(() => expect(said).toHaveLength(1));
  senses.setFacing("back");
  senses.revoke("camera");
  opening.resolve();
  await vi.waitFor(() => expect(closed.at(-1)).toBe("back"));
  expect(stateOf("camera")?.state).toBe("off");
});

test("leaving the page lets go of the devices", async () => {
  const { senses, said, done } = rig();
  senses.grant("microphone");
  await vi.waitFor(() => expect(said).toHaveLength(1));
  await scope.close();
  expect(done).toEqual(["close microphone"]);
});
