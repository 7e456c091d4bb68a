// A sequence parameter set: what a stream says of itself, and the one thing that is
// rewritten in it (ITU-T H.264, 7.3.2.1.1 and E.1.1).
//
// A decoder that is not told how far frames may be out of order holds back as many as the
// level allows. Android's encoders reorder none and seldom say so; `max_num_reorder_frames: 0`
// lets the first decoded frame out at once.

import { BitReader, BitsEndedError, BitWriter } from "./bits.ts";

export type Sps = {
  profileIdc: number;
  levelIdc: number;
  /** After cropping. */
  width: number;
  height: number;
  /** It says that frames are decoded in the order in which they are shown. */
  ordered: boolean;
};

export type ParsedSps = Sps & {
  payload: Uint8Array;
  refFrames: number;
  /** Bits up to `vui_parameters_present_flag`, and to `bitstream_restriction_flag` where there is a VUI. */
  bitsToVui: number;
  bitsToRestriction: number | undefined;
};

const PROFILES_WITH_CHROMA = new Set([100, 110, 122, 244, 44, 83, 86, 118, 128, 138, 139, 134, 135]);
const EXTENDED_SAR = 255;

export function readSps(unit: Uint8Array): Sps | undefined {
  const parsed = parseSps(unit);
  if (!parsed) return undefined;
  const { profileIdc, levelIdc, width, height, ordered } = parsed;
  return { profileIdc, levelIdc, width, height, ordered };
}

/** The same set, saying that nothing is reordered; itself where it says so already or can't be read. */
export function orderedSps(unit: Uint8Array): Uint8Array {
  const parsed = parseSps(unit);
  if (!parsed || parsed.ordered) return unit;
  const writer = new BitWriter();
  if (parsed.bitsToRestriction === undefined) {
    writer.copy(parsed.payload, parsed.bitsToVui);
    writer.bits(1, 1); // vui_parameters_present_flag
    writer.bits(0, 4); // Neither aspect ratio, overscan, signal type nor chroma location,
    writer.bits(0, 4); // nor timing, HRD parameters (two), or the structure of pictures.
  } else {
    writer.copy(parsed.payload, parsed.bitsToRestriction);
  }
  writer.bits(1, 1); // bitstream_restriction_flag
  writer.bits(1, 1); // motion_vectors_over_pic_boundaries_flag; this and the next four are what is implied without them.
  writer.unsigned(2); // max_bytes_per_pic_denom
  writer.unsigned(1); // max_bits_per_mb_denom
  writer.unsigned(16); // log2_max_mv_length_horizontal
  writer.unsigned(16); // log2_max_mv_length_vertical
  writer.unsigned(0); // max_num_reorder_frames
  writer.unsigned(parsed.refFrames); // max_dec_frame_buffering
  return writeSps(unit[0] ?? 0, writer);
}

/** A NAL unit of these bits. */
export function writeSps(header: number, content: BitWriter): Uint8Array {
  return Uint8Array.of(header, ...protect(content.finish()));
}

/** `unit`: the NAL unit without its start code. Undefined where it can't be read. */
export function parseSps(unit: Uint8Array): ParsedSps | undefined {
  const payload = unprotect(unit.subarray(1));
  try {
    return parsePayload(payload);
  } catch (error) {
    if (error instanceof BitsEndedError) return undefined;
    throw error;
  }
}

