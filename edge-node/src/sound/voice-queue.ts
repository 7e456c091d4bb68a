// How much of the player's voice may wait in front of the title's microphone. Pure.
//
// What waits is played out at its own rate, so what once piled up behind a pause of the network
// would stay as delay for the whole session: beyond a limit it is left out.

export type VoiceQueue = { emptyAtMs: number };

/** A frame of 20 ms and what networks jitter by; PulseAudio itself begins with 50. */
export const WAITING_MS_MAX = 120;

export const EMPTY_QUEUE: VoiceQueue = { emptyAtMs: -Infinity };

/** Undefined where the frame is to be left out. */
export function queueVoice({ emptyAtMs }: VoiceQueue, frameMs: number, nowMs: number): VoiceQueue | undefined {
  const nextMs = Math.max(emptyAtMs, nowMs) + frameMs;
  return nextMs - nowMs > WAITING_MS_MAX ? undefined : { emptyAtMs: nextMs };
}
