// Which codec a session uses: one that both ends can do, in hardware first where the
// player's battery pays for it, and without making the node's cores pay for fashion.

import { VIDEO_CODECS, type Decoder, type VideoCodec } from "@nearframe/shared/media/video-codecs";
import type { EncoderReport } from "@nearframe/shared/media/encoder-reports";
import type { TitleSize } from "@nearframe/shared/title/manifest";
import { VIDEO_ENCODER_NAMES, type VideoEncoderName } from "./known-encoders.ts";

/** What a trial found out, of an encoder that this node knows. */
export type TriedEncoder = EncoderReport & { name: VideoEncoderName };
type OpenedEncoder = Extract<TriedEncoder, { opened: true }>;

export type PlayersDevice = {
  /** What it measured of its decoders; undefined when it did not say. */
  decoders?: readonly Decoder[] | undefined;
  /** mediasoup-client's, as the player sent them. */
  rtpCapabilities: Readonly<Record<string, unknown>>;
};

export type Wish = {
  size: TitleSize;
  fps: number;
  /** What the pipeline can code. */
  codecs: readonly VideoCodec[];
};

export type CodecChoice = {
  codec: VideoCodec;
  /** Of that codec: those that keep up first, hardware before software. */
  encoders: readonly [VideoEncoderName, ...VideoEncoderName[]];
};

/** An encoder that takes more of a frame's time than this leaves none for capture, and none to spare. */
const FRAME_SHARE_MAX = 0.8;
const PIXELS_720P = 1280 * 720;
const PIXELS_1080P = 1920 * 1080;

type Candidate = CodecChoice & {
  /** Both ends keep up with the title. */
  fits: boolean;
  /** Costly for the node without hardware, and for the player too: only where there is nothing else. */
  lastResort: boolean;
  decodedInHardware: boolean;
};

/** Undefined when the ends have no codec in common. */
export function chooseCodec(device: PlayersDevice, tried: readonly TriedEncoder[], wish: Wish): CodecChoice | undefined {
  const receivable = receivableCodecs(device.rtpCapabilities);
  const candidates = VIDEO_CODECS.filter((codec) => receivable.has(codec) && wish.codecs.includes(codec))
    .map((codec) => candidateOf(codec, device, tried, wish))
    .filter((candidate) => candidate !== undefined);
  const [best] = candidates.toSorted(
    (a, b) =>
      Number(b.fits) - Number(a.fits) ||
      Number(a.lastResort) - Number(b.lastResort) ||
      Number(b.decodedInHardware) - Number(a.decodedInHardware) ||
      preference(a) - preference(b),
  );
  return best && { codec: best.codec, encoders: best.encoders };
}

function candidateOf(
  codec: VideoCodec,
  device: PlayersDevice,
  tried: readonly TriedEncoder[],
  wish: Wish,
): Candidate | undefined {
  const opened = tried.filter((encoder): encoder is OpenedEncoder => encoder.opened && encoder.codec === codec);
  const ordered = opened.toSorted(
    (a, b) => Number(keepsUp(b, wish)) - Number(keepsUp(a, wish)) || placeOf(a.name) - placeOf(b.name),
  );
  const [first, ...rest] = ordered;
  if (!first) return undefined;
  // A device that did not say is taken at its word that it can.
  const decoder = device.decoders?.find((decoder) => decoder.codec === codec) ?? { smooth: true, powerEfficient: false };
  return {
    codec,
    encoders: [first.name, ...rest.map(({ name }) => name)],
    fits: keepsUp(first, wish) && decoder.smooth,
    lastResort: codec === "AV1" && !(first.hardware && decoder.powerEfficient),
    decodedInHardware: decoder.powerEfficient,
  };
}

/** Where all else is equal: AV1 in hardware gives more for the same bits, VP8 less, and each change of its rate a keyframe. */
function preference({ codec }: Candidate): number {
  return { AV1: 0, H264: 1, VP8: 2 }[codec];
}

const placeOf = (name: VideoEncoderName): number => VIDEO_ENCODER_NAMES.indexOf(name);

function keepsUp(encoder: OpenedEncoder, { size, fps }: Wish): boolean {
  return frameMsAt(encoder, size) * fps <= 1000 * FRAME_SHARE_MAX;
}

/** What a frame of that size takes, on the line through the two sizes that were tried. */
function frameMsAt({ at720p, at1080p }: OpenedEncoder, size: TitleSize): number {
  const msPerPixel = Math.max(0, at1080p.frameMsP50 - at720p.frameMsP50) / (PIXELS_1080P - PIXELS_720P);
  return Math.max(0, at720p.frameMsP50 + (size.width * size.height - PIXELS_720P) * msPerPixel);
}

/** From another machine: anything may stand there. */
function receivableCodecs({ codecs }: PlayersDevice["rtpCapabilities"]): ReadonlySet<string> {
  const mimeTypes = (Array.isArray(codecs) ? codecs : []).map((codec: unknown) =>
    typeof codec === "object" && codec !== null && "mimeType" in codec ? String(codec.mimeType) : "",
  );
  return new Set(mimeTypes.map((mimeType) => mimeType.replace(/^video\//i, "").toUpperCase()));
}
