// What the rate controller hears and what it says.
//
//   pipeline --frame-sent--------+
//   pipeline --encoder-reported--+
//   player   --frames-received---+--> control(state, event, nowMs) --> decision --> encoder, capture
//   player   --player-reported---+
//   mediasoup --bandwidth-estimated, loss-reported
//   a timer  --ticked------------+   (every 50 ms while a session streams)
//
// All times but `receivedAtMs` are the node's monotonic clock.

import type { StreamLimit } from "@nearframe/shared/qoe/stream-limit";

export type RateEvent =
  /** A frame's last packet left for the media server. */
  | { type: "frame-sent"; frame: SentFrame }
  /**
   * The player has these frames, each told once or several times. Best within one
   * frame of showing it: requestVideoFrameCallback gives both numbers.
   */
  | { type: "frames-received"; frames: readonly ReceivedFrame[] }
  /** mediasoup's estimate for the transport: trace event "bwe", or availableOutgoingBitrate. */
  | { type: "bandwidth-estimated"; availableKbps: number }
  /** From an RTCP receiver report on the video: share lost before any was sent again, and round trip. */
  | { type: "loss-reported"; lossFraction: number; roundTripMs: number }
  /** About once a second. */
  | { type: "encoder-reported"; report: EncoderReport }
  /** About once a second, from the player's own statistics. */
  | { type: "player-reported"; report: PlayerReport }
  | { type: "ticked" };

export type SentFrame = {
  /** Names the frame at both ends. */
  rtpTimestamp: number;
  bytes: number;
  keyframe: boolean;
};

export type ReceivedFrame = {
  rtpTimestamp: number;
  /** When its last packet came, on the player's clock, whatever that counts from. */
  receivedAtMs: number;
};

export type EncoderReport = {
  /** 95th percentile of a frame's time in the encoder. */
  encodeMs: number;
  /** Frames waiting for it. */
  backlogFrames: number;
  /** What waits between encoder and media server. */
  pacerQueueMs: number;
};

export type PlayerReport = {
  framesReceived: number;
  /** Decoded too late to be shown, or never decoded. */
  framesDropped: number;
  /** Mean time in the decoder. */
  decodeMs: number;
};

/** A coded picture smaller than the title's by `ratio`, with its aspect kept and both sides even. */
export type CodedSize = { ratio: number; width: number; height: number };

export type RateDecision = {
  bitrateKbps: number;
  /** Frames are taken no faster. */
  fps: number;
  size: CodedSize;
  /**
   * Take no new frame now: what is under way has to arrive first. Sending into a
   * full queue shows nothing sooner and everything later.
   */
  hold: boolean;
  /** The next frame shall be a keyframe: the picture stands, and a repair was lost. Said once. */
  keyframe: boolean;
  /** What keeps it from being more. */
  limit: StreamLimit;
};

export type RateOptions = {
  /** The title's own picture and rate. */
  size: { width: number; height: number };
  fps: number;
  /** What the title's picture is worth at most. */
  maxKbps: number;
  minKbps: number;
  /** What to begin with. See `startKbps` in `tuning.ts`. */
  startKbps: number;
  /** What the player wants no more of. */
  preferred?: { maxHeight: number; maxFps: number };
};
