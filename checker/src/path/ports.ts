// One media path to a node, as the player's end of it: packets and marks in, messages out.

import type { Offer, SignalCall } from "@nearframe/shared/protocol/media";
import type { VideoCodec } from "@nearframe/shared/media/video-codecs";
import type { Scope } from "@nearframe/shared/lifetime";

export type RtpIn = {
  kind: "audio" | "video";
  /** Of a picture. */
  codec: VideoCodec | undefined;
  sequence: number;
  timestamp: number;
  marker: boolean;
  payload: Buffer;
};

export type PathEvents = {
  /** Every packet as it came off the wire, before repairs: what loss and rate are counted by. */
  onWirePacket(packet: { kind: "audio" | "video" | "other"; sequence: number; bytes: number }): void;
  /** With repairs put back; in the order of arrival. */
  onRtp(packet: RtpIn): void;
  onFrameMark(bytes: Uint8Array): void;
  onControl(text: string): void;
  onProbe(bytes: Uint8Array): void;
  onLost(why: string): void;
};

export type SentLabel = Extract<SignalCall, { call: "data.produce" }>["label"];

export interface Path {
  /** Opens these ways out, beside those that are open. Rejects when the node refuses. */
  openChannels(labels: readonly SentLabel[]): Promise<void>;
  /** False where it can't leave now. */
  send(label: SentLabel, data: Uint8Array | string): boolean;
  /** There and back by an ICE binding on the path itself: answered by whatever holds the node's media port. Undefined where no answer came. */
  bindingMs(): Promise<number | undefined>;
  /** Asks for a picture that needs none before it. */
  requestKeyframe(): void;
}

export type CallNode = (signal: SignalCall) => Promise<unknown>;

/** Resolves once media can come; rejects when the node refuses or no path comes up. */
export type OpenPath = (offer: Offer, call: CallNode, events: PathEvents, scope: Scope) => Promise<Path>;
