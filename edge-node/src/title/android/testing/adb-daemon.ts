// A device's adbd over TCP: ADB's transport as packages/modules/adb/protocol.txt has it.
// What the services do it is given; what it is asked in the wrong order it answers as adbd does.

import { randomBytes, type KeyObject } from "node:crypto";
import { createServer, type AddressInfo, type Socket } from "node:net";
import { AdbCommand } from "@yume-chan/adb";
import type { Scope } from "@nearframe/shared/lifetime";
import { AdbPacketReader, writeAdbPacket, type AdbPacketFields } from "../adapters/adb/packets.ts";
import { parseAdbPublicKey, signedBy } from "./auth-keys.ts";

const VERSION = 0x0100_0001;
const PAYLOAD_BYTES_MAX = 256 * 1024;
const AUTH = { token: 1, signature: 2, publicKey: 3 } as const;
const NOTHING = Buffer.alloc(0);

/** One stream that the other side opened. */
export interface ServiceSocket {
  /** Resolves when the other side has taken it. */
  write(bytes: Uint8Array): Promise<void>;
  close(): void;
  /** What the other side writes; called in order. */
  onData(use: (bytes: Buffer) => void | Promise<void>): void;
  onClosed(tell: () => void): void;
  /** Writes that wait. */
  readonly waiting: number;
}

/** False where there is no such service. */
export type OpenService = (service: string, socket: ServiceSocket) => boolean;

export type AdbDaemonOptions = {
  /** Features and properties, as in a device's banner. */
  banner: string;
  /** Undefined: whoever connects is let in. Else whoever's key its owner allows. */
  allows: ((publicKey: string) => boolean) | undefined;
};

export interface AdbDaemon {
  readonly port: number;
  /** Every connection that is there now is cut. */
  cut(): void;
}

export async function openAdbDaemon(options: AdbDaemonOptions, open: OpenService, scope: Scope): Promise<AdbDaemon> {
  const keys: KeyObject[] = [];
  const sockets = new Set<Socket>();
  const server = createServer({ noDelay: true }, (socket) => {
    sockets.add(socket);
    socket.on("close", () => sockets.delete(socket));
    socket.on("error", () => socket.destroy());
    serve(socket, options, keys, open);
  });
  const cut = () => sockets.forEach((socket) => socket.destroy());
  scope.own(server, (server) => {
    cut();
    return new Promise<void>((resolve) => void server.close(() => resolve()));
  });
  await new Promise<void>((resolve, reject) => server.once("error", reject).listen(0, "127.0.0.1", resolve));
  return { port: (server.address() as AddressInfo).port, cut };
}

type Stream = { remoteId: number; acknowledged(): void; data(bytes: Buffer): void; closed(): void };

function serve(socket: Socket, options: AdbDaemonOptions, keys: KeyObject[], open: OpenService): void {
  const reader = new AdbPacketReader();
  const streams = new Map<number, Stream>();
  let nextId = 1;
  let token: Buffer | undefined;
  let authorised = options.allows === undefined;
  let payloadBytesMax = PAYLOAD_BYTES_MAX;
  const send = (packet: Omit<AdbPacketFields, "payload"> & { payload?: Uint8Array }) => void socket.write(writeAdbPacket({ payload: NOTHING, ...packet }));
  const welcome = () => send({ command: AdbCommand.Connect, arg0: VERSION, arg1: PAYLOAD_BYTES_MAX, payload: Buffer.from(options.banner) });
  const challenge = () => send({ command: AdbCommand.Auth, arg0: AUTH.token, arg1: 0, payload: (token = randomBytes(20)) });

  socket.on("data", (chunk: Buffer) => reader.push(chunk).forEach(handle));
  socket.on("close", () => streams.forEach((stream) => stream.closed()));

  function handle(packet: AdbPacketFields): void {
    const payload = Buffer.from(packet.payload);
    switch (packet.command) {
      case AdbCommand.Connect:
        payloadBytesMax = Math.min(PAYLOAD_BYTES_MAX, packet.arg1);
        return authorised ? welcome() : challenge();
      case AdbCommand.Auth:
        return authenticate(packet.arg0, payload);
    }
    if (!authorised) return;
    switch (packet.command) {
      case AdbCommand.Open:
        return openStream(packet.arg0, payload.toString("utf8").replace(/\0$/, ""));
      case AdbCommand.Okay:
        return streams.get(packet.arg1)?.acknowledged();
      case AdbCommand.Write:
        return streams.get(packet.arg1)?.data(payload);
      case AdbCommand.Close:
        return streams.get(packet.arg1)?.closed();
    }
  }

  function authenticate(kind: number, payload: Buffer): void {
    if (kind === AUTH.signature && token && signedBy(keys, token, payload)) authorised = true;
    if (kind === AUTH.publicKey && options.allows) {
      const key = payload.toString("utf8").replace(/\0$/, "");
      if (!options.allows(key)) return;
      keys.push(parseAdbPublicKey(key));
      authorised = true;
    }
    if (authorised) welcome();
    else challenge();
  }

  function openStream(remoteId: number, service: string): void {
    const localId = nextId++;
    const refuse = () => send({ command: AdbCommand.Close, arg0: 0, arg1: remoteId });
    const queue: { bytes: Uint8Array; taken(): void }[] = [];
    // Nothing is written before the other side knows the stream.
    let ready = false;
    let over = false;
    let use: ((bytes: Buffer) => void | Promise<void>) | undefined;
    let before: Promise<void> = Promise.resolve();
    const closers: (() => void)[] = [];
    // One packet at a time: the next only after the other side said that it has this one.
    const pump = () => {
      if (!ready || over) return;
      const next = queue[0];
      if (!next) return;
      ready = false;
      send({ command: AdbCommand.Write, arg0: localId, arg1: remoteId, payload: next.bytes });
    };
    const end = () => {
      if (over) return;
      over = true;
      streams.delete(localId);
      for (const { taken } of queue.splice(0)) taken();
      closers.forEach((tell) => tell());
    };
    const ends: ServiceSocket = {
      async write(bytes) {
        for (let at = 0; at < bytes.length; at += payloadBytesMax) {
          if (over) return;
          const part = bytes.subarray(at, at + payloadBytesMax);
          await new Promise<void>((taken) => {
            queue.push({ bytes: part, taken });
            pump();
          });
        }
      },
      close() {
        if (over) return;
        send({ command: AdbCommand.Close, arg0: localId, arg1: remoteId });
        end();
      },
      onData: (listener) => void (use = listener),
      onClosed: (tell) => void closers.push(tell),
      get waiting() {
        return queue.length;
      },
    };
    streams.set(localId, {
      remoteId,
      acknowledged() {
        queue.shift()?.taken();
        ready = true;
        pump();
      },
      data(bytes) {
        before = before.then(async () => {
          await use?.(bytes);
          if (!over) send({ command: AdbCommand.Okay, arg0: localId, arg1: remoteId });
        });
      },
      closed() {
        if (over) return;
        send({ command: AdbCommand.Close, arg0: localId, arg1: remoteId });
        end();
      },
    });
    if (!open(service, ends)) {
      streams.delete(localId);
      over = true;
      return refuse();
    }
    send({ command: AdbCommand.Okay, arg0: localId, arg1: remoteId });
    ready = true;
    pump();
  }
}
