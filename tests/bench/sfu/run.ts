// The media server's hop alone: a packet goes into mediasoup as the pipeline sends it,
// and comes out encrypted, as a player gets it (SRTP over UDP). The kernel stamps the
// way out; the clock is read before the way in, so the sender's own call is counted.

import { spawn } from "node:child_process";
import { createSocket } from "node:dgram";
import { once } from "node:events";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { Scope, withTimeout } from "@nearframe/shared/lifetime";
import { PayloadType, VIDEO_CLOCK_RATE } from "@nearframe/shared/media/profile";
import { parseCapture, STOP } from "../pipeline/capture-file.ts";
import { wallMs } from "../pipeline/wall-time.ts";
import { percentiles, type BenchRow } from "../rows.ts";
import { readHops } from "./read-hops.ts";
import { LOOPBACK, openHop, SSRC, startMediaServer } from "./srtp-hop.ts";

const RECEIVER = fileURLToPath(new URL("../pipeline/receiver.ts", import.meta.url));
const SECONDS = 15;
const FPS = 60;
/** A frame of 12 Mbit/s. */
const PACKETS_PER_FRAME = 22;
const PACKET_BYTES = 1_150;
const HEADER_BYTES = 12;
const GOAL_MS = 1;
const TRAILING_MS = 200;

export async function runSfuBench(): Promise<BenchRow[]> {
  await using scope = new Scope();
  const folder = scope.own(await mkdtemp(path.join(os.tmpdir(), "nearframe-sfu-")), (folder) => rm(folder, { recursive: true }));
  const capture = path.join(folder, "packets");
  const receiver = scope.own(spawn(process.execPath, [RECEIVER, capture], { stdio: ["ignore", "pipe", "inherit"] }), (child) => void child.kill());
  const [printed] = (await withTimeout(once(receiver.stdout, "data"), 5_000, "the receiver did not start")) as [Buffer];
  const receiverPort = Number(printed.toString());
  const mediaPort = await openHop(await startMediaServer(scope), "VP8", receiverPort);

  const sentAtMs = await sendFrames(mediaPort, scope);
  await new Promise((resolve) => setTimeout(resolve, TRAILING_MS));
  const exited = once(receiver, "exit");
  const stopper = scope.own(createSocket("udp4"), (socket) => void socket.close());
  stopper.send(STOP, receiverPort, LOOPBACK);
  await withTimeout(exited, 5_000, "the receiver did not end");

  const { hopMs, lost, repeated } = readHops(parseCapture(await readFile(capture)), sentAtMs, PACKET_BYTES);
  const figures = percentiles(hopMs);
  return [
    { name: "media server: RTP in to RTP out", unit: "ms", ...figures, goal: "p95 at most 1", met: (figures.p95 ?? Infinity) <= GOAL_MS },
    { name: `media server: packets lost of ${sentAtMs.length}`, unit: "packets", value: lost, goal: "none", met: lost === 0 },
    { name: "media server: packets that came twice", unit: "packets", value: repeated, goal: null, met: null },
  ];
}

/** When each packet was given to the kernel, in order. */
async function sendFrames(port: number, scope: Scope): Promise<number[]> {
  const socket = scope.own(createSocket("udp4"), (socket) => void socket.close());
  await new Promise<void>((resolve) => socket.connect(port, LOOPBACK, resolve));
  socket.setSendBufferSize(4 << 20);
  const sentAtMs: number[] = [];
  const startedAtMs = performance.now();
  for (let frame = 0; frame < SECONDS * FPS; frame++) {
    const dueMs = startedAtMs + (frame * 1000) / FPS;
    await new Promise((resolve) => setTimeout(resolve, Math.max(0, dueMs - performance.now())));
    for (let packet = 0; packet < PACKETS_PER_FRAME; packet++) {
      const bytes = makePacket(sentAtMs.length, frame, packet);
      sentAtMs.push(wallMs());
      socket.send(bytes);
    }
  }
  return sentAtMs;
}

/** VP8 enough for the media server: a descriptor, and a keyframe's bit, so that the first frame may be the first. */
function makePacket(index: number, frame: number, packet: number): Buffer {
  const bytes = Buffer.alloc(PACKET_BYTES);
  bytes[0] = 0x80;
  bytes[1] = (packet === PACKETS_PER_FRAME - 1 ? 0x80 : 0) | PayloadType.VP8;
  bytes.writeUInt16BE(index & 0xffff, 2);
  bytes.writeUInt32BE((frame * VIDEO_CLOCK_RATE) / FPS, 4);
  bytes.writeUInt32BE(SSRC, 8);
  bytes[HEADER_BYTES] = packet === 0 ? 0x10 : 0x00;
  return bytes;
}
