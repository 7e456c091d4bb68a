// Who gets a warm title, and who a cold start.

import { expect, test, vi } from "vitest";
import { Scope } from "@nearframe/shared/lifetime";
import type { StartStep } from "@nearframe/shared/session/start-steps";
import type { Title } from "@nearframe/shared/title/manifest";
import { createPrivateFolder } from "../process/private-folder.ts";
import type { InputSink } from "../input/ports.ts";
import type { RtpTarget } from "../media/ports.ts";
import type { Seat } from "../sfu/ports.ts";
import type { Display, RunningProgram, Sound, WarmTitle } from "./ports.ts";
import { createSession, type SessionPorts } from "./session.ts";

const never = new Promise<never>(() => {});
const sink: InputSink = { apply: async () => {}, lacks: {} };
const title = {
  folder: "/titles/card",
  manifest: { id: "card", name: "Card", size: { width: 640, height: 360 }, fps: 60, savePaths: ["saves"], input: {} },
} as unknown as Title;
const save = { ticket: "a-ticket" };

const display = (name: string): Display => ({
  name, size: title.manifest.size, environment: {}, processId: 1, framebufferPath: undefined, closed: never,
});
const SPEED = { frameMsP50: 4, frameMsP95: 6, fpsMax: 250 };
const RTP: RtpTarget = { ip: "127.0.0.1", port: 5000, rtcpPort: 5000, ssrc: 1, payloadType: 102, extensions: {} };
const seat: Seat = {
  offer: {} as Seat["offer"], signal: async () => ({}), readLink: async () => undefined, sendFrameMark() {}, sendPong() {}, sendControl() {}, sendProbe() {},
};
const device = {
  screen: { width: 1, height: 1, pixelRatio: 1 }, touch: false, rtpCapabilities: { codecs: [{ mimeType: "audio/opus" }, { mimeType: "video/H264" }] },
};
const sound: Sound = { environment: {}, monitorSocketPath: "/nowhere", voiceSocketPath: "/nowhere", closed: never };

async function rig({ playerHasSave, warm }: { playerHasSave: boolean; warm: boolean }) {
  const owner = new Scope();
  const done: string[] = [];
  const steps: StartStep[] = [];
  const folders = { warm: await createPrivateFolder("warm", owner), cold: await createPrivateFolder("cold", owner) };
  const running = (kind: string): RunningProgram => ({
    pid: 1, exited: never, bridge: undefined, lastOutput: () => "",
    pause: async () => void done.push(`pause ${kind}`),
    resume: async () => void done.push(`resume ${kind}`),
  });
  const stage = owner.child();
  stage.own(undefined, () => void done.push("close stage"));
  const program = stage.child();
  program.own(undefined, () => void done.push("close title"));
  let waiting: WarmTitle | undefined = warm
    ? { folder: folders.warm, display: display(":warm"), sound, sink, running: running("warm"), stage, program, listen() {} }
    : undefined;
  const scope = owner.child();
  const ports: SessionPorts = {
    openDisplay: async () => display(":cold"),
    openSound: async () => sound,
    launchTitle: async () => {
      done.push("launch");
      return running("cold");
    },
    takePicture: async () => Buffer.alloc(0),
    openMicrophone: () => ({ open: async () => {}, hear() {}, close: async () => {} }),
    openInputSink: async () => sink,
    findTitle: async (found) => found,
    async keepSaves({ openHome }, saves) {
      const home = await openHome(playerHasSave);
      done.push(home.startsWith(folders.warm) ? "saves of the warm home" : "saves of a fresh home");
      saves.own(undefined, () => void done.push("archive"));
      return { noteCrash() {}, savedAtMs: undefined };
    },
    warm: {
      has: () => waiting !== undefined,
      take(_, __, session) {
        const taken = waiting;
        waiting = undefined;
        if (taken) session.adopt(taken.stage);
        return taken;
      },
    },
    clock: { monotonicMs: () => 0, wallMs: () => 0 },
    createFolder: async () => folders.cold,
    sign: (bytes) => bytes,
    log: (_, detail) => void done.push(detail),
    createPipeline: async (options, events) => {
      done.push(`pipeline of ${options.display.name}`);
      queueMicrotask(events.onFirstPicture);
      return { requestKeyframe() {}, showNonce() {}, setTarget() {}, closed: never };
    },
    pipelineTraits: {
      rtcpMux: true, stampsExtensions: true, keyframeOnRequest: true, followsTarget: true, marksFrames: true, codecs: ["H264"], takesOver: true,
    },
    encoders: () => [{ name: "x264", codec: "H264", hardware: false, opened: true, at720p: SPEED, at1080p: SPEED }],
    sfu: {
      createRoom: async () => ({
        video: RTP, audio: RTP, interrupt: async () => {}, openSeat: async () => seat, openGuestSeat: async () => seat, onGuestKeyframeWanted() {},
      }),
    },
  };
  const ended = Promise.withResolvers<void>();
  const session = createSession(
    ports,
    { sessionId: "s1", title, device, bitrateKbps: 8_000, save },
    { onOffer() {}, onStep: (step) => void steps.push(step), onProbed() {}, onSample() {}, guests: { onOffer() {}, onRefused() {}, onPresence() {} }, onEnded: () => ended.resolve() },
    scope,
  );
  const close = async () => {
    session.stop("player-left");
    await ended.promise;
    const all = [...done];
    await owner.close();
    return all;
  };
  return { done, steps, close };
}

test("whoever has nothing to be restored gets the warm title, running before its picture is sent", async () => {
  const { done, steps, close } = await rig({ playerHasSave: false, warm: true });
  await vi.waitFor(() => expect(steps).toContain("first-picture"));
  expect(done).toEqual(["saves of the warm home", "resume warm", "pipeline of :warm"]);
  expect(steps.toSorted()).toEqual(["display-started", "first-picture", "sound-started", "title-started", "transports-opened"]);
  expect(steps.indexOf("title-started")).toBeLessThan(steps.indexOf("first-picture"));
  // The title may write until it is closed, and its folder goes last.
  expect((await close()).slice(3)).toEqual(["close title", "archive", "close stage"]);
});

test("a player with a save gets a title that starts with it; the warm one waits for somebody else", async () => {
  const { done, steps, close } = await rig({ playerHasSave: true, warm: true });
  await vi.waitFor(() => expect(steps).toContain("first-picture"));
  expect(done.toSorted()).toEqual(["launch", "pipeline of :cold", "saves of a fresh home"]);
  expect(done).not.toContain("resume warm");
  expect(await close()).not.toContain("close stage");
});

test("without a warm title everything opens at once", async () => {
  const { done, steps, close } = await rig({ playerHasSave: false, warm: false });
  await vi.waitFor(() => expect(steps).toContain("first-picture"));
  expect(done.toSorted()).toEqual(["launch", "pipeline of :cold", "saves of a fresh home"]);
  await close();
});
