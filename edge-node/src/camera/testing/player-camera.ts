// A player's camera, as its packets come from the media server. For tests.

import type { Scope } from "@nearframe/shared/lifetime";
import { openEncoders } from "../../media/encode/encoders.ts";
import { packetiseVp8 } from "../../media/rtp/vp8.ts";
import { writePacket } from "../../media/rtp/packet.ts";

const SIZE = { width: 320, height: 240 };
const FPS = 15;
const TICKS = 90_000 / FPS;
const PAYLOAD_BYTES_MAX = 300;

export interface PlayerCamera {
  readonly size: typeof SIZE;
  /** The packets of its next picture, which is all of this brightness, 0 to 255. */
  shoot(brightness: number): Buffer[];
  /** Its next picture is a keyframe. */
  requestKeyframe(): void;
}

export function openPlayerCamera(scope: Scope): PlayerCamera {
  const encoder = openEncoders(["vpx-vp8"], { size: SIZE, fps: FPS, bitrateKbps: 500, onNotice() {} }, scope);
  let [picture, sequence, keyframe] = [0, 65_500, false];
  return {
    size: SIZE,
    shoot(brightness) {
      encoder.load({ data: Buffer.alloc(SIZE.width * SIZE.height * 4, brightness), strideBytes: SIZE.width * 4 });
      picture += 1;
      const { data } = encoder.encode(picture * TICKS, { keyframe });
      keyframe = false;
      const payloads = packetiseVp8(Buffer.from(data), PAYLOAD_BYTES_MAX);
      return payloads.map((payload, index) =>
        writePacket(
          { payloadType: 96, sequence: (sequence += 1), timestamp: picture * TICKS, ssrc: 11, marker: index === payloads.length - 1 },
          {}, { transportSequence: 0, frame: undefined }, payload,
        ),
      );
    },
    requestKeyframe: () => void (keyframe = true),
  };
}
