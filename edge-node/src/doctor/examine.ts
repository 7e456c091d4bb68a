// Looks at each part of a host by using it, as a node would.

import { statfs } from "node:fs/promises";
import { execFile } from "node:child_process";
import os from "node:os";
import { basename, join } from "node:path";
import { promisify } from "node:util";
import { Scope } from "@nearframe/shared/lifetime";
import { openXvfb } from "../display/adapters/xvfb.ts";
import { findCards } from "../graphics/find-cards.ts";
import { titlesMax } from "../graphics/graphics.ts";
import { whyNoUinput } from "../input/adapters/uinput.ts";
import { VIDEO_ENCODER_NAMES } from "../media/encode/known-encoders.ts";
import { tryEncoders } from "../media/encode/trial/try-encoders.ts";
import { isLocal, mediaAddresses } from "../node/addresses.ts";
import type { NodeConfig } from "../node/config.ts";
import { readHardware } from "../node/machine.ts";
import { httpAddress } from "../node/server-addresses.ts";
import { openSandbox } from "../sandbox/open-sandbox.ts";
import { createMediasoupSfu } from "../sfu/adapters/mediasoup/sfu.ts";
import { openPulse } from "../sound/adapters/pulse.ts";
import { ADB_KEY_FILE, adbCredentials } from "../title/android/adapters/adb/credentials.ts";
import { openAdbDevice } from "../title/android/adapters/adb/open-device.ts";
import { givesRoot } from "../title/android/app-data.ts";
import { checkServer, SCRCPY_VERSION } from "../title/android/scrcpy/server-file.ts";
import { findWine } from "../title/windows/wine.ts";
import { commandFolders, findCommand } from "../process/find-command.ts";
import type { Finding } from "./finding.ts";

const run = promisify(execFile);
const SERVER_MS = 5_000;
const MEMORY_MB_MIN = 2_048;
const DISK_MB_MIN = 2_048;
const ANDROID_WITH_SOUND = 11;

export type Examination = { part: string; examine(config: NodeConfig, scope: Scope): Promise<Omit<Finding, "part">[]> };

/** In the order in which a session needs them. */
export const EXAMINATIONS: readonly Examination[] = [
  { part: "machine", examine: examineMachine },
  { part: "graphics", examine: examineGraphics },
  { part: "display", examine: (_config, scope) => opens(() => openXvfb({ width: 320, height: 240 }, scope), "screens for sessions (Xvfb)", ["xvfb"]) },
  { part: "sound", examine: (_config, scope) => opens(() => openPulse(scope), "a sound card for each session (PulseAudio)", ["pulseaudio"]) },
  { part: "encoders", examine: examineEncoders },
  { part: "media", examine: examineMedia },
  { part: "priority", examine: examinePriority },
  { part: "sandbox", examine: examineSandbox },
  { part: "pads", examine: examinePads },
  { part: "runtimes", examine: examineRuntimes },
  { part: "android", examine: examineAndroid },
  { part: "disk", examine: examineDisk },
  { part: "server", examine: examineServer },
];

/** A part that can't even be looked at is broken, and says why. */
export async function examineHost(config: NodeConfig, examinations: readonly Examination[], onFinding: (finding: Finding) => void): Promise<Finding[]> {
  const findings: Finding[] = [];
  for (const { part, examine } of examinations) {
    const scope = new Scope();
    const found = await examine(config, scope).catch((error: unknown): Omit<Finding, "part">[] => [{ verdict: "broken", what: sentence(error) }]);
    await scope.close();
    for (const each of found) {
      const finding = { part, ...each };
      findings.push(finding);
      onFinding(finding);
    }
  }
  return findings;
}

async function examineMachine(): Promise<Omit<Finding, "part">[]> {
  const { cpuModel, cpuCores, memoryMb } = readHardware([]);
  const what = `${cpuModel}, ${cpuCores} cores, ${memoryMb} MB of memory`;
  if (cpuCores < 2) return [{ verdict: "limited", what, remedy: "a title and its encoder want a core each" }];
  if (memoryMb < MEMORY_MB_MIN) return [{ verdict: "limited", what, remedy: `a session takes up to a gigabyte; ${MEMORY_MB_MIN} MB is little` }];
  return [{ verdict: "works", what }];
}

