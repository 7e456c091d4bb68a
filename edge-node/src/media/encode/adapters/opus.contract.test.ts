import { describe, expect, it } from "vitest";
import { Scope } from "@nearframe/shared/lifetime";
import { openOpusDecoder } from "../../testing/opus-decoder.ts";
import { openOpus } from "./opus.ts";

const FRAME_SAMPLES = 480;
/** The mode that the packet's first byte names (RFC 6716, 3.1): 12 to 15 carry the speech layer, which FEC needs. */
const isHybrid = (packet: Buffer): boolean => packet.readUInt8(0) >> 3 >= 12 && packet.readUInt8(0) >> 3 <= 15;

function tone(frame: number): Buffer {
  const pcm = Buffer.alloc(FRAME_SAMPLES * 4);
  for (let sample = 0; sample < FRAME_SAMPLES; sample++) {
    const value = Math.round(12_000 * Math.sin(((frame * FRAME_SAMPLES + sample) * 2 * Math.PI * 300) / 48_000));
    pcm.writeInt16LE(value, sample * 4);
    pcm.writeInt16LE(value, sample * 4 + 2);
  }
  return pcm;
}

describe.each([false, true])("Opus with forward error correction %s", (forwardErrorCorrection) => {
  it("gives a packet of the set rate for each frame, which sounds like it", async () => {
    await using scope = new Scope();
    const encoder = openOpus(
      { sampleRate: 48_000, frameSamples: FRAME_SAMPLES, bitrateKbps: 128, expectedLossPercent: 10, forwardErrorCorrection },
      scope,
    );
    const decoder = openOpusDecoder(scope);
    let peak = 0;
    let hybrid = 0;
    for (let frame = 0; frame < 50; frame++) {
      const packet = encoder.encode(tone(frame));
      expect(packet.length).toBe((128_000 / 8) * 0.01);
      if (isHybrid(packet)) hybrid++;
      peak = Math.max(peak, decoder.peak(packet) ?? 0);
    }
    expect(peak).toBeGreaterThan(10_000);
    expect(peak).toBeLessThan(14_000);
    // The flag alone does nothing: FFmpeg takes it in every mode.
    expect(hybrid > 0).toBe(forwardErrorCorrection);
  });
});
