// A player's voice reaches what a title records, through a real PulseAudio.

import { spawn } from "node:child_process";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { Scope } from "@nearframe/shared/lifetime";
import { openOpus } from "../media/encode/adapters/opus.ts";
import { writePacket } from "../media/rtp/packet.ts";
import { openPulse } from "./adapters/pulse.ts";
import { openMicrophone } from "./open-microphone.ts";

const FRAME_SAMPLES = 960;
const FRAME_MS = 20;

let scope: Scope;
beforeEach(() => void (scope = new Scope()));
afterEach(() => scope.close());

/** Frames of a tone as a browser would send them. */
function speaker(owner: Scope) {
  const encoder = openOpus({ sampleRate: 48_000, frameSamples: FRAME_SAMPLES, bitrateKbps: 32, expectedLossPercent: 0, forwardErrorCorrection: false }, owner);
  let sequence = 65_530;
  return () => {
    const pcm = Buffer.alloc(FRAME_SAMPLES * 4);
    for (let i = 0; i < FRAME_SAMPLES; i++) {
      const value = Math.round(12_000 * Math.sin((i * 2 * Math.PI * 500) / 48_000));
      pcm.writeInt16LE(value, i * 4);
      pcm.writeInt16LE(value, i * 4 + 2);
    }
    sequence = (sequence + 1) & 0xffff;
    return writePacket({ payloadType: 111, sequence, timestamp: sequence * FRAME_SAMPLES, ssrc: 7, marker: false }, {}, { transportSequence: 0, frame: undefined }, [encoder.encode(pcm)]);
  };
}

test("what the player says is what a title records by default, and after it is taken back there is silence", { timeout: 40_000 }, async () => {
  const sound = await openPulse(scope);
  const recorder = spawn("parec", ["--raw", "--format=s16le", "--rate=48000", "--channels=1"], {
    env: { PATH: "/usr/bin:/bin", ...sound.environment }, stdio: ["ignore", "pipe", "inherit"],
  });
  scope.own(recorder, () => void recorder.kill());
  let [peak, samples] = [0, 0];
  recorder.stdout.on("data", (bytes: Buffer) => {
    for (let at = 0; at + 1 < bytes.length; at += 2) peak = Math.max(peak, Math.abs(bytes.readInt16LE(at)));
    samples += bytes.length / 2;
  });
  // Silence is heard, so the microphone is there before anybody speaks.
  await vi.waitFor(() => expect(samples).toBeGreaterThan(4_800), { timeout: 10_000 });
  expect(peak).toBe(0);

  const microphone = openMicrophone(sound, scope);
  const say = speaker(scope);
  microphone.hear(say());
  await microphone.open();
  const talking = setInterval(() => microphone.hear(say()), FRAME_MS);
  scope.own(talking, clearInterval);
  const spokeAtMs = performance.now();
  await vi.waitFor(() => expect(peak).toBeGreaterThan(6_000), { timeout: 10_000, interval: 5 });
  console.info(`voice to recorder: ${Math.round(performance.now() - spokeAtMs)} ms`);

  await microphone.close();
  await vi.waitFor(
    async () => {
      [peak, samples] = [0, 0];
      await vi.waitFor(() => expect(samples).toBeGreaterThan(4_800), { timeout: 5_000 });
      expect(peak).toBe(0);
    },
    { timeout: 15_000 },
  );
});

test("what a title plays does not come back as its player's voice", async () => {
  const sound = await openPulse(scope);
  const [player, recorder] = ["pacat", "parec"].map((program) =>
    spawn(program, ["--raw", "--format=s16le", "--rate=48000", "--channels=1"], {
      env: { PATH: "/usr/bin:/bin", ...sound.environment }, stdio: ["pipe", "pipe", "inherit"],
    }),
  );
  scope.own(player, () => void player?.kill());
  scope.own(recorder, () => void recorder?.kill());
  player?.stdin.on("error", () => {
    // The test ends before it has taken all.
  });
  player?.stdin.end(Buffer.alloc(48_000 * 4, 0x31));
  let [peak, samples] = [0, 0];
  recorder?.stdout.on("data", (bytes: Buffer) => {
    for (let at = 0; at + 1 < bytes.length; at += 2) peak = Math.max(peak, Math.abs(bytes.readInt16LE(at)));
    samples += bytes.length / 2;
  });
  await vi.waitFor(() => expect(samples).toBeGreaterThan(24_000), { timeout: 10_000 });
  expect(peak).toBe(0);
});

test("a sound card that is gone refuses with a sentence", async () => {
  const microphone = openMicrophone({ voiceSocketPath: "/nowhere/voice" }, scope);
  await expect(microphone.open()).rejects.toThrow();
});
