// The device that a checker says it is: what a common phone's browser sends, field by field
// and in its order, so that neither server nor node can tell a check from a player by it.

import { randomInt } from "node:crypto";
import { PayloadType } from "@nearframe/shared/media/profile";
import { ROUTER_RTP_CAPABILITIES } from "@nearframe/shared/media/router-capabilities";
import { VIDEO_CODEC_PARAMETERS } from "@nearframe/shared/media/router-codecs";
import type { VideoCodec } from "@nearframe/shared/media/video-codecs";
import type { Device } from "@nearframe/shared/protocol/client-to-server";

const HEADER_EXTENSIONS = new Set([
  "urn:ietf:params:rtp-hdrext:sdes:mid",
  "http://www.webrtc.org/experiments/rtp-hdrext/abs-send-time",
  "http://www.ietf.org/id/draft-holmer-rmcat-transport-wide-cc-extensions-01",
  "http://www.webrtc.org/experiments/rtp-hdrext/playout-delay",
]);

/**
 * As mediasoup-client tells of Chromium 156 that was shown to our page as a Pixel 7. H.264 in hardware, as phones have it, and VP8
 * beside it; no AV1: not every phone's chip knows it. `codec`: the only one it can receive, which no phone is; that play is there to see it.
 */
export function commonPhone(codec?: VideoCodec): Device {
  return {
    screen: { width: 412, height: 915, pixelRatio: 2.625 },
    touch: true,
    rtpCapabilities: {
      codecs: [
        {
          kind: "audio", mimeType: "audio/opus", preferredPayloadType: PayloadType.audio, clockRate: 48_000, channels: 2,
          parameters: { minptime: 10, useinbandfec: 1 },
          rtcpFeedback: [{ type: "transport-cc", parameter: "" }, { type: "nack", parameter: "" }],
        },
        ...(codec === undefined ? [...video("H264"), ...video("VP8")] : video(codec)),
      ],
      headerExtensions: ROUTER_RTP_CAPABILITIES.headerExtensions.filter(({ kind, uri }) => kind === "video" && HEADER_EXTENSIONS.has(uri)),
    },
    decoders: codec !== undefined ? [{ codec, smooth: true, powerEfficient: true }] : [
      { codec: "H264", smooth: true, powerEfficient: true },
      { codec: "VP8", smooth: true, powerEfficient: false },
    ],
  };
}

/** As pages make them. */
export const makeId = (): string => Array.from({ length: 4 }, () => randomInt(2 ** 32)).join("-");

function video(codec: VideoCodec) {
  const payloadType = PayloadType[codec];
  const repairs = ROUTER_RTP_CAPABILITIES.codecs.find(({ parameters }) => "apt" in parameters && parameters.apt === payloadType);
  const parameters = Object.fromEntries(Object.entries(VIDEO_CODEC_PARAMETERS[codec]).toSorted(([a], [b]) => (a < b ? -1 : 1)));
  return [
    {
      kind: "video", mimeType: `video/${codec}`, preferredPayloadType: payloadType, clockRate: 90_000, parameters,
      rtcpFeedback: [
        { type: "goog-remb", parameter: "" }, { type: "transport-cc", parameter: "" }, { type: "ccm", parameter: "fir" },
        { type: "nack", parameter: "" }, { type: "nack", parameter: "pli" },
      ],
    },
    {
      kind: "video", mimeType: "video/rtx", preferredPayloadType: repairs?.preferredPayloadType, clockRate: 90_000,
      parameters: { apt: payloadType }, rtcpFeedback: [],
    },
  ];
}
