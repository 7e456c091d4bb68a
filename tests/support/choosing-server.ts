// A server that only chooses: what `server` says to players and nodes about a session that has
// several candidates, and nothing else. It holds the two ends of probing to their contract, and
// keeps what both reported, so that a test can look at it.

import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { readFile } from "node:fs/promises";
import { createPublicKey, randomBytes, randomUUID, verify } from "node:crypto";
import type { AddressInfo } from "node:net";
import path from "node:path";
import { WebSocketServer, type WebSocket } from "ws";
import type { Scope } from "@nearframe/shared/lifetime";
import { nodeIdOf } from "@nearframe/shared/node/identity";
import type { ProbeResult } from "@nearframe/shared/probe/probe-result";
import { probeSignedBytes } from "@nearframe/shared/probe/signed-bytes";
import { ClientToServer } from "@nearframe/shared/protocol/client-to-server";
import { PROTOCOL_VERSION } from "@nearframe/shared/protocol/limits";
import { NodeToServer } from "@nearframe/shared/protocol/node-to-server";
import { parseMessage } from "@nearframe/shared/protocol/parse";
import type { ServerToClient } from "@nearframe/shared/protocol/server-to-client";
import type { ServerToNode } from "@nearframe/shared/protocol/server-to-node";
import type { Title } from "@nearframe/shared/title/manifest";
import { ROOT } from "./stack.ts";

const CLIENT = path.join(ROOT, "client/dist");
const STORY_LINES_MAX = 150;
const STORY_TEXT_MAX = 160;
const TYPES: Record<string, string> = { ".html": "text/html", ".js": "text/javascript", ".css": "text/css", ".svg": "image/svg+xml" };

export type Report = { player?: ProbeResult; node?: ProbeResult; verified?: boolean };

/** `tookMs`: from the word to the node until both ends had reported. */
export type Trial = Required<Report> & { tookMs: number };

export type Choice = {
  /** By the nodes' names. */
  reports: ReadonlyMap<string, Report>;
  chosen: string;
  /** From the first candidate's offer leaving for the player to the choice. */
  probingMs: number;
};

export interface ChoosingServer {
  readonly url: string;
  readonly nodeUrl: string;
  /** Resolves when so many nodes have registered. */
  nodes(count: number): Promise<void>;
  /** The next choice that is made. */
  choice(): Promise<Choice>;
  /** From the tap to the player's next first frame. */
  firstFrameMs(): Promise<number>;
  /** Has the player that came last measure the way to this node beside the one it plays on, as before a move. */
  trial(node: string): Promise<Trial>;
  /** The last that was said, by whom and when: what to look at where a tap led to nothing. */
  story(): string;
}

export type ChoosingOptions = {
  title: Title;
  /** How long reports are waited for; then the best that is known is taken. */
  choiceMs: number;
  /** Changes an offer on its way to the player, as one behind a relay is; `node` is the name that it has. */
  passOffer(node: string, text: string): Promise<string> | string;
};

type NodePeer = { name: string; publicKey: string; say(message: ServerToNode): void };
type Candidate = { node: NodePeer; epoch: number; nonce: string; receipt?: string; signature?: string; verified?: boolean };

