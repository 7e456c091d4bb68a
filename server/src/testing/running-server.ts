// A real server on a free port, with titles and store in memory, and far ends that
// are written by hand.

import { randomUUID } from "node:crypto";
import { mkdtemp, rm } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { systemClock } from "@nearframe/shared/clock";
import { Scope } from "@nearframe/shared/lifetime";
import { PROTOCOL_VERSION } from "@nearframe/shared/protocol/limits";
import { onTestFinished } from "vitest";
import { createLog } from "../log.ts";
import { createServer } from "../server.ts";
import { createMemoryStore } from "../store/adapters/memory/memory-store.ts";
import type { Store } from "../store/ports.ts";
import { device, manifest, offer } from "./fixtures.ts";
import { openSocketClient, type SocketClient } from "./socket-client.ts";

export const NODE_TOKEN = "a-token-for-the-tests";
export const ALLOWED_ORIGIN = "https://play.example.org";

const FILES = new Map([
  ["/titles/freedoom/title.json", JSON.stringify(manifest())],
  ["/titles/freedoom/cover.svg", ""],
  ["/titles/freedoom/hero.svg", ""],
]);

export type RunningServer = Awaited<ReturnType<typeof startServer>>;

/** Rejects as `createServer` does. Closed with the test, if not before. */
export async function startServer({
  store = createMemoryStore() as Store,
  port: wanted = 0,
  scope = new Scope(),
  clock = systemClock,
} = {}) {
  onTestFinished(() => scope.close());
  const clientFolder = await mkdtemp(path.join(os.tmpdir(), "nearframe-server-"));
  onTestFinished(() => rm(clientFolder, { recursive: true, force: true }));
  const lines: string[] = [];
  const { port } = await createServer(
    {
      clock,
      log: createLog("debug", { write: (line) => void lines.push(line) }),
      store,
      newId: randomUUID,
      reader: {
        listFolders: async () => ["freedoom"],
        readText: async (file) => FILES.get(file),
        exists: async (file) => FILES.has(file),
      },
      readArt: async (folder, file) => ({ folder, path: file, contentType: "image/svg+xml", version: "1" }),
      watchFolders: () => {},
    },
    {
      port: wanted,
      host: "127.0.0.1",
      titleFolders: ["/titles"],
      clientFolder,
      origins: [ALLOWED_ORIGIN],
      nodeToken: NODE_TOKEN,
    },
    scope,
  );
  const open = (address: string, headers: Record<string, string> = {}) =>
    openSocketClient(`ws://127.0.0.1:${port}${address}`, { headers });

  async function player(token?: string) {
    const client = await open("/control");
    client.send({ type: "hello", protocol: PROTOCOL_VERSION, ...(token !== undefined && { token }) });
    const welcome = await client.next("welcome");
    return { client, welcome };
  }

  async function node({ sessions = [] as string[], slots = 2 } = {}) {
    const client = await openNodeSocket();
    client.send(registration({ sessions, slots }));
    await client.next("node.welcome");
    return client;
  }

  const openNodeSocket = () => open("/node", { authorization: `Bearer ${NODE_TOKEN}` });

  /** A player who sees a picture. */
  async function playing() {
    const edge = await node();
    const { client, welcome } = await player();
    const sessionId = await request(client);
    await edge.next("session.start");
    edge.send({ type: "session.offer", sessionId, epoch: 1, offer });
    await client.next("session.offer");
    client.send({ type: "session.connected", sessionId });
    client.send({ type: "session.first-frame", sessionId, elapsedMs: 800 });
    return { edge, client, sessionId, welcome };
  }

  return { port, store, scope, lines, open, openNodeSocket, player, node, playing };
}

export function registration(change: object = {}): object {
  return {
    type: "node.register",
    protocol: PROTOCOL_VERSION,
    nodeId: "n1",
    name: "Test node",
    runtimes: ["native"],
    slots: 2,
    notices: ["no uinput here"],
    sessions: [],
    ...change,
  };
}

export async function request(client: SocketClient): Promise<string> {
  client.send({ type: "session.request", requestId: "r1", titleId: "freedoom", device });
  const created = await client.next("session.created");
  return String(created["sessionId"]);
}
