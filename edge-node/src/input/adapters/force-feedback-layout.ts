// Force feedback in the bytes of linux/uinput.h and linux/input.h: how the kernel asks a
// virtual pad to take an effect, and to play it. 64-bit Linux, little-endian. Pure.
//
//   title: EVIOCSFF --> kernel --event "upload", request id--> us: begin, read, end
//   title: writes EV_FF --> kernel --the same event--> us

import type { Effect, RumbleEvent } from "../rumble.ts";

export const ForceFeedbackIoctl = {
  setEffectKind: 0x4004_556b,
  beginUpload: 0xc068_55c8,
  endUpload: 0x4068_55c9,
  beginErase: 0xc00c_55ca,
  endErase: 0x400c_55cb,
} as const;

export const FORCE_FEEDBACK = 0x15;
/** Pads shake; the kernel plays what titles call "periodic" by the same motors (ff-memless does so for real ones). */
export const RUMBLE_EFFECT = 0x50;
export const GAIN = 0x60;
export const INPUT_EVENT_BYTES = 24;

const FROM_UINPUT = 0x0101;
const UPLOAD = 1;
const ERASE = 2;

export type Request = { type: "upload" | "erase"; requestId: number };

/** One event that the kernel gave: a request to be answered, something to play, or nothing of ours. */
export function readFeedbackEvent(event: Buffer): Request | RumbleEvent | undefined {
  const [type, code, value] = [event.readUInt16LE(16), event.readUInt16LE(18), event.readInt32LE(20)];
  if (type === FROM_UINPUT && code === UPLOAD) return { type: "upload", requestId: value };
  if (type === FROM_UINPUT && code === ERASE) return { type: "erase", requestId: value };
  if (type !== FORCE_FEEDBACK) return undefined;
  if (code === GAIN) return { type: "gain-set", gain: Math.min(1, Math.max(0, value / 0xffff)) };
  return { type: "played", id: code, times: Math.max(0, value) };
}

/**
 * struct uinput_ff_upload: request_id (u32), retval (s32), effect, the effect that it replaces.
 * struct ff_effect, 48 bytes: type (u16), id (s16), direction (u16), trigger (2 x u16),
 * replay length and delay (2 x u16), then at 16 for a rumble: strong, weak (2 x u16).
 */
const UPLOAD_BYTES = 104;
const EFFECT_AT = 8;

export function uploadRequest(requestId: number): Buffer {
  const request = Buffer.alloc(UPLOAD_BYTES);
  request.writeUInt32LE(requestId, 0);
  return request;
}

/** What `beginUpload` filled in. Another kind than a rumble is one that moves nothing. */
export function readUpload(upload: Buffer): { id: number; effect: Effect } {
  const at = (offset: number) => upload.readUInt16LE(EFFECT_AT + offset);
  const isRumble = at(0) === RUMBLE_EFFECT;
  return {
    id: upload.readInt16LE(EFFECT_AT + 2),
    effect: {
      strong: isRumble ? at(16) / 0xffff : 0,
      weak: isRumble ? at(18) / 0xffff : 0,
      lengthMs: at(10),
      delayMs: at(12),
    },
  };
}

/** struct uinput_ff_erase: request_id (u32), retval (s32), effect_id (u32). */
const ERASE_BYTES = 12;

export function eraseRequest(requestId: number): Buffer {
  const request = Buffer.alloc(ERASE_BYTES);
  request.writeUInt32LE(requestId, 0);
  return request;
}

export const readErase = (erase: Buffer): number => erase.readUInt32LE(8);
