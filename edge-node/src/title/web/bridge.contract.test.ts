// What a web title's browser tells the node, in real Chromium, in its sandbox.

import { chmod, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { Scope } from "@nearframe/shared/lifetime";
import type { Title } from "@nearframe/shared/title/manifest";
import { createCameraLine } from "../../camera/camera-line.ts";
import { openPlayerCamera } from "../../camera/testing/player-camera.ts";
import { createGraphics } from "../../graphics/graphics.ts";
import { openXvfb } from "../../display/adapters/xvfb.ts";
import { bridgeTouches } from "../../input/bridged-touches.ts";
import { openXtestSink } from "../../input/adapters/xtest.ts";
import type { InputSink } from "../../input/ports.ts";
import { createPrivateFolder } from "../../process/private-folder.ts";
import { openSandbox } from "../../sandbox/open-sandbox.ts";
import type { RunningTitle } from "../../session/ports.ts";
import { openPulse } from "../../sound/adapters/pulse.ts";
import type { FromTitle } from "../bridge/messages.ts";
import { createLauncher } from "../launch.ts";

const SIZE = { width: 640, height: 360 };
const PAGE = `<!doctype html>
  <style>body { margin: 0 } input, textarea, iframe { position: absolute; left: 0; width: 300px; height: 60px; border: 0 }</style>
  <input style="top: 0">
  <input style="top: 80px" type="email">
  <input style="top: 160px" type="checkbox">
  <iframe style="top: 240px" srcdoc="<body style='margin:0'><textarea style='width:300px;height:60px'></textarea>"></iframe>
  <script src="camera.js"></script>
  <script src="touch.js"></script>`;
/** Tells in the same way: a search when two fingers are where they should be, a password when a finger has tapped. */
const TOUCH_PAGE = `
  const [search, password] = ["search", "password"].map((type) => document.body.appendChild(Object.assign(document.createElement("input"), { type, style: "top: 400px" })));
  const asked = [navigator.maxTouchPoints, "ontouchstart" in window];
  addEventListener("touchmove", ({ touches }) => {
    const places = [...touches].map(({ clientX, clientY, force }) => [clientX, clientY, Math.round(force * 10)].join());
    if (asked.join() === "10,true" && places.join(" ") === "480,180,5 576,180,5") search.focus();
  });
  addEventListener("click", ({ pointerType }) => pointerType === "touch" && password.focus());`;
/** Tells by the focus of its fields, which is what this page can say: a web address when the camera ended, a phone number when it is bright. */
const CAMERA_PAGE = `
  const field = (type) => document.body.appendChild(Object.assign(document.createElement("input"), { type, style: "top: 320px" }));
  const [phone, address] = [field("tel"), field("url")];
  const open = () => navigator.mediaDevices.getUserMedia({ video: { facingMode: "user" } });
  const names = async () => (await navigator.mediaDevices.enumerateDevices()).filter(({ kind }) => kind === "videoinput").map(({ label }) => label);
  const early = Promise.all([open().catch(({ name }) => name), names()]);
  const pen = new OffscreenCanvas(1, 1).getContext("2d", { willReadFrequently: true });
  (async () => {
    const permission = await navigator.permissions.query({ name: "camera" });
    permission.onchange = async () => {
      if (permission.state !== "granted") return;
      // What it was told before, with the names that it was not told, and what it has now.
      if (JSON.stringify([await early, await names()]) !== '[["NotAllowedError",[""]],["Camera"]]') return;
      const stream = await open();
      const video = Object.assign(document.createElement("video"), { srcObject: stream, muted: true });
      await video.play();
      const timer = setInterval(() => {
        pen.drawImage(video, 0, 0, 1, 1);
        if (video.videoWidth === 320 && pen.getImageData(0, 0, 1, 1).data[1] > 200) phone.focus();
      }, 50);
      stream.getVideoTracks()[0].onended = () => {
        clearInterval(timer);
        address.focus();
      };
    };
  })();`;

const scope = new Scope();
const heard: FromTitle[] = [];
let sink: InputSink;
let running: RunningTitle | undefined;

beforeAll(async () => {
  const [display, sound] = await Promise.all([openXvfb(SIZE, scope), openPulse(scope)]);
  const folder = await createPrivateFolder("title", scope);
  await chmod(folder, 0o755);
  await writeFile(join(folder, "index.html"), PAGE);
  await writeFile(join(folder, "camera.js"), CAMERA_PAGE);
  await writeFile(join(folder, "touch.js"), TOUCH_PAGE);
  const title: Title = {
    folder,
    manifest: {
      id: "made-up", name: "Made up", summary: "A title for a test.", publisher: "Nobody", credits: "None", category: "tool",
      art: { cover: "cover", hero: "hero", accent: "#ffffff" }, runtime: "web", page: "index.html", size: SIZE, fps: 60,
      input: { keyboard: true, pointer: "absolute", touch: true }, sensors: ["camera"], savePaths: [],
      resources: { cpuCores: 1, memoryMb: 512, gpu: false, network: false },
    },
  };
  const sessionFolder = await createPrivateFolder("session", scope);
  const sandbox = await openSandbox("bubblewrap", { networkAllowed: false });
  const launcher = createLauncher({ sandbox, networkAllowed: false, cacheFolder: join(sessionFolder, "cache"), graphics: createGraphics([]) }, scope);
  sink = await openXtestSink(display, scope);
  running = await launcher.launch({ title, sessionFolder, display, sound }, scope);
  running.bridge?.listen((message) => heard.push(message));
}, 60_000);
afterAll(async () => {
  if (running?.lastOutput()) console.info(running.lastOutput());
  await scope.close();
});

async function click(x: number, y: number): Promise<void> {
  await sink.apply([{ kind: "move-to", x: x / SIZE.width, y: y / SIZE.height }]);
  await sink.apply([{ kind: "button", button: 0, down: true }]);
  await sink.apply([{ kind: "button", button: 0, down: false }]);
}

/** Clicks, again where the page was not there yet, until this is what was heard last. */
const hears = (place: [number, number], message: FromTitle) =>
  vi.waitFor(
    async () => {
      await click(...place);
      await vi.waitFor(() => expect(heard.at(-1)).toEqual(message), { timeout: 2_000 });
    },
    { timeout: 40_000 },
  );

describe("text fields", () => {
  test("tell when they have the focus, which kind they are, and when it is gone", { timeout: 60_000 }, async () => {
    await hears([100, 30], { type: "text-focus", focused: true, kind: "text" });
    await hears([100, 110], { type: "text-focus", focused: true, kind: "email" });
    await hears([150, 190], { type: "text-focus", focused: false });
    await hears([100, 265], { type: "text-focus", focused: true, kind: "text" });
    await hears([500, 100], { type: "text-focus", focused: false });
    expect(heard.length).toBeGreaterThanOrEqual(5);
  });
});

describe("the player's fingers", () => {
  test("are where the player has them, with their pressure, and a tap is a click", { timeout: 60_000 }, async () => {
    const fingers = bridgeTouches(sink, (fingers) => running?.bridge?.send({ type: "touches", ...fingers }));
    const touch = (id: number, phase: "down" | "move" | "up", x: number) => fingers.apply([{ kind: "touch", id, phase, x, y: 0.5, pressure: 0.5 }]);
    const told = (kind: string) => vi.waitFor(() => expect(heard.at(-1)).toMatchObject({ type: "text-focus", focused: true, kind }), { timeout: 20_000 });
    await touch(0, "down", 0.7);
    await touch(1, "down", 0.9);
    await touch(0, "move", 0.75);
    await told("search");
    await touch(0, "up", 0.75);
    await touch(1, "up", 0.9);
    await touch(0, "down", 0.8);
    await touch(0, "up", 0.8);
    await told("password");
  });
});

describe("the player's camera", () => {
  test("is refused until it is given, is what a page gets for one then, and ends when it is taken back", { timeout: 60_000 }, async () => {
    const bridge = running?.bridge;
    const camera = openPlayerCamera(scope);
    const line = createCameraLine({
      nowMs: () => performance.now(),
      show: ({ keyframe, data }) => bridge?.send({ type: "camera", keyframe, data: data.toString("base64") }) === true,
    });
    bridge?.listen((message) => (message.type === "camera-lost" ? line.wantKeyframe() : heard.push(message)));
    const told = (kind: string) => heard.some((message) => message.type === "text-focus" && message.kind === kind);
    bridge?.send({ type: "sense", sense: "camera", on: true });
    const shooting = setInterval(() => {
      for (const packet of camera.shoot(255)) line.hear(packet, camera.requestKeyframe);
    }, 66);
    scope.own(shooting, clearInterval);
    await vi.waitFor(() => expect(told("tel")).toBe(true), { timeout: 30_000 });
    expect(told("url")).toBe(false);
    bridge?.send({ type: "sense", sense: "camera", on: false });
    await vi.waitFor(() => expect(told("url")).toBe(true), { timeout: 20_000 });
  });
});
