// An encoder that fails in the middle of a stream, as drivers do: who looks at the
// stream sees the same pictures go on, after a keyframe.

import { afterEach, describe, expect, it } from "vitest";
import { Scope } from "@nearframe/shared/lifetime";
import type { Pixels } from "../../capture/ports.ts";
import { openVideoDecoder } from "../../testing/video-decoder.ts";
import type { OpenCoder } from "./coder.ts";
import { type Candidate, openVideoEncoder } from "./video-encoder.ts";
import { openX264 } from "./x264.ts";

const SIZE = { width: 320, height: 240 };

let scope = new Scope();
afterEach(async () => {
  await scope.close();
  scope = new Scope();
});

/** x264 that throws at the given frames of its life, as a card that fell off its bus. */
function failingAt(...frames: readonly number[]): OpenCoder & { opened: number } {
  const open = Object.assign(
    ((options, own) => {
      open.opened++;
      const coder = openX264(options, own);
      let frame = 0;
      return {
        setRate: (rate) => coder.setRate(rate),
        encode(...picture) {
          if (frames.includes(frame++)) throw new Error("the device is lost");
          return coder.encode(...picture);
        },
      };
    }) satisfies OpenCoder,
    { opened: 0 },
  );
  return open;
}

function openStream(...candidates: [Candidate, ...Candidate[]]) {
  const replaced: string[] = [];
  const encoder = openVideoEncoder(
    candidates,
    { size: SIZE, fps: 60, bitrateKbps: 2000, onNotice() {}, onReplaced: (name, why) => void replaced.push(`${name}: ${why}`) },
    scope,
  );
  const decoder = openVideoDecoder("H264", scope);
  let frame = 0;
  return {
    encoder,
    replaced,
    /** Codes one frame of a moving stripe, or the last again, and checks what a player sees. */
    play({ repeat = false } = {}): boolean {
      if (!repeat) encoder.load(stripe(++frame * 4));
      const { data, keyframe } = encoder.encode(Math.round(performance.now() * 90), { keyframe: false });
      expect(decoder.decode(data)?.lumaAt(frame * 4 + 5, 120), `frame ${frame}`).toBeGreaterThan(180);
      return keyframe;
    },
  };
}

describe("a video encoder whose coder fails", () => {
  it("goes on with the next one, in the same frame, with a keyframe", () => {
    const { encoder, replaced, play } = openStream(
      { name: "nvenc-h264", codec: "H264", open: failingAt(5) },
      { name: "x264", codec: "H264", open: openX264 },
    );
    expect(encoder.name).toBe("nvenc-h264");
    const keyframes = Array.from({ length: 10 }, () => play());
    expect(keyframes.flatMap((keyframe, index) => (keyframe ? [index] : []))).toEqual([0, 5]);
    expect(encoder.name).toBe("x264");
    expect(replaced).toEqual(["x264: nvenc-h264 failed: the device is lost"]);
  });

  it("codes again the picture that it holds, when it fails at a repeat", () => {
    const { play } = openStream(
      { name: "nvenc-h264", codec: "H264", open: failingAt(1) },
      { name: "x264", codec: "H264", open: openX264 },
    );
    play();
    expect(play({ repeat: true })).toBe(true);
  });

  it("opens the same one again where there is no other, and gives up when that fails too", () => {
    const once = failingAt(3);
    const { play } = openStream({ name: "x264", codec: "H264", open: once });
    for (let count = 0; count < 4; count++) play();
    expect(once.opened).toBe(2);
    expect(() => {
      for (let count = 0; count < 4; count++) play();
    }).toThrow("the device is lost");
  });

  it("passes over what does not open at all", () => {
    const { encoder, replaced, play } = openStream(
      {
        name: "vaapi-h264",
        codec: "H264",
        open() {
          throw new Error("no such device");
        },
      },
      { name: "x264", codec: "H264", open: openX264 },
    );
    expect(encoder.name).toBe("x264");
    expect(replaced).toEqual(["x264: vaapi-h264 failed: no such device"]);
    expect(play()).toBe(true);
  });

  it("keeps the size and the rate that were set", () => {
    const { encoder, play } = openStream(
      { name: "nvenc-h264", codec: "H264", open: failingAt(2) },
      { name: "x264", codec: "H264", open: openX264 },
    );
    play();
    encoder.setSize({ width: 160, height: 120 });
    encoder.load(stripe(160));
    for (let frame = 0; frame < 4; frame++) {
      const { data, keyframe } = encoder.encode(Math.round(performance.now() * 90), { keyframe: false });
      if (!keyframe) continue;
      expect(openVideoDecoder("H264", scope).decode(data)).toMatchObject({ width: 160, height: 120 });
    }
    expect(encoder.name).toBe("x264");
  });

  it("declares the level that its highest bitrate takes, whatever it begins with", () => {
    const encoder = openVideoEncoder(
      [{ name: "x264", codec: "H264", open: openX264 }],
      { size: SIZE, fps: 60, bitrateKbps: 2_000, bitrateKbpsMax: 30_000, onNotice() {} },
      scope,
    );
    encoder.load(stripe(0));
    const { data } = encoder.encode(0, { keyframe: false });
    const SEQUENCE_PARAMETERS = Buffer.from([0, 0, 1, 0x67]);
    const LEVEL_AT = SEQUENCE_PARAMETERS.length + 2;
    expect(data.readUInt8(data.indexOf(SEQUENCE_PARAMETERS) + LEVEL_AT)).toBe(41);
  });

  it("refuses to open where none opens, with the last one's reason", () => {
    const open = () => {
      throw new Error("no such device");
    };
    expect(() => openStream({ name: "vaapi-h264", codec: "H264", open })).toThrow("no such device");
  });
});

/** Black, with a white stripe of 20 pixels at `x`. */
function stripe(x: number): Pixels {
  const data = Buffer.alloc(SIZE.width * SIZE.height * 4);
  for (let row = 0; row < SIZE.height; row++) data.fill(255, (row * SIZE.width + x) * 4, (row * SIZE.width + x + 20) * 4);
  return { data, strideBytes: SIZE.width * 4 };
}