async function examineGraphics({ titlesPerCard }: NodeConfig): Promise<Omit<Finding, "part">[]> {
  const { cards, unusable } = await findCards();
  if (cards.length === 0 && unusable.length === 0) {
    return [{ verdict: "limited", what: "no graphics card: titles are drawn and encoded by the processor", remedy: "titles that ask for a GPU are not sent here" }];
  }
  return [
    ...cards.map((card): Omit<Finding, "part"> => {
      const most = titlesMax(card, titlesPerCard);
      const memory = card.memoryMb === undefined ? "" : `, ${card.memoryMb} MB`;
      const atOnce = most === Infinity ? "as many at once as the machine's memory holds" : `${most} at once`;
      return { verdict: "works", what: `${card.model}${memory}: titles that ask for a GPU draw with it, ${atOnce} (${card.vulkanDrivers.map((file) => basename(file)).join(", ")})` };
    }),
    ...unusable.map(({ model, why, remedy }): Omit<Finding, "part"> => ({ verdict: "limited", what: `${model}: ${why}, so no title can draw with it`, remedy })),
  ];
}

async function opens(open: () => Promise<unknown>, what: string, packages: readonly string[]): Promise<Omit<Finding, "part">[]> {
  try {
    await open();
    return [{ verdict: "works", what }];
  } catch (error) {
    return [{ verdict: "broken", what: sentence(error), packages }];
  }
}

async function examineEncoders({ encoders }: NodeConfig, scope: Scope): Promise<Omit<Finding, "part">[]> {
  const { encoders: tried, disturbed } = await tryEncoders({ names: VIDEO_ENCODER_NAMES }, scope);
  const findings = tried.map((encoder): Omit<Finding, "part"> => {
    const name = `${encoder.name} (${encoder.codec}${encoder.hardware ? ", in hardware" : ""})`;
    if (!encoder.opened) return { verdict: "limited", what: `${name}: ${encoder.reason.replace(`${encoder.name}: `, "")}` };
    const speed = `${encoder.at720p.frameMsP50.toFixed(1)} ms a frame at 720p, ${encoder.at1080p.frameMsP50.toFixed(1)} at 1080p${encoder.sessionsMax === undefined ? "" : `; its driver opens ${encoder.sessionsMax} at once`}`;
    const allowed = encoders.includes(encoder.name);
    return { verdict: allowed ? "works" : "limited", what: `${name}: ${speed}${allowed ? "" : "; not among NEARFRAME_ENCODERS"}` };
  });
  if (disturbed) findings.push({ verdict: "limited", what: "the machine had other work while they were tried, so it looks slower than it is" });
  if (findings.every(({ verdict }) => verdict !== "works")) findings.push({ verdict: "broken", what: "no encoder can be used", remedy: "run npm run setup again" });
  return findings;
}

async function examineMedia(config: NodeConfig, scope: Scope): Promise<Omit<Finding, "part">[]> {
  const addresses = mediaAddresses(os.networkInterfaces(), config.announcedAddress, config.serverUrls.some(isLocal));
  await createMediasoupSfu({ addresses, port: config.mediaPort, onWarning: () => undefined }, scope);
  const shown = addresses.map(({ ip, announcedAddress }) => announcedAddress ?? ip).join(", ");
  const port = config.mediaPort === 0 ? "any free port" : `port ${config.mediaPort}`;
  const open = config.mediaPort === 0 && config.announcedAddress !== undefined;
  return [
    {
      verdict: open ? "limited" : "works",
      what: `players reach media at ${shown}, ${port}, UDP and TCP`,
      ...(open && { remedy: "behind NAT one port has to be forwarded: name it in NEARFRAME_MEDIA_PORT" }),
    },
  ];
}

async function examinePriority(): Promise<Omit<Finding, "part">[]> {
  const allowed = await run("chrt", ["--rr", "1", "true"]).then(() => true, () => false);
  if (allowed) return [{ verdict: "works", what: "frames go before everything else that the machine does" }];
  return [{ verdict: "limited", what: "on a busy machine frames wait for other programs", remedy: "give the node CAP_SYS_NICE (in its systemd unit: AmbientCapabilities=CAP_SYS_NICE)" }];
}

async function examineSandbox({ sandbox, titleNetworkAllowed }: NodeConfig): Promise<Omit<Finding, "part">[]> {
  const { name, notices } = await openSandbox(sandbox, { networkAllowed: titleNetworkAllowed });
  const limits = notices.map((what): Omit<Finding, "part"> => ({ verdict: "limited", what }));
  return name === "none" ? limits : [{ verdict: "works", what: "titles run confined (Bubblewrap)" }, ...limits];
}

