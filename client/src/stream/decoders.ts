// How well this browser decodes each of our codecs. The node chooses by it: in
// hardware first, as a phone's battery pays for the rest.

import { VIDEO_CODEC_PARAMETERS } from "@nearframe/shared/media/router-codecs";
import { VIDEO_CODECS, type Decoder, type VideoCodec } from "@nearframe/shared/media/video-codecs";

/** What most titles are streamed as. */
const ASKED_FOR = { width: 1280, height: 720, framerate: 60, bitrate: 8_000_000 } as const;

/** What `navigator.mediaCapabilities` has that is needed here. */
export type DecodingInfo = {
  decodingInfo(configuration: MediaDecodingConfiguration): Promise<Omit<Decoder, "codec"> & { supported: boolean }>;
};

/** Only those that it can decode at all; undefined where it can't be asked about WebRTC. */
export async function measureDecoders(capabilities: DecodingInfo | undefined): Promise<Decoder[] | undefined> {
  if (!capabilities) return undefined;
  try {
    const decoders = await Promise.all(VIDEO_CODECS.map((codec) => measureDecoder(capabilities, codec)));
    return decoders.filter((decoder) => decoder !== undefined);
  } catch {
    // Older browsers refuse the type "webrtc" itself.
    return undefined;
  }
}

async function measureDecoder(capabilities: DecodingInfo, codec: VideoCodec): Promise<Decoder | undefined> {
  const { supported, smooth, powerEfficient } = await capabilities.decodingInfo({
    type: "webrtc",
    video: { contentType: contentTypeOf(codec), ...ASKED_FOR },
  });
  return supported ? { codec, smooth, powerEfficient } : undefined;
}

/** As in an SDP: "video/H264;packetization-mode=1". */
function contentTypeOf(codec: VideoCodec): string {
  const parameters = Object.entries(VIDEO_CODEC_PARAMETERS[codec]).map(([name, value]) => `${name}=${value}`);
  return [`video/${codec}`, ...parameters].join(";");
}
