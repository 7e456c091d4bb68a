// A real server on a free port, with titles and store in memory, and far ends that
// are written by hand.

import { randomUUID } from "node:crypto";
import { mkdtemp, rm } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { systemClock } from "@nearframe/shared/clock";
import { Scope } from "@nearframe/shared/lifetime";
import type { SessionReport } from "@nearframe/shared/node/messages";
import type { ProbePoint } from "@nearframe/shared/probe/rtt-vector";
import { PROTOCOL_VERSION } from "@nearframe/shared/protocol/limits";
import { onTestFinished } from "vitest";
import { joinLocalCluster } from "../cluster/adapters/local/local-cluster.ts";
import { createLocalHub } from "../cluster/adapters/local/local-hub.ts";
import type { Cluster } from "../cluster/ports.ts";
import type { CheckingOptions } from "../checking/checking.ts";
import { createLog } from "../log.ts";
import { createServer } from "../server.ts";
import { createMemoryStorage } from "../storage/adapters/memory/memory-storage.ts";
import { createMemoryStore } from "../store/adapters/memory/memory-store.ts";
import type { ObjectStorage } from "../storage/ports.ts";
import type { Store } from "../store/ports.ts";
import { device, manifest, offer } from "./fixtures.ts";
import { inventory, report, TEST_NODE } from "./node-identity.ts";
import { openSocketClient, type SocketClient } from "./socket-client.ts";

export const NODE_TOKEN = "a-token-for-the-tests";
export const ADMIN_TOKEN = "a-token-for-the-tests-admin";
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
  storage = createMemoryStorage() as ObjectStorage,
  port: wanted = 0,
  scope = new Scope(),
  clock = systemClock,
  /** Left out: this server is alone. */
  cluster = undefined as Cluster | undefined,
  nodeTokenRequired = true,
  probePoints = [] as ProbePoint[],
  checking = {} as CheckingOptions,
} = {}) {
  onTestFinished(() => scope.close());
  const clientFolder = await mkdtemp(path.join(os.tmpdir(), "nearframe-server-"));
  onTestFinished(() => rm(clientFolder, { recursive: true, force: true }));
  const lines: string[] = [];
  const log = createLog("debug", { write: (line) => void lines.push(line) });
  const { port } = await createServer(
    {
      clock,
      log,
      store,
      storage,
      cluster: cluster ?? joinLocalCluster({ serverId: randomUUID(), hub: createLocalHub({ clock: systemClock, log }, scope), log }, scope),
      newId: randomUUID,
      locate: () => undefined,
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
      proxyCount: 0,
      iceServers: [],
      nodeToken: { token: NODE_TOKEN, required: nodeTokenRequired },
      saveSecret: "a-secret-of-the-tests-for-their-saves",
      adminToken: ADMIN_TOKEN,
      publishedFolder: path.join(clientFolder, "published"),
      probePoints,
      place: undefined,
      placementRules: {},
      checking,
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
    const { client, nonce } = await openNodeSocket();
    client.socket.on("message", (data: Buffer) => noteEpoch(JSON.parse(data.toString())));
    client.send(TEST_NODE.register(nonce, { sessions: sessions.map(running), inventory: inventory({ slots }) }));
    await client.next("node.welcome");
    let number = 0;
    const heartbeat = (sessionIds: string[] = []) => client.send(TEST_NODE.heartbeat(nonce, ++number, sessionIds.map(running)));
    return Object.assign(client, { heartbeat, nonce });
  }

  /** With the challenge that the server made for it. */
  async function openNodeSocket(headers: Record<string, string> = { authorization: `Bearer ${NODE_TOKEN}` }) {
    const client = await open("/node", headers);
    const { nonce } = await client.next("node.challenge");
    return { client, nonce };
  }

  /** A player who sees a picture. */
  async function playing() {
    const edge = await node();
    const { client, welcome } = await player();
    const sessionId = await request(client);
    await edge.next("session.start");
    edge.send({ type: "session.offer", sessionId, epoch: epochOf(sessionId), offer });
    await client.next("session.offer");
    client.send({ type: "session.connected", sessionId });
    client.send({ type: "session.first-frame", sessionId, elapsedMs: 800 });
    return { edge, client, sessionId, welcome };
  }

  return { port, store, scope, lines, open, openNodeSocket, player, node, playing };
}

/** Under which lease a node was last told of a session. */
const epochs = new Map<string, number>();

export function epochOf(sessionId: string): number {
  return epochs.get(sessionId) ?? 1;
}

function noteEpoch({ sessionId, epoch }: { sessionId?: string; epoch?: number }): void {
  if (sessionId !== undefined && epoch !== undefined) epochs.set(sessionId, epoch);
}

function running(sessionId: string): SessionReport {
  return { ...report(sessionId), epoch: epochOf(sessionId) };
}

export async function request(client: SocketClient): Promise<string> {
  client.send({ type: "session.request", requestId: "r1", titleId: "freedoom", device });
  const created = await client.next("session.created");
  return String(created["sessionId"]);
}
