// ADB's file transfer, first version of each request and the second of stat
// (packages/modules/adb/SYNC.TXT), on a folder of this machine.

import { appendFile, chmod, lstat, mkdir, open, readdir, rm, writeFile } from "node:fs/promises";
import type { Stats } from "node:fs";
import { dirname } from "node:path";
import type { ServiceSocket } from "./adb-daemon.ts";

const PART_BYTES = 64 * 1024;
const ENOENT = 2;

/** `at`: where a path of the device lies here. */
export function serveSync(socket: ServiceSocket, at: (path: string) => string): void {
  let bytes = Buffer.alloc(0);
  let sending: { file: string; mode: number } | undefined;

  socket.onData(async (chunk) => {
    bytes = Buffer.concat([bytes, chunk]);
    for (let request = take(); request; request = take()) await answer(request.id, request.payload, request.value);
  });

  function take(): { id: string; value: number; payload: Buffer } | undefined {
    if (bytes.length < 8) return undefined;
    const id = bytes.toString("latin1", 0, 4);
    const value = bytes.readUInt32LE(4);
    const payloadBytes = id === "DONE" || id === "QUIT" ? 0 : value;
    if (bytes.length < 8 + payloadBytes) return undefined;
    const payload = bytes.subarray(8, 8 + payloadBytes);
    bytes = bytes.subarray(8 + payloadBytes);
    return { id, value, payload };
  }

  async function answer(id: string, payload: Buffer, value: number): Promise<void> {
    const path = payload.toString("utf8");
    switch (id) {
      case "STAT":
        return socket.write(words("STAT", ...statWords(await look(path))));
      case "STA2":
      case "LST2":
        return socket.write(statV2(id, await look(path)));
      case "LIST":
        return list(path);
      case "RECV":
        return receive(path);
      case "SEND": {
        const comma = path.lastIndexOf(",");
        sending = { file: at(path.slice(0, comma)), mode: Number(path.slice(comma + 1)) & 0o777 };
        await mkdir(dirname(sending.file), { recursive: true });
        await rm(sending.file, { force: true });
        return writeFile(sending.file, "");
      }
      case "DATA":
        return sending ? appendFile(sending.file, payload) : fail("DATA before SEND");
      case "DONE":
        if (!sending) return fail("DONE before SEND");
        await chmod(sending.file, sending.mode || 0o644);
        sending = undefined;
        return socket.write(words("OKAY", 0));
      case "QUIT":
        return socket.close();
      default:
        void value;
        return fail(`unknown request ${id}`);
    }
  }

  const look = (path: string): Promise<Stats | undefined> => lstat(at(path)).catch(() => undefined);

  async function list(path: string): Promise<void> {
    for (const name of await readdir(at(path)).catch((): string[] => [])) {
      const text = Buffer.from(name);
      await socket.write(Buffer.concat([words("DENT", ...statWords(await look(`${path}/${name}`)), text.length), text]));
    }
    await socket.write(words("DONE", 0, 0, 0, 0));
  }

  async function receive(path: string): Promise<void> {
    const file = await open(at(path)).catch(() => undefined);
    if (!file) return fail(`open failed: No such file or directory`);
    try {
      for (;;) {
        const { bytesRead, buffer } = await file.read(Buffer.alloc(PART_BYTES), 0, PART_BYTES);
        if (bytesRead === 0) break;
        await socket.write(Buffer.concat([words("DATA", bytesRead), buffer.subarray(0, bytesRead)]));
      }
    } finally {
      await file.close();
    }
    await socket.write(words("DONE", 0));
  }

  async function fail(why: string): Promise<void> {
    const text = Buffer.from(why);
    await socket.write(Buffer.concat([words("FAIL", text.length), text]));
  }
}

function words(id: string, ...values: number[]): Buffer {
  const buffer = Buffer.alloc(4 + values.length * 4);
  buffer.write(id, 0, "latin1");
  values.forEach((value, index) => buffer.writeUInt32LE(value >>> 0, 4 + index * 4));
  return buffer;
}

const statWords = (stats: Stats | undefined): [number, number, number] => (stats ? [stats.mode, stats.size, Math.floor(stats.mtimeMs / 1000)] : [0, 0, 0]);

function statV2(id: string, stats: Stats | undefined): Buffer {
  const buffer = Buffer.alloc(72);
  buffer.write(id, 0, "latin1");
  if (!stats) {
    buffer.writeUInt32LE(ENOENT, 4);
    return buffer;
  }
  buffer.writeBigUInt64LE(BigInt(stats.dev), 8);
  buffer.writeBigUInt64LE(BigInt(stats.ino), 16);
  [stats.mode, stats.nlink, stats.uid, stats.gid].forEach((value, index) => buffer.writeUInt32LE(value, 24 + index * 4));
  buffer.writeBigUInt64LE(BigInt(stats.size), 40);
  [stats.atimeMs, stats.mtimeMs, stats.ctimeMs].forEach((ms, index) => buffer.writeBigUInt64LE(BigInt(Math.floor(ms / 1000)), 48 + index * 8));
  return buffer;
}
