// What forwarding costs: from a coded frame that reaches this machine to its last RTP packet
// leaving it, and beside it the same of the node's own marks.
//
// Two clocks of one machine: when the device's socket was written, and when the packet came
// to a socket that plays the media server. ADB, the library, parameter sets and RTP lie between.

import { createSocket } from "node:dgram";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { Scope } from "@nearframe/shared/lifetime";
import { adbCredentials } from "@nearframe/edge-node/title/android/adapters/adb/credentials";
import { openAdbDevice } from "@nearframe/edge-node/title/android/adapters/adb/open-device";
import { createDevices } from "@nearframe/edge-node/title/android/devices";
import { createAndroidStage } from "@nearframe/edge-node/title/android/stage";
import { machineMs } from "@nearframe/edge-node/input/mark";
import { parsePacket } from "@nearframe/edge-node/media/rtp/packet";
import { parseManifest } from "@nearframe/shared/title/manifest";
import { readFile } from "node:fs/promises";
import { openAndroidTitle, PHONE } from "../../support/android-title.ts";
import { percentiles, type BenchRow } from "../rows.ts";

const SECONDS = 20;
const WARM_UP_MS = 3_000;
const GOAL_MS = 2;

export async function runAndroidBench(): Promise<BenchRow[]> {
  await using scope = new Scope();
  const { double, titles, environment } = await openAndroidTitle(scope);
  const folder = path.join(titles, "android-card");
  const parsed = parseManifest(await readFile(path.join(folder, "title.json"), "utf8"), "title.json");
  if (!parsed.ok) throw new Error("the bench's title is wrong");
  const manifest = { ...parsed.manifest, savePaths: [] };
  const data = await mkdtemp(path.join(os.tmpdir(), "nearframe-bench-"));
  scope.own(data, (data) => rm(data, { recursive: true, force: true }));
  const devices = createDevices(
    [{ kind: "direct", host: "127.0.0.1", port: double.port }],
    {
      openDevice: openAdbDevice({ credentials: adbCredentials(path.join(data, "key.pem"), "bench"), server: { host: "127.0.0.1", port: 5037 } }),
      onChange: () => undefined,
      log: { info: () => undefined, warn: () => undefined },
    },
    scope,
  );
  await devices.lookedAt;
  const stage = createAndroidStage(manifest, {
    devices,
    server: { file: environment.NEARFRAME_SCRCPY_SERVER ?? "", sha256: environment.NEARFRAME_SCRCPY_SHA256 ?? "" },
    saveIntervalMs: 60_000,
    log: () => undefined,
  });
  const session = scope.child();
  const display = await stage.openDisplay(PHONE, session);
  const [video, sound] = [scope.own(createSocket("udp4"), (socket) => void socket.close()), scope.own(createSocket("udp4"), (socket) => void socket.close())];
  for (const socket of [video, sound]) {
    socket.bind(0, "127.0.0.1");
    await once(socket, "listening");
  }
  const arrivedAtMs = new Map<number, number>();
  video.on("message", (datagram) => {
    const packet = parsePacket(datagram);
    if (packet?.marker) arrivedAtMs.set(packet.timestamp, machineMs());
  });
  const sentAtMs = new Map<number, number>();
  double.onFrameWritten((takenAtUs, atMs) => sentAtMs.set(Math.round(Number(takenAtUs)), atMs));
  const inNodeMs: number[] = [];
  const order: number[] = [];
  const beganMs = machineMs();
  const target = (port: number, payloadType: number) => ({ ip: "127.0.0.1", port, rtcpPort: port, ssrc: 1, payloadType, extensions: { transportWideCc: 2, absCaptureTime: 1, playoutDelay: 3 } });
  await Promise.all([
    stage.createPipeline(
      {
        display, size: PHONE, fps: 60, bitrateKbps: 8_000, bitrateKbpsMax: 8_000, inputMarkPath: undefined,
        video: target(video.address().port, 102), sound: { monitorSocketPath: "", target: target(sound.address().port, 111) },
      },
      {
        onFirstPicture: () => undefined,
        onFrame(mark) {
          order.push(mark.rtpTimestamp);
          if (machineMs() - beganMs > WARM_UP_MS) inNodeMs.push(mark.sentAtMs - mark.encodedAtMs);
        },
      },
      session,
    ),
    stage.launchTitle({ title: { manifest, folder }, sessionFolder: data, display, sound: await stage.openSound(session) }, session),
  ]);
  await new Promise((resolve) => setTimeout(resolve, WARM_UP_MS + SECONDS * 1000));
  await session.close();

  // The n-th frame that the device wrote is the n-th that was forwarded.
  const wholeMs = [...sentAtMs.values()].flatMap((atMs, index) => {
    const timestamp = order[index];
    const arrived = timestamp === undefined ? undefined : arrivedAtMs.get(timestamp);
    return arrived === undefined || atMs - beganMs < WARM_UP_MS ? [] : [arrived - atMs];
  });
  const whole = percentiles(wholeMs);
  return [
    {
      name: `a device's frame from its socket to the last RTP packet, ${PHONE.width}x${PHONE.height} at 60 a second, ${wholeMs.length} frames`,
      unit: "ms", ...whole, goal: `p50 under ${GOAL_MS} ms`, met: (whole.p50 ?? Infinity) < GOAL_MS,
    },
    { name: "of that, in the node's own code: parameter sets, RTP, sockets", unit: "ms", ...percentiles(inNodeMs), goal: null, met: null },
  ];
}
