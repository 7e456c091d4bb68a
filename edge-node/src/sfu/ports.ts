// The media server as a session sees it: a room with one video and one sound
// source, and a seat for each player who watches and plays.

import type { MediaPort } from "@nearframe/shared/checking/node-calls";
import type { GuestRole } from "@nearframe/shared/friends/roles";
import type { Scope } from "@nearframe/shared/lifetime";
import type { WireFrameMark } from "@nearframe/shared/media/frame-mark";
import type { VideoCodec } from "@nearframe/shared/media/video-codecs";
import type { PathPong } from "@nearframe/shared/media/path-ping";
import type { Device } from "@nearframe/shared/protocol/client-to-server";
import type { Offer, SignalCall } from "@nearframe/shared/protocol/media";
import type { NodeToPlayer } from "@nearframe/shared/protocol/session-control";
import type { PipelineTraits, RtpTarget } from "../media/ports.ts";

export interface Sfu {
  createRoom(options: RoomOptions, scope: Scope): Promise<Room>;
  /** An end of the media port that answers ICE bindings and nothing else, until `scope` closes. */
  openMediaPort(scope: Scope): Promise<MediaPort>;
  /** Settles when the media server's process is gone, with why. */
  readonly closed: Promise<string>;
}

export type RoomOptions = {
  /** What the pipeline will send. */
  codec: VideoCodec;
  traits: PipelineTraits;
};

export interface Room {
  /** Where a pipeline sends to. Ask anew for each: one that takes over is told from where to speak. */
  readonly video: RtpTarget;
  readonly audio: RtpTarget;
  /** The pipeline is gone and another takes over: seats go on with its first keyframe, as if nothing had been between. */
  interrupt(): Promise<void>;
  openSeat(options: SeatOptions, events: SeatEvents, scope: Scope): Promise<Seat>;
  /** For somebody else than the player. Rejects with `CodecMissingError` where the browser can't receive what is sent. */
  openGuestSeat(options: GuestSeatOptions, events: GuestSeatEvents, scope: Scope): Promise<GuestSeat>;
  /**
   * A guest has come, or lost something, and waits for a keyframe. Told as often as the media server asks,
   * and never passed on to the pipeline: that is for whoever listens to decide.
   */
  onGuestKeyframeWanted(listener: () => void): void;
}

/** What a room throws where a browser can't decode what its pipeline sends. */
export class CodecMissingError extends Error {
  readonly code = "CODEC_MISSING";
}

export type GuestSeatOptions = { device: Device; role: GuestRole };
/** `onInput` never from a guest without a pad. */
export type GuestSeatEvents = Pick<SeatEvents, "onInput" | "onControl" | "onConnected" | "onDisconnected">;
export type GuestSeat = Pick<Seat, "offer" | "signal" | "sendControl">;

export type SeatOptions = {
  device: Device;
  /** The path is to be measured before it is used: there is a channel "probe". */
  probed: boolean;
  /** The most that will be sent. */
  bitrateKbpsMax: number;
};

export type SeatEvents = {
  /** Bytes of `input.state` and `input.edges`, unread. */
  onInput(bytes: Uint8Array): void;
  /** Bytes of `receipts`, unread. */
  onReceipts(bytes: Uint8Array): void;
  /** What the media server believes that the player's link carries, as it changes. */
  onBandwidth(availableKbps: number): void;
  /** Text of `control`, unread. */
  onControl(text: string): void;
  /** An RTP packet of the player's microphone, Opus. */
  onVoice(packet: Buffer): void;
  /** An RTP packet of the player's camera, VP8, and how to ask for a keyframe. */
  onCamera(packet: Buffer, requestKeyframe: () => void): void;
  /** Bytes of `probe`, unread. Never from a seat that is not probed. */
  onProbe(bytes: Uint8Array): void;
  /** ICE and DTLS are up. Again after each loss. */
  onConnected(): void;
  /** The media path is gone; it may come back. */
  onDisconnected(why: string): void;
};

export type LinkReport = {
  /** Share of the video's packets that did not come at first, 0..1. */
  lossShare: number;
  roundTripMs: number;
  /** Of all that was sent to the player. */
  bytesSent: number;
  packetsRetransmitted: number;
};

export interface Seat {
  readonly offer: Offer;
  /** Rejects with a message for the player when the call can't be done. */
  signal(call: SignalCall): Promise<object>;
  /** What the player's receiver reports said last of the video; undefined before the first. */
  readLink(): Promise<LinkReport | undefined>;
  /** Newest wins: dropped where the channel is not open or full. */
  sendFrameMark(mark: WireFrameMark): void;
  /** Beside the frame marks, and dropped as they are. */
  sendPong(pong: PathPong): void;
  sendControl(message: NodeToPlayer): void;
  /** Newest wins. Nothing leaves a seat that is not probed. */
  sendProbe(bytes: Uint8Array): void;
}
