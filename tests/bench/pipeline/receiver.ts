// A program of its own: receives datagrams and keeps when the kernel took each one
// (SO_TIMESTAMPNS), so that how soon this program runs does not matter.
//
//   node receiver.ts <file>
//
// Prints the port it listens on; ends, with everything written to the file, when a
// datagram says "stop". Records: f64 wall time in ms | u32 length | bytes.

import { closeSync, openSync, writeSync } from "node:fs";
import koffi from "koffi";
import { RECORD_HEAD_BYTES, STOP } from "./capture-file.ts";

const [file = ""] = process.argv.slice(2);
const [AF_INET, SOCK_DGRAM, SOL_SOCKET, SO_TIMESTAMPNS, SO_RCVBUFFORCE] = [2, 2, 1, 35, 33];
const RECEIVE_BUFFER_BYTES = 32 << 20;
const LOOPBACK = [127, 0, 0, 1];

const libc = koffi.load("libc.so.6");
const socket = libc.func("int socket(int, int, int)");
const setsockopt = libc.func("int setsockopt(int, int, int, void *, uint32_t)");
const bind = libc.func("int bind(int, void *, uint32_t)");
const getsockname = libc.func("int getsockname(int, void *, void *)");
const Part = koffi.struct("bench_iovec", { base: "void *", bytes: "size_t" });
const Message = koffi.struct("bench_msghdr", {
  name: "void *", nameBytes: "uint32_t",
  parts: koffi.pointer(Part), partCount: "size_t",
  control: "void *", controlBytes: "size_t", flags: "int",
});
const recvmsg = libc.func("recvmsg", "long", ["int", koffi.pointer(Message), "int"]);

const fd = check(socket(AF_INET, SOCK_DGRAM, 0), "socket");
check(setsockopt(fd, SOL_SOCKET, SO_TIMESTAMPNS, int32(1), 4), "SO_TIMESTAMPNS");
check(setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, int32(RECEIVE_BUFFER_BYTES), 4), "SO_RCVBUFFORCE");
const address = Buffer.alloc(16);
address.writeUInt16LE(AF_INET, 0);
address.set(LOOPBACK, 4);
check(bind(fd, address, address.length), "bind");
check(getsockname(fd, address, int32(address.length)), "getsockname");
console.log(address.readUInt16BE(2));

const datagram = Buffer.alloc(65_536);
// One control message: length, level, type, then seconds and nanoseconds.
const control = Buffer.alloc(64);
const output = openSync(file, "w");
for (;;) {
  const message = {
    name: null, nameBytes: 0,
    parts: { base: datagram, bytes: datagram.length }, partCount: 1,
    control, controlBytes: control.length, flags: 0,
  };
  const length = check(recvmsg(fd, message, 0), "recvmsg");
  if (length === STOP.length && datagram.subarray(0, length).equals(STOP)) break;
  const wallMs = Number(control.readBigInt64LE(16)) * 1000 + Number(control.readBigInt64LE(24)) / 1e6;
  const head = Buffer.alloc(RECORD_HEAD_BYTES);
  head.writeDoubleLE(wallMs, 0);
  head.writeUInt32LE(length, 8);
  writeSync(output, head);
  writeSync(output, datagram, 0, length);
}
closeSync(output);

function int32(value: number): Buffer {
  const buffer = Buffer.alloc(4);
  buffer.writeInt32LE(value);
  return buffer;
}

function check(result: unknown, doing: string): number {
  if (typeof result !== "number" || result < 0) throw new Error(`${doing} failed with errno ${koffi.errno()}`);
  return result;
}