function parsePayload(payload: Uint8Array): ParsedSps {
  const reader = new BitReader(payload);
  const profileIdc = reader.bits(8);
  reader.bits(8);
  const levelIdc = reader.bits(8);
  reader.unsigned();
  let chromaFormat = 1;
  if (PROFILES_WITH_CHROMA.has(profileIdc)) {
    chromaFormat = reader.unsigned();
    if (chromaFormat === 3) reader.bit();
    reader.unsigned();
    reader.unsigned();
    reader.bit();
    if (reader.bit() === 1) skipScalingLists(reader, chromaFormat === 3 ? 12 : 8);
  }
  reader.unsigned();
  const orderType = reader.unsigned();
  if (orderType === 0) reader.unsigned();
  else if (orderType === 1) {
    reader.bit();
    reader.signed();
    reader.signed();
    const count = reader.unsigned();
    for (let i = 0; i < count; i++) reader.signed();
  }
  const refFrames = reader.unsigned();
  reader.bit();
  const widthMacroblocks = reader.unsigned() + 1;
  const heightMapUnits = reader.unsigned() + 1;
  const framesOnly = reader.bit();
  if (framesOnly === 0) reader.bit();
  reader.bit();
  const crop = reader.bit() === 1 ? [reader.unsigned(), reader.unsigned(), reader.unsigned(), reader.unsigned()] : [0, 0, 0, 0];
  const [left = 0, right = 0, top = 0, bottom = 0] = crop;
  const unitX = chromaFormat === 0 || chromaFormat === 3 ? 1 : 2;
  const unitY = (chromaFormat === 1 ? 2 : 1) * (2 - framesOnly);
  const bitsToVui = reader.position;
  const restriction = reader.bit() === 1 ? readRestriction(reader) : undefined;
  return {
    payload,
    profileIdc,
    levelIdc,
    width: widthMacroblocks * 16 - (left + right) * unitX,
    height: heightMapUnits * 16 * (2 - framesOnly) - (top + bottom) * unitY,
    ordered: restriction?.reorderFrames === 0,
    refFrames,
    bitsToVui,
    bitsToRestriction: restriction?.at,
  };
}

function skipScalingLists(reader: BitReader, count: number): void {
  for (let list = 0; list < count; list++) {
    if (reader.bit() === 0) continue;
    let last = 8;
    for (let i = 0; i < (list < 6 ? 16 : 64) && last !== 0; i++) last = (last + reader.signed() + 256) % 256;
  }
}

function readRestriction(reader: BitReader): { at: number; reorderFrames: number | undefined } {
  if (reader.bit() === 1 && reader.bits(8) === EXTENDED_SAR) reader.bits(32);
  if (reader.bit() === 1) reader.bit();
  if (reader.bit() === 1) {
    reader.bits(4);
    if (reader.bit() === 1) reader.bits(24);
  }
  if (reader.bit() === 1) {
    reader.unsigned();
    reader.unsigned();
  }
  if (reader.bit() === 1) reader.bits(65);
  const nalHrd = reader.bit() === 1;
  if (nalHrd) skipHrd(reader);
  const vclHrd = reader.bit() === 1;
  if (vclHrd) skipHrd(reader);
  if (nalHrd || vclHrd) reader.bit();
  reader.bit();
  const at = reader.position;
  if (reader.bit() === 0) return { at, reorderFrames: undefined };
  reader.bit();
  for (let i = 0; i < 4; i++) reader.unsigned();
  return { at, reorderFrames: reader.unsigned() };
}

function skipHrd(reader: BitReader): void {
  const count = reader.unsigned() + 1;
  reader.bits(8);
  for (let i = 0; i < count; i++) {
    reader.unsigned();
    reader.unsigned();
    reader.bit();
  }
  reader.bits(20);
}

/** Takes out the bytes that keep a start code from appearing (7.4.1). */
function unprotect(bytes: Uint8Array): Uint8Array {
  const out: number[] = [];
  let zeros = 0;
  for (const byte of bytes) {
    if (zeros >= 2 && byte === 3) {
      zeros = 0;
      continue;
    }
    zeros = byte === 0 ? zeros + 1 : 0;
    out.push(byte);
  }
  return Uint8Array.from(out);
}

function protect(bytes: Uint8Array): number[] {
  const out: number[] = [];
  let zeros = 0;
  for (const byte of bytes) {
    if (zeros >= 2 && byte <= 3) {
      out.push(3);
      zeros = 0;
    }
    zeros = byte === 0 ? zeros + 1 : 0;
    out.push(byte);
  }
  return out;
}
