// How media is described to WebRTC: codecs, payload types, header extensions and
// the names of the data channels. Both the node's SFU and its encoder read this,
// so what is declared is what is stamped.

export const VIDEO_CLOCK_RATE = 90_000;
export const AUDIO_CLOCK_RATE = 48_000;

/** H.264 profile-level-id: constrained baseline; the level follows the size at the encoder. */
export const H264_PROFILE_LEVEL_ID = "42e01f";

export const PayloadType = { H264: 102, VP8: 103, AV1: 104, audio: 111 } as const;

/** One-byte header extension ids on the way from the encoder to the SFU. */
export const EXTENSIONS = {
  absCaptureTime: { id: 1, uri: "http://www.webrtc.org/experiments/rtp-hdrext/abs-capture-time" },
  transportWideCc: {
    id: 2,
    uri: "http://www.ietf.org/id/draft-holmer-rmcat-transport-wide-cc-extensions-01",
  },
  /**
   * Minimum and maximum 0: the one switch that opens Chrome's low-latency path. It
   * closes again if the player's audio and video share a stream, so they never do.
   */
  playoutDelay: { id: 3, uri: "http://www.webrtc.org/experiments/rtp-hdrext/playout-delay" },
} as const;

export const Channel = {
  /** Player to node, newest wins. */
  inputState: "input.state",
  /** Player to node, reliable. */
  inputEdges: "input.edges",
  /** Player to node, newest wins: `media/frame-receipts.ts`. */
  receipts: "receipts",
  /** Both ways, reliable, JSON: `protocol/session-control.ts`. */
  control: "control",
  /** Node to player, newest wins: `media/frame-mark.ts`. */
  frames: "frames",
  /** Both ways, newest wins, only while a candidate is measured: `probe/messages.ts`. */
  probe: "probe",
} as const;
export type Channel = (typeof Channel)[keyof typeof Channel];
