// Tries encoders, one after the other, in a process of its own: a driver that crashes
// takes nothing else with it. Started by `try-encoders.ts`.

import { existsSync, readFileSync } from "node:fs";
import { setImmediate as turn } from "node:timers/promises";
import * as z from "zod/mini";
import { AV_LOG_ERROR } from "node-av/constants";
import { Log } from "node-av/lib";
import { Scope } from "@nearframe/shared/lifetime";
import { ENCODER_REASON_LENGTH_MAX } from "@nearframe/shared/media/encoder-reports";
import type { TitleSize } from "@nearframe/shared/title/manifest";
import { giveWay } from "../../../process/priority.ts";
import { openEncoders } from "../encoders.ts";
import type { VideoEncoderName } from "../known-encoders.ts";
import { TRIAL_FRAMES, measureEncoder } from "./measure.ts";
import { type FromTrial, ToTrial } from "./messages.ts";
import { drawMovingPicture } from "./moving-picture.ts";

const SIZES = {
  at720p: { size: { width: 1280, height: 720 }, bitrateKbps: 6_000 },
  at1080p: { size: { width: 1920, height: 1080 }, bitrateKbps: 12_000 },
} as const;
const FPS = 60;
/** More than any driver allows that counts at all (12 were the most so far); each takes some 100 ms and some 100 MB of the card. */
const SESSIONS_TRIED = 16;
const SCHEDSTAT = "/proc/self/schedstat";

/** What FFmpeg's libraries and the drivers under them complained of lately; often the real reason. */
const complaints: string[] = [];

function tell(message: FromTrial): Promise<void> {
  return new Promise((resolve) => {
    if (process.connected) process.send?.(message, () => resolve());
    else resolve();
  });
}

async function tryEncoder(name: VideoEncoderName, pictures: typeof drawn): Promise<FromTrial> {
  complaints.length = 0;
  try {
    const at720p = await measure(name, SIZES.at720p, pictures.at720p);
    const at1080p = await measure(name, SIZES.at1080p, pictures.at1080p);
    return { type: "opened", name, at720p, at1080p };
  } catch (error) {
    // The libraries' log comes through the event loop.
    await turn();
    await turn();
    const [first] = complaints;
    const reason = `${(error as Error).message}${first === undefined ? "" : ` (${first})`}`;
    return { type: "refused", name, reason: reason.slice(0, ENCODER_REASON_LENGTH_MAX) };
  }
}

async function measure(
  name: VideoEncoderName,
  { size, bitrateKbps }: { size: TitleSize; bitrateKbps: number },
  picture: ReturnType<typeof drawMovingPicture>,
) {
  await using scope = new Scope();
  const encoder = openEncoders([name], { size, fps: FPS, bitrateKbps, onNotice() {} }, scope);
  return measureEncoder(encoder, picture, () => performance.now());
}

/** Each codes a frame: some drivers give out what they have only then. */
async function countSessions(name: VideoEncoderName): Promise<FromTrial> {
  await using scope = new Scope();
  const { size, bitrateKbps } = SIZES.at720p;
  for (let open = 0; open < SESSIONS_TRIED; open++) {
    try {
      const encoder = openEncoders([name], { size, fps: FPS, bitrateKbps, onNotice() {} }, scope);
      encoder.load(drawn.at720p(0));
      encoder.encode(0, { keyframe: true });
    } catch {
      return { type: "counted", name, sessionsMax: open };
    }
  }
  return { type: "counted", name };
}

/** How long this thread waited for a core (proc(5), the second field of schedstat, in ns); 0 where the kernel does not count. */
function waitedMs(): number {
  if (!existsSync(SCHEDSTAT)) return 0;
  const [, waitedNs = "0"] = readFileSync(SCHEDSTAT, "utf8").split(" ");
  return Number(waitedNs) / 1e6;
}

async function run({ names, what }: ToTrial): Promise<void> {
  const [startedAtMs, waitedBeforeMs] = [performance.now(), waitedMs()];
  for (const name of names) {
    await tell({ type: "trying", name });
    await tell(what === "speed" ? await tryEncoder(name, drawn) : await countSessions(name));
  }
  await tell({ type: "done", waitedShare: (waitedMs() - waitedBeforeMs) / (performance.now() - startedAtMs) });
  process.exit();
}

// Sessions and titles come first; a machine that is busy gives figures that are not kept.
giveWay();
Log.setCallback((_level, message) => void complaints.push(message.trim()), { maxLevel: AV_LOG_ERROR });
const drawn = {
  at720p: drawMovingPicture(SIZES.at720p.size, TRIAL_FRAMES),
  at1080p: drawMovingPicture(SIZES.at1080p.size, TRIAL_FRAMES),
};
process.once("message", (raw) => {
  void run(z.parse(ToTrial, raw));
});
process.on("disconnect", () => process.exit());
process.on("SIGINT", () => {});
