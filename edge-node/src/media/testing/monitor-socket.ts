// A sound server's monitor socket with a tone on it, for tests that need sound but
// no sound server.

import { once } from "node:events";
import { type Socket, createServer } from "node:net";
import { join } from "node:path";
import type { Scope } from "@nearframe/shared/lifetime";
import { createPrivateFolder } from "../../process/private-folder.ts";

const RATE = 48_000;
const CHUNK_MS = 10;
const TONE_HZ = 480;
const AMPLITUDE = 12_000;

export type MonitorSocket = {
  path: string;
  /** As when the sound server dies. */
  hangUp(): void;
};

/** `chunks`: how many of 10 ms are given every 10 ms; 0 for a server that stands. */
export async function openMonitorSocket(scope: Scope, { chunks = 1 } = {}): Promise<MonitorSocket> {
  const path = join(await createPrivateFolder("monitor", scope), "monitor");
  // A whole number of periods, so that the chunk can be repeated.
  const chunk = Buffer.alloc((RATE / 1000) * CHUNK_MS * 4);
  for (let sample = 0; sample < chunk.length / 4; sample++) {
    const value = Math.round(AMPLITUDE * Math.sin((2 * Math.PI * TONE_HZ * sample) / RATE));
    chunk.writeInt16LE(value, sample * 4);
    chunk.writeInt16LE(value, sample * 4 + 2);
  }
  const listeners = new Set<Socket>();
  const hangUp = () => listeners.forEach((listener) => listener.destroy());
  const server = scope.own(createServer(), async (server) => {
    hangUp();
    await new Promise((resolve) => server.close(resolve));
  });
  server.on("connection", (listener) => {
    listeners.add(listener);
    const timer = setInterval(() => {
      for (let count = 0; count < chunks && !listener.writableNeedDrain; count++) listener.write(chunk);
    }, CHUNK_MS);
    listener.on("error", () => {
      // It went away in the middle of a write, as it may.
    });
    listener.on("close", () => {
      clearInterval(timer);
      listeners.delete(listener);
    });
  });
  server.listen(path);
  await once(server, "listening");
  return { path, hangUp };
}