export async function startChoosingServer(options: ChoosingOptions, scope: Scope): Promise<ChoosingServer> {
  const nodes: NodePeer[] = [];
  const choices = createQueue<Choice>();
  const firstFramesMs = createQueue<number>();
  const registered: (() => void)[] = [];
  let session: PlayerSession | undefined;
  const lines: string[] = [];
  const tell = (who: string, text: string) => {
    lines.push(`${(performance.now() / 1000).toFixed(3)} ${who} ${text.slice(0, STORY_TEXT_MAX)}`);
    if (lines.length > STORY_LINES_MAX) lines.shift();
  };

  const http = createServer((request, response) => void serve(request, response));
  const sockets = new WebSocketServer({ noServer: true });
  http.on("upgrade", (request, socket, head) => {
    sockets.handleUpgrade(request, socket, head, (peer) => (request.url === "/node" ? acceptNode(peer) : acceptPlayer(peer)));
  });
  scope.own(http, () => {
    for (const peer of sockets.clients) peer.terminate();
    http.closeAllConnections();
    return new Promise<void>((resolve) => http.close(() => resolve()));
  });
  await new Promise<void>((resolve) => http.listen(0, "127.0.0.1", resolve));
  const { port } = http.address() as AddressInfo;

  function acceptNode(socket: WebSocket): void {
    const say = (message: ServerToNode) => {
      const text = JSON.stringify(message);
      tell(`to ${peer?.name}:`, text);
      socket.send(text);
    };
    let peer: NodePeer | undefined;
    say({ type: "node.challenge", nonce: randomBytes(16).toString("base64url") });
    socket.on("message", (data: Buffer) => {
      const message = parseMessage(NodeToServer, data.toString());
      tell(`${peer?.name} says`, data.toString());
      if (!message.ok) throw new Error(`a node said what no node says: ${message.message}`);
      const { value } = message;
      if (value.type === "node.register") {
        peer = { name: value.inventory.name, publicKey: value.publicKey, say };
        nodes.push(peer);
        say({ type: "node.welcome", protocol: PROTOCOL_VERSION, nodeId: nodeIdOf(Buffer.from(value.publicKey, "base64url")), heartbeatMs: 5_000 });
        for (const tell of registered) tell();
      } else if (peer && "sessionId" in value) {
        void session?.hearNode(value);
      }
    });
  }

  function acceptPlayer(socket: WebSocket): void {
    const sayText = (text: string) => {
      tell("to player:", text);
      socket.send(text);
    };
    const say = (message: ServerToClient) => sayText(JSON.stringify(message));
    let mine: PlayerSession | undefined;
    socket.on("close", () => {
      tell("player", "closed its socket");
      mine?.end();
    });
    socket.on("message", (data: Buffer) => {
      const message = parseMessage(ClientToServer, data.toString());
      tell("player says", data.toString());
      if (!message.ok) throw new Error(`a player said what no player says: ${message.message}`);
      const { value } = message;
      if (value.type === "hello") {
        say({ type: "welcome", protocol: PROTOCOL_VERSION, playerId: "p1", token: "t1", held: [] });
      } else if (value.type === "session.request") {
        mine = session = createPlayerSession({ ...options, nodes: [...nodes], device: value.device }, say, sayText, choices.put);
        mine.begin(value.requestId);
      } else if (value.type === "session.first-frame") {
        firstFramesMs.put(value.elapsedMs);
      } else if ("sessionId" in value) {
        mine?.hearPlayer(value);
      }
    });
  }

  return {
    url: `http://127.0.0.1:${port}`,
    nodeUrl: `ws://127.0.0.1:${port}/node`,
    nodes: (count) =>
      new Promise((resolve) => {
        const check = () => nodes.length >= count && resolve();
        registered.push(check);
        check();
      }),
    choice: choices.take,
    firstFrameMs: firstFramesMs.take,
    trial: (name) => {
      const node = nodes.findLast((each) => each.name === name);
      if (!session || !node) throw new Error(`a trial needs somebody who plays, and a node named ${name}`);
      return session.trial(node);
    },
    story: () => lines.join("\n"),
  };
}

function createQueue<T>() {
  const there: T[] = [];
  const waiting: ((value: T) => void)[] = [];
  return {
    put(value: T) {
      const next = waiting.shift();
      if (next) next(value);
      else there.push(value);
    },
    take: () => new Promise<T>((resolve) => (there.length > 0 ? resolve(there.shift() as T) : waiting.push(resolve))),
  };
}

type PlayerSession = ReturnType<typeof createPlayerSession>;

