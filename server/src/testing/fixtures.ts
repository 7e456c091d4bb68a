// Small valid things for tests.

import type { MinuteQuality } from "@nearframe/shared/api/quality";
import type { Device } from "@nearframe/shared/protocol/client-to-server";
import type { Offer } from "@nearframe/shared/protocol/media";
import type { NodeSample, PlayerSample } from "@nearframe/shared/telemetry/samples";
import type { Title, TitleManifest } from "@nearframe/shared/title/manifest";
import type { MinuteRecord } from "../telemetry/score-session-minute.ts";

export function manifest(change: Partial<TitleManifest> = {}): TitleManifest {
  return {
    id: "freedoom",
    name: "Freedoom",
    summary: "A test.",
    publisher: "Nearframe",
    credits: "None.",
    category: "action",
    art: { cover: "cover.svg", hero: "hero.svg", accent: "#aabbcc" },
    runtime: "native",
    command: ["chocolate-doom"],
    size: { width: 1280, height: 720 },
    fps: 60,
    input: { keyboard: true, pointer: "relative", touch: false },
    savePaths: [],
    resources: { cpuCores: 1, memoryMb: 256, gpu: false, network: false },
    startTimeoutS: 20,
    ...change,
  };
}

export function title(change: Partial<TitleManifest> = {}): Title {
  return { manifest: manifest(change), folder: "/titles/freedoom" };
}

export const device: Device = {
  screen: { width: 1920, height: 1080, pixelRatio: 1 },
  touch: false,
  rtpCapabilities: {},
};

const transport = (id: string) => ({ id, iceParameters: {}, iceCandidates: [], dtlsParameters: {} });

export const offer: Offer = {
  routerRtpCapabilities: {},
  receive: transport("t-receive"),
  send: transport("t-send"),
  media: [],
  data: [],
};

/** A good second, as the player tells it. */
export function playerSample(change: Partial<PlayerSample> = {}): PlayerSample {
  return {
    durationMs: 1_000,
    width: 1280,
    height: 720,
    framesShown: 60,
    framesDropped: 0,
    receivedKbps: 8_000,
    packetsLost: 0,
    lossShare: 0,
    roundTripMs: 12,
    jitterBufferMs: 4,
    decodeMs: 2,
    freezes: 0,
    freezeMs: 0,
    audioGapMs: 0,
    clickToPhoton: { count: 4, p50Ms: 19, p95Ms: 24, p99Ms: 26 },
    ...change,
  };
}

/** The same second, as the node tells it. */
export function nodeSample(change: Partial<NodeSample> = {}): NodeSample {
  return {
    durationMs: 1_000,
    framesSent: 60,
    framesRepeated: 0,
    keyframes: 0,
    sentKbps: 8_000,
    targetKbps: 9_000,
    targetFps: 60,
    availableKbps: 12_000,
    captureWaitMsP95: 0.5,
    encodeMsP50: 2.5,
    encodeMsP95: 4,
    sendMsP95: 1,
    roundTripMs: 11,
    lossShare: 0,
    ...change,
  };
}

export function minuteRecord(
  quality: Partial<MinuteQuality> = {},
  change: Partial<Omit<MinuteRecord, "quality">> = {},
): MinuteRecord {
  return {
    sessionId: "s1",
    nodeId: "n1",
    flags: [],
    quality: {
      minute: 0,
      beganAtMs: 1_800_000_000_000,
      seconds: 59.873,
      mos: 4.123,
      band: "good",
      movingSeconds: 42.5,
      fps: 59.94,
      receivedKbps: 8_123.456,
      pixels: 921_600,
      delayMs: 18.25,
      frameLossPercent: 0.125,
      freezeMs: 120,
      audioGapMsMax: 30,
      roundTripMsP50: 12.5,
      jitterBufferMsP50: 4.25,
      decodeMsP50: 1.75,
      freezes: 2,
      packetsLost: 7,
      clickToPhotonCount: 83,
      clickToPhotonMsP50: 19.5,
      clickToPhotonMsP95: 28.125,
      nodeSentKbps: 8_200,
      nodeTargetKbps: 9_000,
      nodeAvailableKbps: 12_000,
      nodeKeyframes: 1,
      nodeCaptureWaitMsP95: 0.5,
      nodeEncodeMsP50: 2.5,
      nodeEncodeMsP95: 4.125,
      nodeSendMsP95: 1,
      nodeRoundTripMsP50: 11.5,
      ...quality,
    },
    ...change,
  };
}
