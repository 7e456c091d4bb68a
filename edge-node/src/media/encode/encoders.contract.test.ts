// Every known encoder, on this machine: what opens is held to the contract, and what
// doesn't has to say why.

import { describe, expect, it } from "vitest";
import { Scope } from "@nearframe/shared/lifetime";
import { openEncoders } from "./encoders.ts";
import { KNOWN_ENCODERS, VIDEO_ENCODER_NAMES, type VideoEncoderName } from "./known-encoders.ts";
import { itIsAVideoEncoder } from "./video-encoder.contract.ts";

const OPTIONS = { size: { width: 1280, height: 720 }, fps: 60, bitrateKbps: 6000, onNotice() {} };

for (const name of VIDEO_ENCODER_NAMES) {
  const why = await whyNot(name);
  describe.skipIf(why !== undefined)(`${name}${why === undefined ? "" : `: ${why}`}`, () => {
    itIsAVideoEncoder((options, scope) => openEncoders([name], options, scope), KNOWN_ENCODERS[name]);
  });
  it.runIf(why !== undefined)(`says in one line why there is no ${name}`, () => expect(why).toMatch(/^[^\n]{10,200}$/));
}

it("opens no two codecs for one stream", () => {
  expect(() => openEncoders(["x264", "vpx-vp8"], OPTIONS, new Scope())).toThrow(/H264 and VP8/);
});

async function whyNot(name: VideoEncoderName): Promise<string | undefined> {
  const scope = new Scope();
  try {
    openEncoders([name], OPTIONS, scope);
    return undefined;
  } catch (error) {
    return (error as Error).message;
  } finally {
    await scope.close();
  }
}