function createPlayerSession(
  { title, choiceMs, device, nodes, passOffer }: ChoosingOptions & { device: Extract<ClientToServer, { type: "session.request" }>["device"]; nodes: NodePeer[] },
  say: (message: ServerToClient) => void,
  sayText: (text: string) => void,
  onChosen: (choice: Choice) => void,
) {
  const sessionId = randomUUID();
  const candidates = nodes.map((node, i): Candidate => ({ node, epoch: 100 + i, nonce: randomBytes(16).toString("base64url") }));
  let firstOfferAtMs: number | undefined;
  let chosen: Candidate | undefined;
  let tried: { candidate: Candidate; done(): void } | undefined;

  async function trial(node: NodePeer): Promise<Trial> {
    const { promise, resolve } = Promise.withResolvers<void>();
    const candidate: Candidate = { node, epoch: 900, nonce: randomBytes(16).toString("base64url") };
    tried = { candidate, done: resolve };
    candidates.push(candidate);
    reports.set(node.name, {});
    const fromMs = performance.now();
    node.say({ type: "session.prepare", sessionId, epoch: candidate.epoch, playerId: "p1", title, device, nonce: candidate.nonce });
    await promise;
    const tookMs = performance.now() - fromMs;
    node.say({ type: "session.stop", sessionId, epoch: candidate.epoch, reason: "taken-over" });
    candidates.splice(candidates.indexOf(candidate), 1);
    tried = undefined;
    const { player, node: byNode } = reportOf(candidate);
    if (!player || !byNode) throw new Error("a trial ended without both reports");
    return { player, node: byNode, verified: candidate.verified === true && candidate.receipt === candidate.signature, tookMs };
  }

  function begin(requestId: string): void {
    const { id, name, size, fps, input } = title.manifest;
    say({ type: "session.created", requestId, sessionId, title: { id, name, size, fps, input } });
    const [alone] = candidates;
    // With nothing to choose from, nothing is measured.
    if (alone && candidates.length === 1) {
      chosen = alone;
      return alone.node.say({ type: "session.start", sessionId, epoch: alone.epoch, playerId: "p1", title, device });
    }
    for (const { node, epoch, nonce } of candidates) {
      node.say({ type: "session.prepare", sessionId, epoch, playerId: "p1", title, device, nonce });
    }
  }

  async function hearNode(message: Extract<NodeToServer, { sessionId: string }>): Promise<void> {
    // Each session counts its epochs from the same number: a node's last words of the one before it are not for this one.
    if (message.sessionId !== sessionId) return;
    const candidate = candidates.find(({ epoch }) => epoch === message.epoch);
    if (!candidate) return;
    const nodeId = nodeIdOf(Buffer.from(candidate.node.publicKey, "base64url"));
    switch (message.type) {
      case "session.offer": {
        const probe = { nonce: candidate.nonce, nodeId };
        const text = JSON.stringify({ type: "session.offer", sessionId, epoch: message.epoch, offer: message.offer, ...(chosen ? {} : { probe }) } satisfies ServerToClient);
        const passed = await passOffer(candidate.node.name, text);
        if (candidate === tried?.candidate) {
          const { offer } = JSON.parse(passed) as Extract<ServerToClient, { type: "session.offer" }>;
          return say({ type: "session.trial", sessionId, epoch: message.epoch, offer });
        }
        sayText(passed);
        if (firstOfferAtMs !== undefined || chosen) return;
        firstOfferAtMs = performance.now();
        setTimeout(choose, choiceMs);
        return;
      }
      case "session.probed": {
        candidate.signature = message.signature;
        const key = createPublicKey({ key: { kty: "OKP", crv: "Ed25519", x: candidate.node.publicKey }, format: "jwk" });
        candidate.verified = verify(
          null, probeSignedBytes({ sessionId, epoch: message.epoch, nonce: candidate.nonce, nodeId }, message.result), key,
          Buffer.from(message.signature, "base64url"),
        );
        reportOf(candidate).node = message.result;
        return chooseIfAllKnown();
      }
      case "session.progress":
        if (candidate === chosen) say({ type: "session.progress", sessionId, step: message.step });
        return;
      case "session.ended": {
        if (!chosen || candidate === tried?.candidate) return drop(candidate, message.detail);
        if (candidate !== chosen) return;
        const { reason, detail } = message;
        if (reason !== "player-left") console.warn(`the session ended on its node: ${reason} ${detail ?? ""}`);
        return say({ type: "session.ended", sessionId, reason, ...(detail === undefined ? {} : { detail }) });
      }
      case "session.signal.reply":
        return say({ type: "session.signal.reply", sessionId, callId: message.callId, result: message.result });
      default:
        return;
    }
  }

  function hearPlayer(message: Extract<ClientToServer, { sessionId: string }>): void {
    if (message.type === "session.signal") {
      const { epoch, callId, signal } = message;
      candidates.find((each) => each.epoch === epoch)?.node.say({ type: "session.signal", sessionId, epoch, callId, signal });
    } else if (message.type === "session.probed") {
      const candidate = candidates.find(({ epoch }) => epoch === message.epoch);
      if (!candidate) return;
      candidate.receipt = message.receipt;
      reportOf(candidate).player = message.result;
      chooseIfAllKnown();
    } else if (message.type === "session.resume" && chosen) {
      const { id, name, size, fps, input } = title.manifest;
      say({ type: "session.created", requestId: message.requestId, sessionId, title: { id, name, size, fps, input } });
      chosen.node.say({ type: "session.rejoin", sessionId, epoch: chosen.epoch, device });
    } else if (message.type === "session.leave") {
      end();
    }
  }

  function end(): void {
    chosen?.node.say({ type: "session.stop", sessionId, epoch: chosen.epoch, reason: "player-left" });
  }

  /** A node that can't be a candidate, or gave up being one, is not waited for. */
  function drop(candidate: Candidate, why: string | undefined): void {
    console.warn(`${candidate.node.name} is no candidate any more: ${why ?? "it did not say why"}`);
    candidates.splice(candidates.indexOf(candidate), 1);
    if (candidates.length === 0) throw new Error("there is no candidate left");
    chooseIfAllKnown();
  }

  const reports = new Map<string, Report>(candidates.map(({ node }) => [node.name, {}]));
  const reportOf = ({ node }: Candidate) => reports.get(node.name) as Report;

  function chooseIfAllKnown(): void {
    if (tried) {
      const { player, node } = reportOf(tried.candidate);
      return player && node ? tried.done() : undefined;
    }
    if (candidates.every((candidate) => reportOf(candidate).player && reportOf(candidate).node)) choose();
  }

  function choose(): void {
    if (chosen) return;
    const known = candidates.filter((candidate) => reportOf(candidate).player && candidate.receipt === candidate.signature && candidate.verified);
    // The least of a dozen is the path's own; the others also tell how busy this machine is.
    const leastMs = (candidate: Candidate) => reportOf(candidate).player?.rttMs.min ?? Infinity;
    const ordered = known.toSorted((a, b) => leastMs(a) - leastMs(b));
    const best = ordered[0] ?? candidates[0];
    if (!best) throw new Error("there is no candidate to choose");
    chosen = best;
    for (const candidate of candidates) reportOf(candidate).verified = candidate.verified ?? false;
    best.node.say({ type: "session.start", sessionId, epoch: best.epoch, playerId: "p1", title, device });
    say({ type: "session.chosen", sessionId, epoch: best.epoch });
    for (const other of candidates) {
      if (other !== best) other.node.say({ type: "session.stop", sessionId, epoch: other.epoch, reason: "server-stopped" });
    }
    onChosen({ reports: new Map([...reports].map(([name, report]) => [name, { ...report }])), chosen: best.node.name, probingMs: performance.now() - (firstOfferAtMs ?? 0) });
  }

  return { begin, trial, hearNode, hearPlayer, end };
}

async function serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const { pathname } = new URL(request.url ?? "/", "http://localhost");
  if (pathname === "/api/titles") return void response.setHeader("content-type", "application/json").end('{"titles":[]}');
  const file = path.join(CLIENT, path.extname(pathname) === "" ? "index.html" : path.normalize(pathname));
  try {
    const bytes = await readFile(file);
    response.setHeader("content-type", TYPES[path.extname(file)] ?? "application/octet-stream").end(bytes);
  } catch {
    response.writeHead(404).end();
  }
}
