// An Android device that is none: ADB's transport, a shell, files, packages, and scrcpy's
// server with a real H.264 stream of a screen that answers touches and keys.
//
// Its one app is the test card. What a device does that this does not is not claimed by
// anybody who tested with it only.

import { mkdir, readFile, writeFile } from "node:fs/promises";
import { dirname, join, normalize } from "node:path";
import { AndroidKeyCode, AndroidMotionEventAction } from "@yume-chan/scrcpy";
import type { Scope } from "@nearframe/shared/lifetime";
import { testCardLayout } from "@nearframe/shared/title/test-card-layout";
import type { TitleSize } from "@nearframe/shared/title/manifest";
import { createPrivateFolder } from "../../../process/private-folder.ts";
import { openAdbDaemon, type AdbDaemonOptions, type ServiceSocket } from "./adb-daemon.ts";
import type { CardScreen } from "./card-screen.ts";
import { runCommand, type DoubleState, type InstalledPackage } from "./commands.ts";
import type { ControlMessage } from "./control-reader.ts";
import { parseScrcpySettings, ScrcpyDouble, type ScrcpyHost, type ScrcpySettings } from "./scrcpy-double.ts";
import { serveShell } from "./shell-service.ts";
import { serveSync } from "./sync-service.ts";

export const CARD_PACKAGE = "org.nearframe.card";
/** What the double takes for an APK. */
export const CARD_APK = `package: ${CARD_PACKAGE}\nlauncher: .Main\n`;
/** Where the card keeps how often it flipped. */
export const CARD_SAVE = "files/flips.txt";

export type DoubleOptions = {
  access?: DoubleState["access"];
  allows?: AdbDaemonOptions["allows"];
  /** Installed besides Android's own. */
  packages?: Readonly<Record<string, InstalledPackage>>;
  size?: TitleSize;
};

export interface DeviceDouble {
  readonly port: number;
  readonly state: DoubleState;
  /** Where the device's files lie here. */
  at(path: string): string;
  /** What the app was given, in order. */
  readonly received: ControlMessage[];
  readonly typed: () => string;
  readonly clipboard: () => string;
  readonly flips: () => number;
  readonly size: () => TitleSize;
  /** Settings of the scrcpy servers that run now. */
  servers(): ScrcpySettings[];
  /** As an app would that copies something. */
  copy(text: string): void;
  /** The app ends by itself. */
  crash(): void;
  /** The cable is pulled. */
  cut(): void;
  /** Hears of each coded frame as it is written, on this machine's clock. */
  onFrameWritten(tell: (takenAtUs: bigint, atMs: number) => void): void;
}

const SIZE: TitleSize = { width: 360, height: 640 };
/** The double's clock is nobody else's. */
const CLOCK_OFFSET_US = 987_654_321_000n;
const FPS = 60;

