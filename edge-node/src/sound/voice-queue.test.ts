import { expect, test } from "vitest";
import { EMPTY_QUEUE, queueVoice, WAITING_MS_MAX, type VoiceQueue } from "./voice-queue.ts";

/** How many of the frames that come at these times are taken. */
function taken(timesMs: readonly number[]): number {
  let queue: VoiceQueue = EMPTY_QUEUE;
  let count = 0;
  for (const nowMs of timesMs) {
    const next = queueVoice(queue, 20, nowMs);
    if (!next) continue;
    queue = next;
    count += 1;
  }
  return count;
}

test("a steady voice passes whole, and so does one that jitters", () => {
  expect(taken(Array.from({ length: 500 }, (_, i) => i * 20))).toBe(500);
  expect(taken(Array.from({ length: 500 }, (_, i) => i * 20 + (i % 3) * 15))).toBe(500);
});

test("what piled up behind a pause is left out beyond the limit, and the rest passes again", () => {
  const burst = Array.from({ length: 50 }, () => 1_000);
  expect(taken(burst)).toBe(WAITING_MS_MAX / 20);
  expect(taken([...burst, ...Array.from({ length: 10 }, (_, i) => 1_200 + i * 20)])).toBe(WAITING_MS_MAX / 20 + 10);
});
