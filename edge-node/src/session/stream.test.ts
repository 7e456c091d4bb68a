// A player's seat through its bad moments: a path that is lost and comes back, another page that takes over.

import { afterEach, expect, test } from "vitest";
import { Scope } from "@nearframe/shared/lifetime";
import type { WireFrameMark } from "@nearframe/shared/media/frame-mark";
import type { FrameMark, PipelineEvents, RtpTarget, VideoTarget } from "../media/ports.ts";
import { machineMs } from "../input/mark.ts";
import type { Room, Seat, SeatEvents } from "../sfu/ports.ts";
import type { Display, Sound } from "./ports.ts";
import { createStream, type StreamEvents } from "./stream.ts";

const never = new Promise<never>(() => {});
const RTP: RtpTarget = { ip: "127.0.0.1", port: 5000, rtcpPort: 5000, ssrc: 1, payloadType: 102, extensions: {} };
const SPEED = { frameMsP50: 4, frameMsP95: 6, fpsMax: 250 };
const device = {
  screen: { width: 1, height: 1, pixelRatio: 1 }, touch: false, rtpCapabilities: { codecs: [{ mimeType: "audio/opus" }, { mimeType: "video/H264" }] },
};
const source = { display: {} as Display, sound: { monitorSocketPath: "/nowhere" } as Sound, inputMarkPath: "/nowhere" };

let scope = new Scope();
afterEach(async () => {
  await scope.close();
  scope = new Scope();
});

async function rig({ starts = true } = {}) {
  const done: string[] = [];
  const targets: VideoTarget[] = [];
  const seats: { events: SeatEvents; marks: WireFrameMark[] }[] = [];
  let frames: PipelineEvents["onFrame"] = () => {};
  const openSeat: Room["openSeat"] = async (_, events) => {
    const marks: WireFrameMark[] = [];
    seats.push({ events, marks });
    const id = String(seats.length);
    const offer = { receive: { id: `${id}-in` }, send: { id: `${id}-out` } } as Seat["offer"];
    return { offer, signal: async () => ({}), readLink: async () => undefined, sendFrameMark: (mark) => void marks.push(mark), sendPong() {}, sendControl() {}, sendProbe() {} };
  };
  const room: Room = { video: RTP, audio: RTP, interrupt: async () => {}, openSeat, openGuestSeat: never as never, onGuestKeyframeWanted() {} };
  const events: StreamEvents = {
    onOffer() {}, onInput() {}, onVoice() {}, onCamera() {}, onSense() {}, onAgent() {}, onFirstPicture() {}, onReachable() {}, onWake() {}, onFailed() {}, onRoom() {}, onKeyframe() {},
    onSeated: () => void done.push("seated"),
    onConnected: () => void done.push("connected"),
    onReturned: () => void done.push("returned"),
    onDisconnected: () => void done.push("disconnected"),
    onPresence: (visible) => void done.push(visible ? "seen" : "hidden"),
  };
  const stream = createStream(
    {
      createPipeline: async (_, pipelineEvents) => {
        frames = pipelineEvents.onFrame;
        return { requestKeyframe() {}, showNonce() {}, setTarget: (target) => void targets.push(target), closed: never };
      },
      pipelineTraits: { rtcpMux: true, stampsExtensions: true, keyframeOnRequest: true, followsTarget: true, marksFrames: true, codecs: ["H264"], takesOver: true },
      encoders: () => [{ name: "x264", codec: "H264", hardware: false, opened: true, at720p: SPEED, at1080p: SPEED }],
      sfu: { createRoom: async () => room },
      nowMs: machineMs,
      log() {},
    },
    { manifest: { size: { width: 1280, height: 720 }, fps: 60 }, bitrateKbps: 8_000, makeProbeAnswers: undefined },
    events,
    scope,
  );
  await stream.open(device);
  const start = () => stream.start(source);
  if (starts) await start();
  const seat = (index: number) => {
    const taken = seats[index];
    if (!taken) throw new Error(`there is no seat ${index}`);
    return taken;
  };
  const say = (index: number, message: object) => seat(index).events.onControl(JSON.stringify(message));
  const showFrame = (inputSeq: number, inputAppliedAtMs: number) =>
    frames({
      rtpTimestamp: 1, frameIndex: 1, keyframe: false, changed: true, inputSeq, inputAppliedAtMs,
      damagedAtMs: 0, capturedAtMs: 0, encodedAtMs: 0, sentAtMs: 0, payloadBytes: 1_000,
    } satisfies FrameMark);
  return { stream, start, seat, say, done, targets, showFrame };
}

const SAVES_DATA = { type: "prefer", maxHeight: 360, maxFps: 30, maxKbps: 1_000 };

test("what a player asked for holds when the path comes back, and not for whoever takes the seat later", async () => {
  const { stream, seat, say, targets } = await rig();
  seat(0).events.onConnected();
  say(0, SAVES_DATA);
  seat(0).events.onDisconnected("ICE is disconnected");
  seat(0).events.onConnected();
  expect(targets.at(-1)).toMatchObject({ fps: 30, size: { height: 360 } });
  await stream.rejoin(device);
  seat(1).events.onConnected();
  expect(targets.at(-1)).toMatchObject({ fps: 60, size: { height: 720 } });
});

test("what a player asked for before there was a pipeline is told to it when it starts", async () => {
  const { start, seat, say, targets } = await rig({ starts: false });
  seat(0).events.onConnected();
  say(0, SAVES_DATA);
  await start();
  expect(targets.at(-1)).toMatchObject({ fps: 30, size: { height: 360 } });
});

test("a page that was hidden when its path was lost is still hidden when that is back", async () => {
  const { seat, say, done } = await rig();
  seat(0).events.onConnected();
  say(0, { type: "presence", visible: false });
  seat(0).events.onDisconnected("ICE is disconnected");
  seat(0).events.onConnected();
  expect(done).toEqual(["seated", "connected", "hidden", "disconnected", "connected", "returned", "hidden"]);
});

// Pages count their inputs from 1: the number of the page before was taken for this one's, and no input was timed any more.
test("a page that takes the seat is told of none of the inputs of the page before", async () => {
  const { stream, seat, showFrame } = await rig();
  seat(0).events.onConnected();
  const before = machineMs();
  showFrame(5_000, before);
  await stream.rejoin(device);
  seat(1).events.onConnected();
  showFrame(5_000, before);
  showFrame(1, machineMs());
  expect(seat(0).marks.map(({ inputSeq }) => inputSeq)).toEqual([5_000]);
  expect(seat(1).marks.map(({ inputSeq }) => inputSeq)).toEqual([0, 1]);
});
