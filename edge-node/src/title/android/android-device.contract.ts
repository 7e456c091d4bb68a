// What the Android runtime needs of a device, whatever it is. The double passes it, and an
// operator runs it against a real one (docs/android.md).

import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { AndroidKeyCode, AndroidKeyEventMeta } from "@yume-chan/scrcpy";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { CODES } from "@nearframe/shared/input/codes";
import { Scope } from "@nearframe/shared/lifetime";
import type { AndroidApp, Title, TitleManifest } from "@nearframe/shared/title/manifest";
import { readTestCard, testCardLayout } from "@nearframe/shared/title/test-card-layout";
import { createInputMark } from "../../input/mark.ts";
import type { InputSink } from "../../input/ports.ts";
import { readSps } from "../../media/h264/sps.ts";
import type { FrameMark, MediaPipeline } from "../../media/ports.ts";
import { depacketiseH264 } from "../../media/rtp/h264-depacketiser.ts";
import { NalType, nalType, splitNalUnits } from "../../media/rtp/h264.ts";
import { openOpusDecoder } from "../../media/testing/opus-decoder.ts";
import { RtpListener } from "../../media/testing/rtp-listener.ts";
import type { Picture } from "../../media/testing/video-decoder.ts";
import type { RunningTitle } from "../../session/ports.ts";
import { HOME_FOLDER } from "../home.ts";
import { adbCredentials } from "./adapters/adb/credentials.ts";
import { openAdbDevice } from "./adapters/adb/open-device.ts";
import { nameOf, type DeviceAddress } from "./device-address.ts";
import { createDevices, type AndroidDevices } from "./devices.ts";
import { createAndroidStage, type AndroidStage } from "./stage.ts";
import type { ScrcpyServer } from "./scrcpy/server-file.ts";
import type { DeviceDouble } from "./testing/device-double.ts";

export type DeviceUnderTest = {
  address: DeviceAddress;
  adbServer?: { host: string; port: number };
  scrcpy: ScrcpyServer;
  app: AndroidApp;
  /** Where the app shows something else when it is touched; shares of the screen. */
  tap: { x: number; y: number };
  /** The folder with its APK. */
  titleFolder: string;
  /** It can be pulled away in the middle, and what it was given is known. */
  double?: DeviceDouble;
};

const SIZE = { width: 360, height: 640 };
const KBPS = 4_000;
/** What a real device did can't be asked of it. */
const ONLY_THE_DOUBLE = "only the double can be asked what it was given";
export const CONTRACT_LIMITS = { timeout: 180_000 } as const;
/** A real device takes its time. */
const LONG = { timeout: 60_000, interval: 50 };

