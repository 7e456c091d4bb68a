// The node's end: a socket that the session's sandbox shows to its title, and to no other.

import { createServer, type Socket } from "node:net";
import { chmod } from "node:fs/promises";
import { once } from "node:events";
import { parseMessage } from "@nearframe/shared/protocol/parse";
import type { Scope } from "@nearframe/shared/lifetime";
import { readLines } from "./lines.ts";
import { FromTitle, type ToTitle } from "./messages.ts";

export interface Bridge {
  /** Newest wins: false where nobody listens, or who listens is too slow. */
  send(message: ToTitle): boolean;
  /** Who hears from now on; what was said before is told again, the newest of each type. */
  listen(listener: (message: FromTitle) => void): void;
}

/** What may wait for a slow reader, as while its title is paused. */
const BACKLOG_BYTES_MAX = 512 * 1024;
/** A runtime says a few things a second; whoever says more is the title, and is not heard for the rest of that second. */
const MESSAGES_PER_SECOND_MAX = 100;

export async function openBridge(path: string, scope: Scope): Promise<Bridge> {
  let peer: Socket | undefined;
  let listener: ((message: FromTitle) => void) | undefined;
  const newest = new Map<FromTitle["type"], FromTitle>();

  const server = createServer((socket) => {
    peer?.destroy();
    peer = socket;
    socket.on("error", () => socket.destroy());
    socket.on("close", () => {
      if (peer === socket) peer = undefined;
    });
    let second = 0;
    let heard = 0;
    readLines(socket, (line) => {
      const now = Math.floor(performance.now() / 1000);
      heard = now === second ? heard + 1 : 1;
      second = now;
      if (heard > MESSAGES_PER_SECOND_MAX) return;
      const parsed = parseMessage(FromTitle, line);
      if (!parsed.ok) return;
      newest.set(parsed.value.type, parsed.value);
      listener?.(parsed.value);
    });
  });
  scope.own(server, (server) => {
    peer?.destroy();
    server.close();
  });
  server.listen(path);
  await once(server, "listening");
  // The title has a user of its own; the folder around it keeps everybody else out.
  await chmod(path, 0o666);
  return {
    send(message) {
      if (!peer || peer.writableLength > BACKLOG_BYTES_MAX) return false;
      // What it answers is whether more had better wait, and not whether this goes.
      peer.write(`${JSON.stringify(message)}\n`);
      return true;
    },
    listen(next) {
      listener = next;
      for (const message of newest.values()) next(message);
    },
  };
}
