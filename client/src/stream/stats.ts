// What a browser's WebRTC report says about a stream, as figures for people. Pure:
// two reports in, one line of figures out.

export type StreamStats = {
  width: number;
  height: number;
  fps: number;
  videoKbps: number;
  audioKbps: number;
  /** Player to node and back, on the media path. */
  roundTripMs: number | undefined;
  /** Means over the interval. */
  decodeMs: number | undefined;
  jitterBufferMs: number | undefined;
  audioBufferMs: number | undefined;
  jitterMs: number | undefined;
  packetsLost: number;
  /** Share of the interval's packets, 0..1. */
  lossShare: number;
  framesDropped: number;
  freezes: number;
  codec: string | undefined;
  decoder: string | undefined;
  protocol: string | undefined;
};

type Figures = Record<string, unknown> & { type: string; id: string };
export type ReportSample = { atMs: number; video: Figures | undefined; audio: Figures | undefined; all: readonly Figures[] };

/** How much a counter grew; one that started again, as on a new path, did not. */
export function growth(before: ReportSample | undefined, now: ReportSample, key: string, of: "video" | "audio" = "video"): number {
  return Math.max(0, number(now[of]?.[key]) - number(before?.[of]?.[key]));
}

/** Reads what is needed of a report; it may be kept for the next interval. */
export function readReport(report: Iterable<unknown>, atMs: number): ReportSample {
  const all = [...report].filter(isFigures);
  const inbound = (kind: string) =>
    all.find((it) => it.type === "inbound-rtp" && it["kind"] === kind && it["mid"] !== "probator");
  return { atMs, video: inbound("video"), audio: inbound("audio"), all };
}

/** `roundTripMs`: as measured beside; what browsers have is a check every 2.5 s, held until the next. */
export function makeStats(
  before: ReportSample | undefined,
  now: ReportSample,
  roundTripMs: number | undefined,
): StreamStats | undefined {
  const { video, audio } = now;
  if (!video) return undefined;
  const spanMs = before ? now.atMs - before.atMs : 0;
  const grown = (key: string, of?: "video" | "audio") => growth(before, now, key, of);
  const perSecond = (amount: number) => (spanMs > 0 ? (amount * 1000) / spanMs : 0);
  const received = grown("packetsReceived");
  const lost = grown("packetsLost");
  const pair = now.all.find((it) => it.type === "candidate-pair" && it["nominated"] === true && it["state"] === "succeeded");
  const candidate = now.all.find((it) => it.id === pair?.["localCandidateId"]);
  const codec = now.all.find((it) => it.id === video["codecId"]);
  return {
    width: number(video["frameWidth"]),
    height: number(video["frameHeight"]),
    fps: number(video["framesPerSecond"]) || perSecond(grown("framesDecoded")),
    videoKbps: perSecond(grown("bytesReceived") * 8) / 1000,
    audioKbps: perSecond(grown("bytesReceived", "audio") * 8) / 1000,
    roundTripMs,
    decodeMs: mean(grown("totalDecodeTime") * 1000, grown("framesDecoded")),
    jitterBufferMs: mean(grown("jitterBufferDelay") * 1000, grown("jitterBufferEmittedCount")),
    audioBufferMs: audio
      ? mean(grown("jitterBufferDelay", "audio") * 1000, grown("jitterBufferEmittedCount", "audio"))
      : undefined,
    jitterMs: optional(video["jitter"], 1000),
    packetsLost: number(video["packetsLost"]),
    lossShare: received + lost > 0 ? lost / (received + lost) : 0,
    framesDropped: number(video["framesDropped"]),
    freezes: number(video["freezeCount"]),
    codec: text(codec?.["mimeType"])?.replace(/^video\//, ""),
    decoder: text(video["decoderImplementation"]),
    protocol: text(candidate?.["protocol"]),
  };
}

function isFigures(value: unknown): value is Figures {
  return typeof value === "object" && value !== null && "type" in value && "id" in value;
}

const number = (value: unknown) => (typeof value === "number" && Number.isFinite(value) ? value : 0);
const text = (value: unknown) => (typeof value === "string" && value !== "" ? value : undefined);
const optional = (value: unknown, scale: number) => (typeof value === "number" ? value * scale : undefined);
const mean = (total: number, count: number) => (count > 0 ? total / count : undefined);