/** Call it inside a `describe` with `CONTRACT_LIMITS`. */
export function androidDeviceContract(open: (scope: Scope) => Promise<DeviceUnderTest>): void {
  let scope: Scope;
  let folder: string;
  let under: DeviceUnderTest;
  let devices: AndroidDevices;
  beforeEach(async () => {
    scope = new Scope();
    folder = await mkdtemp(join(tmpdir(), "nearframe-android-"));
    scope.own(folder, (folder) => rm(folder, { recursive: true, force: true }));
    under = await open(scope);
    const credentials = adbCredentials(join(folder, "key.pem"), "nearframe@test");
    devices = createDevices(
      [under.address],
      {
        openDevice: openAdbDevice({ credentials, server: under.adbServer ?? { host: "127.0.0.1", port: 5037 } }),
        onChange: () => undefined,
        log: { info: () => undefined, warn: (detail, message) => console.warn(message, detail) },
      },
      scope,
    );
    await devices.lookedAt;
  });
  afterEach(() => scope.close(), 90_000);

  const manifest = (more: Partial<TitleManifest> = {}): TitleManifest => ({
    id: "app", name: "App", summary: "A title for a test.", publisher: "Nobody", credits: "None", category: "tool",
    art: { cover: "cover", hero: "hero", accent: "#ffffff" }, runtime: "android", size: SIZE, fps: 60,
    input: { keyboard: true, pointer: "absolute", touch: true }, savePaths: [], android: under.app,
    resources: { cpuCores: 1, memoryMb: 160, gpu: false, network: false }, ...more,
  });

  type Played = {
    stage: AndroidStage;
    running: RunningTitle;
    pipeline: MediaPipeline;
    video: RtpListener;
    sound: RtpListener;
    marks: FrameMark[];
    clipboards: string[];
    notices: string[];
    sink: InputSink;
    home: string;
    firstPicture: Promise<void>;
  };

  const title = (more?: Partial<TitleManifest>): Title => ({ manifest: manifest(more), folder: under.titleFolder });

  /** As a session does, in its order. */
  async function play(owner: Scope, played: Title = title(), prepare: (home: string) => Promise<void> = async () => undefined): Promise<Played> {
    const notices: string[] = [];
    const stage = createAndroidStage(played.manifest, { devices, server: under.scrcpy, saveIntervalMs: 60_000, log: (text) => notices.push(text) });
    const sessionFolder = await mkdtemp(join(folder, "session-"));
    const home = join(sessionFolder, HOME_FOLDER);
    await mkdir(home);
    await prepare(home);
    const display = await stage.openDisplay(SIZE, owner);
    const clipboards: string[] = [];
    const sink = await stage.openInputSink(display, { onRumble: () => undefined, onClipboard: (text) => clipboards.push(text) }, owner);
    const [video, sound] = await Promise.all([RtpListener.open("video", owner), RtpListener.open("sound", owner)]);
    const marks: FrameMark[] = [];
    const picture = Promise.withResolvers<void>();
    const mark = createInputMark(join(sessionFolder, "input-mark"), owner);
    const [pipeline, running] = await Promise.all([
      stage.createPipeline(
        {
          display, size: SIZE, fps: 60, bitrateKbps: KBPS, bitrateKbpsMax: KBPS, video: video.target,
          sound: { monitorSocketPath: "", target: sound.target }, inputMarkPath: mark.path,
        },
        { onFirstPicture: picture.resolve, onFrame: (frame) => marks.push(frame), onNotice: (text) => notices.push(text) },
        owner,
      ),
      stage.launchTitle({ title: played, sessionFolder, display, sound: await stage.openSound(owner) }, owner),
    ]);
    return { stage, running, pipeline, video, sound, marks, clipboards, notices, sink, home, firstPicture: picture.promise };
  }

  test("the picture comes as the device coded it: parameter sets at each keyframe, nothing reordered, at once decodable", async () => {
    const { video, firstPicture, marks, pipeline } = await play(scope);
    await firstPicture;
    const seen = video.until(({ keyframe }) => keyframe);
    pipeline.requestKeyframe();
    const { picture, packets } = await seen;
    expect(picture).toMatchObject(SIZE);
    const [sets] = packets;
    const sps = splitNalUnits(depacketiseH264([sets?.payload ?? Buffer.alloc(0)]) ?? Buffer.alloc(0)).find((unit) => nalType(unit) === NalType.sps);
    expect(sps && readSps(sps)).toMatchObject({ ...SIZE, ordered: true });
    expect(sets?.extensions.size).toBe(3);
    expect(marks[0]?.keyframe).toBe(true);
    for (const { capturedAtMs, encodedAtMs, sentAtMs } of marks) expect([capturedAtMs, encodedAtMs, sentAtMs]).toEqual([capturedAtMs, encodedAtMs, sentAtMs].toSorted((a, b) => a - b));
  });

  test("the sound comes as the device coded it, and can be heard", async () => {
    const { sound, notices } = await play(scope);
    const decoder = openOpusDecoder(scope);
    if (under.double) {
      await sound.until(({ packets }) => (decoder.peak(packets[0]?.payload ?? Buffer.alloc(0)) ?? 0) > 1_000);
      const first = await sound.next();
      // A machine in trouble leaves some out; those that come stand where they belong.
      const samples = ((await sound.next()).timestamp - first.timestamp) >>> 0;
      expect([samples > 0, samples % 960]).toEqual([true, 0]);
    } else if (!notices.some((notice) => notice.includes("no sound"))) {
      // Nobody knows whether this app plays anything.
      await sound.until(({ packets }) => decoder.peak(packets[0]?.payload ?? Buffer.alloc(0)) !== undefined);
    }
  });

  test("a touch reaches the app, and its answer the stream", async () => {
    const { sink, video, firstPicture } = await play(scope);
    await firstPicture;
    const before = fingerprint((await video.next()).picture);
    const { x, y } = under.tap;
    await sink.apply([{ kind: "touch", id: 0, phase: "down", x, y, pressure: 0.7 }]);
    await sink.apply([{ kind: "touch", id: 0, phase: "up", x, y, pressure: 0 }]);
    await video.until(({ picture }) => picture !== undefined && differs(before, fingerprint(picture)));
    const { double } = under;
    if (!double) return;
    await vi.waitFor(() => expect(double.flips()).toBe(1), LONG);
    await video.until(({ picture }) => picture !== undefined && readTestCard(lumaOf(picture), SIZE).flips === 1);
  });

  test("another rate is another stream of the same screen, without a break, and the one before ends", async () => {
    const { pipeline, video, firstPicture, marks } = await play(scope);
    await firstPicture;
    const before = video.packetsLost;
    const asked = marks.length;
    pipeline.setTarget({ bitrateKbps: KBPS / 4, fps: 60 });
    await vi.waitFor(() => expect(marks.slice(asked).some(({ keyframe }) => keyframe)).toBe(true), LONG);
    await video.until(({ picture }) => picture !== undefined);
    expect(video.packetsLost).toBe(before);
    if (under.double) await vi.waitFor(() => expect(under.double?.servers().filter((server) => server.video).map(({ bitrateKbps }) => bitrateKbps)).toEqual([KBPS / 4]), LONG);
  });

  test("a turned device shows a turned picture, and touches find their place in it", async ({ skip }) => {
    const { sink, video, firstPicture } = await play(scope);
    await firstPicture;
    const { double } = under;
    if (!double) return skip(ONLY_THE_DOUBLE);
    await sink.apply([{ kind: "key", code: CODES.RotateDisplay ?? 0, down: true }]);
    await video.until(({ picture }) => picture?.width === SIZE.height && picture.height === SIZE.width);
    const turned = testCardLayout({ width: SIZE.height, height: SIZE.width }).patch;
    const at = { x: (turned.x + turned.width / 2) / SIZE.height, y: (turned.y + turned.height / 2) / SIZE.width };
    await sink.apply([{ kind: "move-to", ...at }, { kind: "button", button: 0, down: true }, { kind: "button", button: 0, down: false }]);
    await vi.waitFor(() => expect(double.flips()).toBe(1), LONG);
  });

  test("text in any script is typed, keys and the wheel arrive, and what is copied on either side is there on the other", async ({ skip }) => {
    const { sink, clipboards } = await play(scope);
    await sink.apply([{ kind: "text", text: "hello, " }, { kind: "text", text: "\u4f60\u597d" }]);
    await sink.apply([{ kind: "wheel", dx: 0, dy: 1 }, { kind: "key", code: CODES.ShiftLeft ?? 0, down: true }, { kind: "key", code: CODES.KeyA ?? 0, down: true }]);
    await sink.apply([{ kind: "key", code: CODES.KeyA ?? 0, down: false }, { kind: "key", code: CODES.ShiftLeft ?? 0, down: false }, { kind: "key", code: CODES.AudioVolumeUp ?? 0, down: true }]);
    const { double } = under;
    if (!double) return skip(ONLY_THE_DOUBLE);
    await vi.waitFor(() => expect(double.received.some((message) => message.type === "key" && message.keyCode === AndroidKeyCode.VolumeUp)).toBe(true), LONG);
    expect(double.typed()).toBe("hello, \u4f60\u597d");
    expect(double.clipboard()).toBe("\u4f60\u597d");
    expect(double.received).toContainEqual(expect.objectContaining({ type: "scroll", vertical: -1 }));
    expect(double.received).toContainEqual(expect.objectContaining({ type: "key", keyCode: AndroidKeyCode.KeyA, down: true, metaState: AndroidKeyEventMeta.Shift | AndroidKeyEventMeta.ShiftLeft }));
    double.copy("from the app");
    await vi.waitFor(() => expect(clipboards).toEqual(["from the app"]), LONG);
  });

  test("the next player finds nothing of this one's: no app, no data, no files, no clipboard", async () => {
    const session = scope.child();
    const { sink } = await play(session);
    await sink.apply([{ kind: "text", text: "\u79d8\u5bc6" }]);
    const { double } = under;
    if (double) {
      await writeFile(double.at("/sdcard/Download/secret.txt"), "mine");
      double.state.packages.set("com.example.brought", { system: false, launcher: ".Main" });
    }
    await session.close();
    await vi.waitFor(() => expect(devices.free()).toBe(1), LONG);
    if (double) {
      expect([...double.state.packages.keys()]).not.toContain("com.example.brought");
      if (under.app.apk) expect(double.state.packages.has(under.app.package)).toBe(false);
      expect(await readdir(double.at("/sdcard"))).toEqual([]);
      expect(double.clipboard()).toBe("");
      expect(double.servers()).toEqual([]);
      expect(await readdir(double.at("/data/data"))).toEqual(["com.android.settings"]);
    }
    await (await play(scope)).firstPicture;
  });

  test("what the app keeps goes into the home, and is there again in the next session", async ({ skip }) => {
    const { double } = under;
    if (!double) return skip(ONLY_THE_DOUBLE);
    const kept = title({ savePaths: ["files"] });
    const session = scope.child();
    const { home } = await play(session, kept, async (home) => {
      await mkdir(join(home, "files"));
      await writeFile(join(home, "files/flips.txt"), "4");
    });
    expect(double.flips()).toBe(4);
    await writeFile(double.at(`/data/data/${under.app.package}/files/flips.txt`), "5");
    await session.close();
    expect(await readFile(join(home, "files/flips.txt"), "utf8")).toBe("5");
  });

  test("a second session is refused while the device is in use, with the reason", async () => {
    await play(scope);
    await expect(devices.lease(under.app.package, scope)).rejects.toThrow(/in use/);
  });

  test("an app that ends, ends the title", async ({ skip }) => {
    const { running } = await play(scope);
    const { double } = under;
    if (!double) return skip(ONLY_THE_DOUBLE);
    double.crash();
    expect(await running.exited).toEqual({ code: 0, signal: null });
  });

  test("a device that is pulled away ends display and pipeline with its name", async ({ skip }) => {
    const session = scope.child();
    const { pipeline, firstPicture } = await play(session);
    await firstPicture;
    const { double } = under;
    if (!double) return skip(ONLY_THE_DOUBLE);
    double.cut();
    expect((await pipeline.closed)?.message).toContain(nameOf(under.address));
    await session.close().catch(() => undefined);
    // It is cleaned once it can be reached again.
    await vi.waitFor(() => expect(devices.free()).toBe(1), LONG);
    expect([...double.state.packages.keys()]).toEqual(["com.android.settings"]);
  });
}

/** Brightness at some places: enough to tell that something else is shown. */
function fingerprint(picture: Picture | undefined): number[] {
  if (!picture) return [];
  return Array.from({ length: 256 }, (_, i) => picture.lumaAt(Math.floor((((i % 16) + 0.5) * picture.width) / 16), Math.floor(((Math.floor(i / 16) + 0.5) * picture.height) / 16)));
}

const differs = (a: readonly number[], b: readonly number[]): boolean => a.filter((luma, i) => Math.abs(luma - (b[i] ?? 0)) > 20).length >= 4;

function lumaOf(picture: Picture) {
  const { width, height } = picture;
  const data = Array.from({ length: width * height }, (_, i) => ((picture.lumaAt(i % width, Math.floor(i / width)) - 16) * 255) / 219);
  return { data, width, height, bytesPerPixel: 1 as const };
}