async function examinePads(): Promise<Omit<Finding, "part">[]> {
  const why = await whyNoUinput();
  if (why === undefined) return [{ verdict: "works", what: "titles see players' pads as real ones" }];
  return [{ verdict: "limited", what: `${why}; pads play as the keys that a title names`, remedy: "modprobe uinput, and let the node write to /dev/uinput" }];
}

async function examineRuntimes(): Promise<Omit<Finding, "part">[]> {
  const lacks = async (command: string, what: string, packages: string[]): Promise<Omit<Finding, "part">> =>
    (await findCommand(command, commandFolders())) ? { verdict: "works", what } : { verdict: "limited", what: `no ${what}`, packages };
  const wine = await findWine();
  return [
    await lacks("chromium", "web titles (Chromium)", ["chromium"]),
    await lacks("phoc", "phone (Phosh)", ["phoc", "phosh", "squeekboard"]),
    await lacks("retroarch", "console titles (RetroArch)", ["retroarch", "libretro-core-info"]),
    wine ? { verdict: "works", what: `Windows titles (${wine.version})` } : { verdict: "limited", what: "no Windows titles (Wine)", packages: ["wine64"] },
  ];
}

/** Nothing, where the operator has named no device. */
async function examineAndroid({ android, dataFolder }: NodeConfig, scope: Scope): Promise<Omit<Finding, "part">[]> {
  if (!android) return [];
  const server = await checkServer(android.scrcpy).then(
    (): Omit<Finding, "part"> => ({ verdict: "works", what: `scrcpy's server ${SCRCPY_VERSION} is there` }),
    (error: unknown): Omit<Finding, "part"> => ({ verdict: "limited", what: sentence(error), remedy: "docs/android.md says where to get it" }),
  );
  const open = openAdbDevice({ credentials: adbCredentials(join(dataFolder, ADB_KEY_FILE), os.hostname()), server: android.adbServer });
  const devices = await Promise.all(
    android.addresses.map(async (address): Promise<Omit<Finding, "part">[]> => {
      try {
        const device = await open(address, scope);
        const property = async (name: string) => (await device.run(["getprop", name])).trim();
        const release = await property("ro.build.version.release");
        const what = `${device.name}: ${await property("ro.product.model")}, Android ${release}`;
        // Sound needs 11, exit codes of commands 7.
        const silent = Number.parseFloat(release) < ANDROID_WITH_SOUND;
        return [
          silent ? { verdict: "limited", what, remedy: `titles on it are silent: sound needs Android ${ANDROID_WITH_SOUND}` } : { verdict: "works", what },
          (await givesRoot(device))
            ? { verdict: "works", what: `${device.name}: what titles keep follows their players (root)` }
            : {
                verdict: "limited", what: `${device.name}: it gives no root, so titles that keep something start on it only if their app may be debugged`,
                remedy: "use an image with root (adb root, su) for them; docs/android.md says what follows a player",
              },
        ];
      } catch (error) {
        return [{ verdict: "limited", what: sentence(error), remedy: "docs/android.md tells how to connect one" }];
      }
    }),
  );
  return [server, ...devices.flat()];
}

async function examineDisk({ dataFolder }: NodeConfig): Promise<Omit<Finding, "part">[]> {
  const { bavail, bsize } = await statfs(dataFolder).catch(() => statfs("."));
  const freeMb = Math.floor((bavail * bsize) / 2 ** 20);
  const what = `${freeMb} MB free for titles and caches`;
  return [freeMb < DISK_MB_MIN ? { verdict: "limited", what, remedy: `make room, or put NEARFRAME_DATA on another disk: ${DISK_MB_MIN} MB is little` } : { verdict: "works", what }];
}

async function examineServer({ serverUrls }: NodeConfig): Promise<Omit<Finding, "part">[]> {
  return Promise.all(
    serverUrls.map(async (url): Promise<Omit<Finding, "part">> => {
      const address = httpAddress(url);
      try {
        const response = await fetch(`${address}/api/titles`, { signal: AbortSignal.timeout(SERVER_MS) });
        if (response.ok) return { verdict: "works", what: `${address} answers` };
        return { verdict: "limited", what: `${address} answers with ${response.status}`, remedy: "is this a Nearframe server?" };
      } catch (error) {
        const { cause } = error as { cause?: { code?: string } };
        return { verdict: "limited", what: `${address} can't be reached (${cause?.code ?? sentence(error)})`, remedy: "name the server with --server ws://host:8080" };
      }
    }),
  );
}

function sentence(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
