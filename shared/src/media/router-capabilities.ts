// What the node's router says it can do, as far as players need it.
//
// A player must name its capabilities before any node has sent an offer, and
// mediasoup matches header extensions by id as well as by name. These ids and
// payload types are those that mediasoup's router derives from `ROUTER_CODECS`;
// the SFU's contract test holds this list against a real router.

import { EXTENSIONS, PayloadType, VIDEO_CLOCK_RATE } from "./profile.ts";
import { ROUTER_CODECS } from "./router-codecs.ts";
import { VIDEO_CODECS, type VideoCodec } from "./video-codecs.ts";

const FEEDBACK = {
  audio: [{ type: "nack" }, { type: "transport-cc" }],
  video: [
    { type: "nack" },
    { type: "nack", parameter: "pli" },
    { type: "ccm", parameter: "fir" },
    { type: "goog-remb" },
    { type: "transport-cc" },
  ],
} as const;

/** mediasoup gives the retransmissions of each codec the next free dynamic payload type. */
const RTX_PAYLOAD_TYPES = { H264: 100, VP8: 101, AV1: 105 } as const satisfies Record<VideoCodec, number>;

export const ROUTER_RTP_CAPABILITIES = {
  codecs: [
    ...ROUTER_CODECS.map((codec) => ({ ...codec, rtcpFeedback: [...FEEDBACK[codec.kind]] })),
    ...VIDEO_CODECS.map((codec) => ({
      kind: "video" as const,
      mimeType: "video/rtx",
      clockRate: VIDEO_CLOCK_RATE,
      preferredPayloadType: RTX_PAYLOAD_TYPES[codec],
      parameters: { apt: PayloadType[codec] },
      rtcpFeedback: [],
    })),
  ],
  headerExtensions: [
    extension("audio", "urn:ietf:params:rtp-hdrext:sdes:mid", 1),
    extension("video", "urn:ietf:params:rtp-hdrext:sdes:mid", 1),
    extension("audio", "http://www.webrtc.org/experiments/rtp-hdrext/abs-send-time", 4),
    extension("video", "http://www.webrtc.org/experiments/rtp-hdrext/abs-send-time", 4),
    extension("video", EXTENSIONS.transportWideCc.uri, 5),
    extension("audio", EXTENSIONS.absCaptureTime.uri, 10),
    extension("video", EXTENSIONS.absCaptureTime.uri, 10),
    extension("video", EXTENSIONS.playoutDelay.uri, 11),
  ],
};

function extension(kind: "audio" | "video", uri: string, preferredId: number) {
  return { kind, uri, preferredId, preferredEncrypt: false, direction: "sendrecv" as const };
}
