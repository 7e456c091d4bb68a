// What a session opens for an Android title, in the forms in which it opens any title's: the
// device is its display, its sound and its input, and codes its own picture.

import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import type { Scope } from "@nearframe/shared/lifetime";
import type { Title, TitleManifest, TitleSize } from "@nearframe/shared/title/manifest";
import type { ScrcpyControlMessageWriter } from "@yume-chan/scrcpy";
import { assumeEncoders } from "../../media/encode/trial/node-encoders.ts";
import { forwardPipeline, forwardPipelineTraits } from "../../media/forward/pipeline.ts";
import type { CodedSound, CodedSource } from "../../media/forward/ports.ts";
import type { SessionPorts } from "../../session/session.ts";
import type { Display, LaunchOptions, RunningTitle, TitleExit } from "../../session/ports.ts";
import { HOME_FOLDER } from "../home.ts";
import { createAndroidSink } from "./android-sink.ts";
import { openAppData, type AppData } from "./app-data.ts";
import { installApp, startApp, watchApp } from "./app.ts";
import type { AndroidDevices } from "./devices.ts";
import type { AndroidDevice } from "./ports.ts";
import { openHands } from "./scrcpy/hands.ts";
import { placeServer, type ScrcpyServer } from "./scrcpy/server-file.ts";
import { openScrcpyVideo } from "./scrcpy/video.ts";

export type AndroidStagePorts = {
  devices: Pick<AndroidDevices, "lease">;
  server: ScrcpyServer;
  /** Between two looks at what the app has written. */
  saveIntervalMs: number;
  log(detail: string): void;
};

export type AndroidStage = Pick<SessionPorts, "openDisplay" | "openSound" | "openInputSink" | "launchTitle" | "createPipeline" | "pipelineTraits" | "encoders">;

/** Ending an app and fetching what it wrote; the session's end waits for it. */
const CLOSE_LIMIT_MS = 60_000;

type Open = { device: AndroidDevice; serverPath: string; controller: ScrcpyControlMessageWriter };

/** For one session. */
export function createAndroidStage(manifest: TitleManifest, ports: AndroidStagePorts): AndroidStage {
  const { android: app, size } = manifest;
  if (!app) throw new Error(`"${manifest.name}" names no Android app`);
  const shown = Promise.withResolvers<void>();
  const listeners = new Set<(packet: CodedSound) => void>();
  let open: Open | undefined;
  let landscape = size.width > size.height;
  let onClipboard: ((text: string) => void) | undefined;

  const opened = (): Open => {
    if (!open) throw new Error("the session's device is not open yet");
    return open;
  };

  const source: CodedSource = {
    shown: shown.promise,
    listen(onSound, scope) {
      listeners.add(onSound);
      scope.own(onSound, () => void listeners.delete(onSound));
    },
    openVideo(options, events, scope) {
      const { device, serverPath } = opened();
      const onSize = ({ width, height }: TitleSize) => void (landscape = width > height);
      return openScrcpyVideo(device, serverPath, options, { ...events, onSize }, scope);
    },
  };

  async function openDisplay(_size: TitleSize, scope: Scope): Promise<Display> {
    const closed = Promise.withResolvers<string>();
    const device = await ports.devices.lease(app?.package ?? "", scope);
    void device.gone.then(closed.resolve);
    const [serverPath] = await Promise.all([placeServer(device, ports.server), device.run(["wm", "size", `${size.width}x${size.height}`])]);
    const controller = await openHands(
      device,
      serverPath,
      {
        onSound: (packet) => listeners.forEach((listener) => listener(packet)),
        onClipboard: (text) => onClipboard?.(text),
        onNotice: ports.log,
        onGone: (error) => closed.resolve(error.message),
      },
      scope,
    );
    // The next player pastes nothing of this one's.
    scope.own(controller, (controller) => controller.setClipboard({ sequence: 1n, content: "", paste: false }));
    open = { device, serverPath, controller };
    return { name: device.name, size, environment: {}, processId: undefined, framebufferPath: undefined, closed: closed.promise };
  }

  async function launchTitle({ title, sessionFolder }: LaunchOptions, scope: Scope): Promise<RunningTitle> {
    const { device } = opened();
    if (!app) throw new Error("no app");
    const home = join(sessionFolder, HOME_FOLDER);
    await mkdir(home, { recursive: true, mode: 0o700 });
    await installApp(device, title, app);
    const data = await keepData(device, title, home, scope);
    await data?.put(home);
    await startApp(device, app);
    shown.resolve();
    const exited = watchApp(device, app.package, scope).then((how): TitleExit => ({ code: how === "ended" ? 0 : 1, signal: null }));
    const key = (keyCode: "KEYCODE_SLEEP" | "KEYCODE_WAKEUP") => device.run(["input", "keyevent", keyCode]).then(() => undefined);
    return {
      exited,
      lastOutput: () => "",
      bridge: undefined,
      // An app whose screen is off is stopped by Android itself.
      pause: () => key("KEYCODE_SLEEP"),
      resume: () => key("KEYCODE_WAKEUP"),
    };
  }

  /** Fetches what the app wrote every so often, and when it has ended; the saves' archive takes it from the home. */
  async function keepData(device: AndroidDevice, title: Title, home: string, scope: Scope): Promise<AppData | undefined> {
    const { savePaths, name } = title.manifest;
    const stop = () => device.run(["am", "force-stop", app?.package ?? ""]).then(() => undefined);
    if (savePaths.length === 0) return void scope.own(device, stop);
    const data = await openAppData(device, app?.package ?? "", savePaths);
    if (!data) throw new Error(`"${name}" keeps ${savePaths.join(", ")}, which ${device.name} gives to nobody: it needs root, or an app that may be debugged`);
    let taking: Promise<void> | undefined;
    const take = () => (taking ??= data.take(home).finally(() => (taking = undefined)));
    const timer = setInterval(() => void take().catch((error: Error) => ports.log(`what the app wrote could not be fetched, and is tried again: ${error.message}`)), ports.saveIntervalMs);
    scope.own(
      timer,
      async (timer) => {
        clearInterval(timer);
        await taking?.catch(() => undefined);
        await stop();
        await data.take(home);
      },
      CLOSE_LIMIT_MS,
    );
    return data;
  }

  return {
    openDisplay,
    // Its sound comes with its picture.
    openSound: async () => ({ environment: {}, monitorSocketPath: "", voiceSocketPath: undefined, closed: Promise.withResolvers<string>().promise }),
    async openInputSink(_display, events, scope) {
      onClipboard = events.onClipboard;
      const screen = (): TitleSize => {
        const [short, long] = [Math.min(size.width, size.height), Math.max(size.width, size.height)];
        return landscape ? { width: long, height: short } : { width: short, height: long };
      };
      return createAndroidSink({ controller: opened().controller, screen, kiosk: app.kiosk ?? false }, scope);
    },
    launchTitle,
    createPipeline: forwardPipeline(source),
    pipelineTraits: forwardPipelineTraits,
    // Devices code H.264, whoever's encoder it is.
    encoders: () => assumeEncoders(["x264"]),
  };
}