export async function openDeviceDouble(options: DoubleOptions, scope: Scope): Promise<DeviceDouble> {
  const root = await createPrivateFolder("android", scope);
  for (const folder of ["data/local/tmp", "data/data/com.android.settings", "sdcard/Download"]) await mkdir(join(root, folder), { recursive: true });
  const natural = options.size ?? SIZE;
  let override: TitleSize | undefined;
  let turned = false;
  let front: string | undefined;
  let flips = 0;
  let frame = 0;
  let version = 0;
  let clipboard = "";
  let typed = "";
  const received: ControlMessage[] = [];
  const servers = new Set<ScrcpyDouble>();
  const changed = new Set<() => void>();
  const clicked = new Set<() => void>();
  let onFrame: ((takenAtUs: bigint, atMs: number) => void) | undefined;

  const size = (): TitleSize => {
    const { width, height } = override ?? natural;
    return turned ? { width: height, height: width } : { width, height };
  };
  const draw = () => {
    version++;
    changed.forEach((tell) => tell());
  };
  const resize = (change: () => void) => {
    const before = JSON.stringify(size());
    change();
    if (JSON.stringify(size()) !== before) servers.forEach((server) => server.resetVideo());
    draw();
  };

  const state: DoubleState = {
    root,
    access: options.access ?? "root",
    packages: new Map<string, InstalledPackage>([
      ["com.android.settings", { system: true, launcher: ".Settings" }],
      ...Object.entries(options.packages ?? {}),
    ]),
    properties: new Map([["sys.boot_completed", "1"], ["ro.build.version.release", "14"], ["ro.product.model", "Nearframe double"]]),
    front: () => front,
    async open(name) {
      front = name;
      const saved = await readFile(join(root, "data/data", name, CARD_SAVE), "utf8").catch(() => "0");
      flips = Number(saved);
      draw();
    },
    stop(name) {
      if (front !== name) return;
      front = undefined;
      draw();
    },
    locked: false,
    resize: (to) => resize(() => (override = to)),
    key: (name) => key(name.replace(/^KEYCODE_/, "")),
    commands: [],
  };

  function key(name: string): void {
    if (name === "HOME" && !state.locked) state.stop(front ?? "");
  }

  function flip(): void {
    if (front === undefined) return;
    flips++;
    clicked.forEach((tell) => tell());
    const file = join(root, "data/data", front, CARD_SAVE);
    void mkdir(dirname(file), { recursive: true }).then(() => writeFile(file, String(flips)));
    draw();
  }

  function control(message: ControlMessage, server: ScrcpyDouble): void {
    received.push(message);
    switch (message.type) {
      case "touch": {
        // One that shows the screen maps places itself, and ignores those of another size.
        const shown = server.videoSize;
        if (shown && (message.width !== shown.width || message.height !== shown.height)) return;
        const { patch } = testCardLayout(size());
        const inside = message.x >= patch.x && message.x < patch.x + patch.width && message.y >= patch.y && message.y < patch.y + patch.height;
        if (message.action === AndroidMotionEventAction.Down && inside) flip();
        return;
      }
      case "key":
        if (!message.down) return;
        if (message.keyCode === AndroidKeyCode.AndroidHome) return key("HOME");
        return flip();
      case "text":
        typed += message.text;
        return;
      case "set-clipboard":
        clipboard = message.text;
        if (message.paste) typed += message.text;
        return;
      case "rotate":
        return resize(() => (turned = !turned));
      case "scroll":
      case "reset-video":
        return;
    }
  }

  const host: ScrcpyHost = {
    get size() {
      return size();
    },
    draw(screen: CardScreen, before) {
      if (before === version) return { version, changed: false };
      if (front === undefined) screen.drawHome();
      else screen.drawCard({ frame, flips, wallMs: Date.now() });
      return { version, changed: true };
    },
    nowUs: () => process.hrtime.bigint() / 1000n + CLOCK_OFFSET_US,
    control,
    onChanged: (tell) => listen(changed, tell),
    onClick: (tell) => listen(clicked, tell),
    frameWritten: (takenAtUs, atMs) => onFrame?.(takenAtUs, atMs),
  };
  const moving = setInterval(() => {
    if (front === undefined) return;
    frame = (frame + 1) % 0x1_0000;
    // Coded by the next tick of each server: only an answer goes out between two.
    version++;
  }, 1000 / FPS);
  scope.own(moving, clearInterval);

  const at = (path: string): string => join(root, normalize(join("/", path)));

  async function run(command: string, streams: Parameters<typeof runCommand>[2]): Promise<number> {
    const server = /CLASSPATH=(\S+) app_process \S+ com\.genymobile\.scrcpy\.Server (.*)$/.exec(command.replaceAll("'", ""));
    if (!server) return runCommand(state, command, streams);
    state.commands.push(command);
    const [, file = "", rest = ""] = server;
    const there = await readFile(at(file)).then(() => true, () => false);
    const words = rest.split(" ");
    if (!there || words[0] !== "3.3.3") {
      await streams.out(Buffer.from(there ? `The server version (3.3.3) does not match the client (${words[0]})\n` : "Aborted\n"));
      return 1;
    }
    const mine = scope.child();
    const running = new ScrcpyDouble(parseScrcpySettings(words), host, mine);
    servers.add(running);
    streams.onClosed(() => void mine.close());
    await streams.out(Buffer.from("[server] INFO: Device: [Nearframe] double (Android 14)\n"));
    const closed = Promise.withResolvers<void>();
    mine.own(undefined, closed.resolve);
    await closed.promise;
    servers.delete(running);
    return 0;
  }

  function openService(service: string, socket: ServiceSocket): boolean {
    if (service === "sync:") {
      serveSync(socket, at);
      return true;
    }
    const scid = /^localabstract:scrcpy_([0-9a-f]+)$/.exec(service)?.[1];
    if (scid !== undefined) {
      const server = [...servers].find(({ settings }) => settings.scid.padStart(8, "0") === scid);
      return server?.accept(socket) ?? false;
    }
    return serveShell(service, socket, run);
  }

  const daemon = await openAdbDaemon(
    {
      banner: "device::ro.product.name=double;ro.product.model=Nearframe double;ro.product.device=double;features=shell_v2,cmd,stat_v2,fixed_push_mkdir",
      allows: options.allows,
    },
    openService,
    scope,
  );
  return {
    port: daemon.port,
    state,
    at,
    received,
    typed: () => typed,
    clipboard: () => clipboard,
    flips: () => flips,
    size,
    servers: () => [...servers].map(({ settings }) => settings),
    copy(text) {
      clipboard = text;
      servers.forEach((server) => server.tellClipboard(text));
    },
    crash: () => state.stop(front ?? ""),
    cut: () => daemon.cut(),
    onFrameWritten: (tell) => void (onFrame = tell),
  };
}

function listen(listeners: Set<() => void>, tell: () => void): () => void {
  listeners.add(tell);
  return () => void listeners.delete(tell);
}
