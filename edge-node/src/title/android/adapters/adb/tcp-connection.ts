// A TCP connection to a device's adbd, in the form that @yume-chan/adb takes.

import { connect, type Socket } from "node:net";
import { once } from "node:events";
import type { AdbDaemonConnection, AdbPacketData } from "@yume-chan/adb";
import { Consumable, PushReadableStream } from "@yume-chan/stream-extra";
import type { Scope } from "@nearframe/shared/lifetime";
import { AdbPacketReader, writeAdbPacket } from "./packets.ts";

export async function openTcpConnection(host: string, port: number, scope: Scope): Promise<AdbDaemonConnection> {
  const socket = connect({ host, port, noDelay: true });
  scope.own(socket, (socket) => void socket.destroy());
  const refused = once(socket, "error").then(([error]) => {
    throw error as Error;
  });
  await Promise.race([once(socket, "connect"), refused]);
  refused.catch(() => {
    // Later errors end the stream below.
  });
  return { readable: readPackets(socket), writable: writePackets(socket) };
}

function readPackets(socket: Socket) {
  const reader = new AdbPacketReader();
  return new PushReadableStream<AdbPacketData>((controller) => {
    socket.on("data", (chunk: Buffer) => {
      void (async () => {
        socket.pause();
        for (const packet of reader.push(chunk)) await controller.enqueue(packet);
        socket.resume();
      })().catch((error: Error) => socket.destroy(error));
    });
    socket.on("error", (error) => tryTo(() => controller.error(error)));
    socket.on("close", () => tryTo(() => controller.close()));
  });
}

function writePackets(socket: Socket) {
  return new Consumable.WritableStream<Parameters<typeof writeAdbPacket>[0]>({
    // What can't be written is lost with the connection, whose end the reading side tells; the
    // library does not wait for all that it writes, so a refusal would be nobody's.
    write: (packet) => new Promise<void>((resolve) => void socket.write(writeAdbPacket(packet), () => resolve())),
    close: () => void socket.end(),
  });
}

/** A stream that has ended already has nothing to be told. */
function tryTo(tell: () => void): void {
  try {
    tell();
  } catch (error) {
    if (!(error instanceof TypeError)) throw error;
  }
}
