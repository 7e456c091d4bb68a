// The process that serves one session's picture and sound. Started by `pipeline.ts`,
// told what to do over IPC, and gone with it: when the node closes the channel, or
// dies, this ends.

import { randomInt } from "node:crypto";
import * as z from "zod/mini";
import { VIDEO_CLOCK_RATE } from "@nearframe/shared/media/profile";
import { Scope } from "@nearframe/shared/lifetime";
import { machineMs } from "../../../input/mark.ts";
import { runInRealTime } from "../../../process/priority.ts";
import { openSharedMemory } from "../../capture/adapters/shared-memory.ts";
import { openXvfbFramebuffer } from "../../capture/adapters/xvfb-framebuffer.ts";
import { openEncoders } from "../../encode/encoders.ts";
import { PACKETISERS } from "../../rtp/packetisers.ts";
import { RtpSender } from "../../rtp/sender.ts";
import { VideoStream } from "../../video-stream.ts";
import { wallOffsetMs } from "../../wall-clock.ts";
import { openInputMark } from "./input-at-capture.ts";
import { type FromProcess, type StartOptions, TEXT_LENGTH_MAX, ToProcess } from "./messages.ts";
import { openSoundThread } from "./sound-thread.ts";

/** Frame marks on their way to a node that does not read: past this the newest are dropped. */
const MARKS_UNREAD_MAX = 64;

const scope = new Scope();
let video: VideoStream | undefined;
let marksUnread = 0;

function tell(message: FromProcess): void {
  if (!process.connected) return;
  process.send?.(message);
}

function tellFrame(message: Extract<FromProcess, { type: "frame" }>): void {
  if (!process.connected || marksUnread >= MARKS_UNREAD_MAX) return;
  marksUnread++;
  process.send?.(message, () => void marksUnread--);
}

function fail(error: Error): void {
  if (scope.closed) return;
  tell({ type: "failed", text: error.message.slice(0, TEXT_LENGTH_MAX) });
  end(1);
}

function end(code: number): void {
  process.exitCode = code;
  void scope.close().finally(() => {
    if (process.connected) process.disconnect();
    // Encoder threads and mapped memory need no farewell; waiting on them would only make the node kill us.
    setImmediate(() => process.exit());
  });
}

async function start(options: StartOptions): Promise<void> {
  const notice = (text: string) => tell({ type: "notice", text: text.slice(0, TEXT_LENGTH_MAX) });
  const refused = runInRealTime();
  if (refused !== undefined) notice(refused);

  const offsetMs = wallOffsetMs();
  const sender = await RtpSender.open(
    {
      target: options.video,
      clockRate: VIDEO_CLOCK_RATE,
      canonicalName: "nearframe-video",
      wallOffsetMs: offsetMs,
      onKeyframeRequest: () => video?.requestKeyframe(),
      onError: fail,
    },
    scope,
  );
  const { display, size } = options;
  const openSource =
    display.framebufferPath === undefined ? openSharedMemory : openXvfbFramebuffer(display.framebufferPath);
  const source = await openSource({ display, size }, { onDamage: () => video?.damaged(), onGone: fail }, scope);
  const encoder = openEncoders(
    options.encoders,
    {
      ...options,
      onNotice: notice,
      onReplaced(name, why) {
        notice(`${why} ${name} goes on.`);
        tell({ type: "encoder", name });
      },
    },
    scope,
  );
  const packetise = PACKETISERS[encoder.codec];
  video = new VideoStream(
    {
      source,
      encoder,
      size,
      target: options,
      readInput: openInputMark(options.inputMarkPath, scope),
      nowMs: machineMs,
      timestampOffset: options.video.timestampOffset ?? randomInt(2 ** 32),
      send: (unit, frame) =>
        sender.send({ ...frame, payloads: packetise(unit, sender.payloadBytesMax), marker: "last" }),
      onFrame: (mark) => tellFrame({ type: "frame", mark }),
      onFirstPicture: () => tell({ type: "first-picture" }),
    },
    scope,
  );
  if (options.sound) openSoundThread({ ...options.sound, wallOffsetMs: offsetMs }, fail, scope);
  video.start();
  tell({ type: "ready" });
}

function handle(message: ToProcess): void {
  switch (message.type) {
    case "start":
      start(message.options).catch(fail);
      return;
    case "request-keyframe":
      return video?.requestKeyframe();
    case "show-nonce":
      return video?.showNonce(message.nonce);
    case "set-target":
      return video?.setTarget(message.target);
  }
}

process.on("message", (raw) => {
  const parsed = z.safeParse(ToProcess, raw);
  if (parsed.success) handle(parsed.data);
  else fail(new Error(`The node sent its pipeline a message it can't read: ${z.prettifyError(parsed.error)}`));
});
process.on("disconnect", () => end(0));
// Ctrl-C in a terminal reaches the whole group; the node closes its sessions in order.
process.on("SIGINT", () => {});
process.on("uncaughtException", fail);
