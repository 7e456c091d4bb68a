// A UDP socket of this process's in another network namespace. A socket belongs for good to the namespace in which it
// was made, so the calling thread goes there for that moment only; nothing else runs on it meanwhile.

import { closeSync, openSync } from "node:fs";
import { createSocket, type Socket } from "node:dgram";
import { once } from "node:events";
import koffi from "koffi";

const CLONE_NEWNET = 0x4000_0000;
const AF_INET = 2;
const SOCK_DGRAM_CLOSE_ON_EXEC = 2 | 0x8_0000;
const OWN_NAMESPACE = "/proc/thread-self/ns/net";

/** `address`: IPv4. The caller closes it. */
export async function bindUdpIn(namespace: string, address: string, port: number): Promise<Socket> {
  const fd = makeSocket(namespace, address, port);
  const socket = createSocket("udp4");
  const listening = once(socket, "listening");
  socket.bind({ fd });
  await listening;
  return socket;
}

function makeSocket(namespace: string, address: string, port: number): number {
  const libc = openLibrary();
  const own = openSync(OWN_NAMESPACE, "r");
  const theirs = openSync(namespace, "r");
  try {
    requireDone(libc.setns(theirs, CLONE_NEWNET), `${namespace} can't be entered`);
    try {
      const fd = libc.socket(AF_INET, SOCK_DGRAM_CLOSE_ON_EXEC, 0);
      requireDone(fd, "no socket can be made");
      const place = Buffer.alloc(16);
      place.writeUInt16LE(AF_INET, 0);
      place.writeUInt16BE(port, 2);
      place.set(address.split(".").map(Number), 4);
      if (libc.bind(fd, place, place.length) < 0) {
        closeSync(fd);
        throw new Error(`${address}:${port} can't be bound in ${namespace}`);
      }
      return fd;
    } finally {
      // A node whose thread stayed there would reach nobody any more.
      requireDone(libc.setns(own, CLONE_NEWNET), "the node's own network can't be entered again");
    }
  } finally {
    closeSync(own);
    closeSync(theirs);
  }
}

function requireDone(result: number, otherwise: string): void {
  if (result < 0) throw new Error(`${otherwise} (error ${koffi.errno()})`);
}

type Library = {
  setns(fd: number, kind: number): number;
  socket(family: number, type: number, protocol: number): number;
  bind(fd: number, address: Buffer, length: number): number;
};

let opened: Library | undefined;

function openLibrary(): Library {
  if (opened) return opened;
  const library = koffi.load("libc.so.6");
  opened = {
    setns: library.func("int setns(int fd, int kind)"),
    socket: library.func("int socket(int family, int type, int protocol)"),
    bind: library.func("int bind(int fd, void *address, uint32_t length)"),
  } as unknown as Library;
  return opened;
}
