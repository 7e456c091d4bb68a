// The media pipeline: pixels and sound of one session in, RTP out.

import type { Scope } from "@nearframe/shared/lifetime";
import type { VideoCodec } from "@nearframe/shared/media/video-codecs";
import type { TitleSize } from "@nearframe/shared/title/manifest";
import type { VideoEncoderName } from "./encode/known-encoders.ts";

/** Where one RTP stream goes: a mediasoup PlainTransport on this machine. */
export type RtpTarget = {
  ip: string;
  port: number;
  ssrc: number;
  /** Where RTCP goes when the pipeline does not mux it with RTP; the same as `port` otherwise. */
  rtcpPort: number;
  payloadType: number;
  /** One-byte header extension ids, as the producer declared them. */
  extensions: { transportWideCc?: number; absCaptureTime?: number; playoutDelay?: number };
  /**
   * The RTP timestamp of this machine's CLOCK_MONOTONIC 0, so that a pipeline which
   * takes over goes on in time. Random where left out.
   */
  timestampOffset?: number;
  /**
   * The local port from which the stream came until now, where another pipeline takes it
   * over: the media server hears it from nowhere else.
   */
  sourcePort?: number;
};

export type VideoTarget = {
  bitrateKbps: number;
  fps: number;
  /** Coded picture, scaled from the display's; the display's own size where left out. */
  size?: TitleSize;
  /** Take no new frame until told otherwise: what is under way has to arrive first. */
  hold?: boolean;
};

export type PipelineOptions = {
  display: {
    name: string;
    environment: Readonly<Record<string, string>>;
    framebufferPath: string | undefined;
    /** Of the X server, where it lives in an IPC namespace of its own. */
    processId?: number | undefined;
  };
  size: TitleSize;
  /** Highest rate at which frames are taken, within a tenth; fewer changes make fewer frames. */
  fps: number;
  /** To begin with; `setTarget` moves it. */
  bitrateKbps: number;
  /** The most that `setTarget` will ask for; the stream declares what that takes. `bitrateKbps` where left out. */
  bitrateKbpsMax?: number;
  video: RtpTarget;
  sound: { monitorSocketPath: string; target: RtpTarget } | undefined;
  /** In the order of preference, all of one codec; where one fails the next takes over. The pipeline's own choice where left out. */
  encoders?: readonly [VideoEncoderName, ...VideoEncoderName[]];
  /** 24-byte file kept by the input side (`input/mark.ts`): what was applied last, and when. */
  inputMarkPath: string | undefined;
};

/** What is known of one frame as its last packet left. Times: this machine's CLOCK_MONOTONIC, in ms. */
export type FrameMark = {
  rtpTimestamp: number;
  frameIndex: number;
  keyframe: boolean;
  /** False for a repeat of an unchanged screen (floor rate, keyframe on request). */
  changed: boolean;
  /** Last input applied before the pixels were read, 0 if none, and when it was applied. */
  inputSeq: number;
  inputAppliedAtMs: number;
  /** The X server told of the change. */
  damagedAtMs: number;
  capturedAtMs: number;
  encodedAtMs: number;
  sentAtMs: number;
  payloadBytes: number;
};

export type PipelineEvents = {
  /** The title drew something that is not an empty (uniform) screen. Once. */
  onFirstPicture(): void;
  onFrame(mark: FrameMark): void;
  /** An encoder had to be replaced; this one codes from the next frame on. */
  onEncoder?(name: VideoEncoderName): void;
  /** Something the operator should know, such as a missing library; the pipeline works none the less. */
  onNotice?(text: string): void;
};

export interface MediaPipeline {
  /** The next frame is an IDR; on an idle screen the last one is encoded again at once. See `PipelineTraits`. */
  requestKeyframe(): void;
  /** Lays this over the picture for a moment, within two frames; asked too often, it does not. A pipeline whose encoder can't be reached does nothing. */
  showNonce(nonce: number): void;
  /** Takes effect on the next frame. See `PipelineTraits`. */
  setTarget(target: VideoTarget): void;
  /**
   * Settles once: undefined when its scope closed it, an error when it failed by itself.
   * MUST NOT reject.
   */
  readonly closed: Promise<Error | undefined>;
}

/** Resolves when frames can flow. MUST leave no process behind when `scope` closes. */
export type CreatePipeline = (
  options: PipelineOptions,
  events: PipelineEvents,
  scope: Scope,
) => Promise<MediaPipeline>;

/** What a pipeline can do, for the media server that receives from it. */
export type PipelineTraits = {
  /** RTP and RTCP share the target's port; else RTCP goes to the port that the media server gives for it. */
  rtcpMux: boolean;
  /** It stamps the header extensions of `RtpTarget.extensions`. */
  stampsExtensions: boolean;
  /** A keyframe comes when asked for; else only on its own clock. */
  keyframeOnRequest: boolean;
  /** It follows `setTarget`; else bitrate and frame rate stay what they were at the start. */
  followsTarget: boolean;
  /** It tells of each frame by `onFrame`; else never. */
  marksFrames: boolean;
  /** What it can code. */
  codecs: readonly VideoCodec[];
  /**
   * Another can go on where one failed (`RtpTarget.sourcePort`), as soon as that one's
   * `closed` has settled: nothing of it is left then. Else its end is the session's.
   */
  takesOver: boolean;
};
