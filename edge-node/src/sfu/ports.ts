// The media server as a session sees it: a room with one video and one sound
// source, and a seat for each player who watches and plays.

import type { Scope } from "@nearframe/shared/lifetime";
import type { WireFrameMark } from "@nearframe/shared/media/frame-mark";
import type { Device } from "@nearframe/shared/protocol/client-to-server";
import type { Offer, SignalCall } from "@nearframe/shared/protocol/media";
import type { NodeToPlayer } from "@nearframe/shared/protocol/session-control";
import type { PipelineTraits, RtpTarget } from "../media/ports.ts";

export interface Sfu {
  createRoom(traits: PipelineTraits, scope: Scope): Promise<Room>;
  /** Settles when the media server's process is gone, with why. */
  readonly closed: Promise<string>;
}

export interface Room {
  readonly video: RtpTarget;
  readonly audio: RtpTarget;
  openSeat(device: Device, events: SeatEvents, scope: Scope): Promise<Seat>;
}

export type SeatEvents = {
  /** Bytes of `input.state` and `input.edges`, unread. */
  onInput(bytes: Uint8Array): void;
  /** Text of `control`, unread. */
  onControl(text: string): void;
  /** ICE and DTLS are up. Again after each loss. */
  onConnected(): void;
  /** The media path is gone; it may come back. */
  onDisconnected(why: string): void;
};

export interface Seat {
  readonly offer: Offer;
  /** Rejects with a message for the player when the call can't be done. */
  signal(call: SignalCall): Promise<object>;
  /** Newest wins: dropped where the channel is not open or full. */
  sendFrameMark(mark: WireFrameMark): void;
  sendControl(message: NodeToPlayer): void;
}
