// A line of their own between two browsers in one session, by simple-peer: a data channel, and
// whatever stream is given. Never shares anything with the stream's own connection.

import type { IceServer } from "@nearframe/shared/friends/messages";
import type { Scope } from "@nearframe/shared/lifetime";
// The build for browsers: the other one wants Node's streams to be polyfilled.
import SimplePeer from "simple-peer/simplepeer.min.js";
import type { Instance, SignalData } from "simple-peer";
import { thriftySound } from "./thrifty-sound.ts";

export type PeerOptions = {
  /** Of two, the one who makes the offer. */
  initiator: boolean;
  iceServers: readonly IceServer[];
  stream?: MediaStream | undefined;
};

export type PeerEvents = {
  /** To be carried to the other end, in order. */
  onSignal(data: Record<string, unknown>): void;
  onOpen(): void;
  onData(data: Uint8Array | string): void;
  onStream(stream: MediaStream): void;
  /** Once; nothing more is heard. Not when the scope closed. */
  onClosed(why: string): void;
};

export interface PeerLink {
  readonly open: boolean;
  readonly bufferedBytes: number;
  /** What the other end's `onSignal` gave. */
  signal(data: Record<string, unknown>): void;
  /** Newest wins: false where it can't leave now. */
  send(data: Uint8Array<ArrayBuffer> | string): boolean;
}

export type OpenPeer = (scope: Scope, options: PeerOptions, events: PeerEvents) => PeerLink;

export const openPeer: OpenPeer = (scope, { initiator, iceServers, stream }, events) => {
  const peer: Instance & { readonly bufferSize: number } = new SimplePeer({
    initiator,
    config: { iceServers: iceServers.map(({ urls, username = "", credential = "" }) => ({ urls, username, credential })) },
    channelConfig: { ordered: false, maxRetransmits: 0 },
    objectMode: true,
    sdpTransform: thriftySound,
    ...(stream && { stream }),
  });
  let why = "closed by the other end";
  peer.on("signal", (data) => events.onSignal({ ...data }));
  peer.on("connect", () => events.onOpen());
  peer.on("data", (data: unknown) => {
    if (typeof data === "string" || data instanceof Uint8Array) events.onData(data);
  });
  peer.on("stream", (remote) => events.onStream(remote));
  peer.on("error", (error) => (why = error.message));
  peer.on("close", () => scope.closed || events.onClosed(why));
  scope.own(peer, () => void peer.destroy());
  return {
    get open() {
      return peer.connected;
    },
    get bufferedBytes() {
      return peer.connected ? peer.bufferSize : 0;
    },
    signal(data) {
      if (!peer.destroyed) peer.signal(data as unknown as SignalData);
    },
    send(data) {
      if (!peer.connected) return false;
      try {
        peer.send(data);
        return true;
      } catch {
        // The channel closed between the look and the word; `close` follows.
        return false;
      }
    },
  };
};
