// The device that a checker says it is: what a common phone's browser sends, word for
// word, so that a node can't tell a check from a player by it.

import { ROUTER_RTP_CAPABILITIES } from "@nearframe/shared/media/router-capabilities";
import type { Device } from "@nearframe/shared/protocol/client-to-server";

const HEADER_EXTENSIONS = new Set([
  "urn:ietf:params:rtp-hdrext:sdes:mid",
  "http://www.webrtc.org/experiments/rtp-hdrext/abs-send-time",
  "http://www.ietf.org/id/draft-holmer-rmcat-transport-wide-cc-extensions-01",
  "http://www.webrtc.org/experiments/rtp-hdrext/playout-delay",
]);

/** As Chromium's mediasoup-client gives them: H.264 in hardware, as phones have it, and VP8 beside it. */
export function commonPhone(): Device {
  return {
    screen: { width: 412, height: 915, pixelRatio: 2.625 },
    touch: true,
    rtpCapabilities: {
      codecs: ROUTER_RTP_CAPABILITIES.codecs.filter(isPhones).map((codec) => ({
        ...codec,
        ...(codec.kind === "audio" ? { parameters: { minptime: 10, useinbandfec: 1 } } : {}),
        rtcpFeedback: codec.rtcpFeedback.map((feedback) => ({ parameter: "", ...feedback })),
      })),
      headerExtensions: ROUTER_RTP_CAPABILITIES.headerExtensions.filter(({ kind, uri }) => kind === "video" && HEADER_EXTENSIONS.has(uri)),
    },
    decoders: [
      { codec: "H264", smooth: true, powerEfficient: true },
      { codec: "VP8", smooth: true, powerEfficient: false },
    ],
  };
}

/** Not every phone's chip knows AV1, and a checker must be sent what it can read. */
function isPhones(codec: (typeof ROUTER_RTP_CAPABILITIES.codecs)[number]): boolean {
  const rtxOf = "apt" in codec.parameters ? codec.parameters.apt : undefined;
  return codec.mimeType !== "video/AV1" && rtxOf !== AV1?.preferredPayloadType;
}

const AV1 = ROUTER_RTP_CAPABILITIES.codecs.find(({ mimeType }) => mimeType === "video/AV1");
