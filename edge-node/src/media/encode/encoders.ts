// The encoders by name.

import { openX264 } from "./adapters/x264.ts";
import type { OpenVideoEncoder } from "./ports.ts";

export const VIDEO_ENCODERS = { x264: openX264 } as const satisfies Record<string, OpenVideoEncoder>;
export type VideoEncoderName = keyof typeof VIDEO_ENCODERS;
export const VIDEO_ENCODER_NAMES = Object.keys(VIDEO_ENCODERS) as [VideoEncoderName, ...VideoEncoderName[]];
