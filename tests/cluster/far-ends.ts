// Players and nodes without media, true to the protocol over real sockets: fifty of
// them fit on one machine beside the servers, NATS and PostgreSQL that they try. What
// "media" is here: a player sees pictures as long as the node of its lease runs its
// session, which no server has a part in.

import { nonceOf, PlayerSocket } from "./player-socket.ts";
import { createTestIdentity, inventory } from "@nearframe/server/testing/node-identity";
import { device, offer, playerSample } from "@nearframe/server/testing/fixtures";
import { PROTOCOL_VERSION } from "@nearframe/shared/protocol/limits";

const REDIAL_MS = 500;
const HEARTBEAT_MS = 5_000;
const STALL_MS = 1_000;

export type Door = { url(): string };

/** Which node runs a session, under which epoch: the media path, as it were. */
export class Media {
  readonly #running = new Map<string, { node: LightNode; epoch: number }>();

  start(sessionId: string, node: LightNode, epoch: number): void {
    this.#running.set(sessionId, { node, epoch });
  }

  flows(sessionId: string): boolean {
    return this.#running.get(sessionId)?.node.alive === true;
  }

  nodeOf(sessionId: string): LightNode | undefined {
    return this.#running.get(sessionId)?.node;
  }
}

/** Registers, signs its heartbeats, and does with a session what it is told to; there is only no title. */
export class LightNode {
  readonly identity = createTestIdentity();
  readonly running = new Map<string, number>();
  alive = true;
  readonly #doors: readonly Door[];
  readonly #media: Media;
  readonly #slots: number;
  #socket: PlayerSocket | undefined;
  #dials = 0;
  #nonce: unknown;
  #number = 0;
  #beating: NodeJS.Timeout | undefined;

  constructor(doors: readonly Door[], first: number, media: Media, slots: number) {
    this.#doors = doors;
    this.#dials = first;
    this.#media = media;
    this.#slots = slots;
    this.#dial();
  }

  /** As by the kernel. */
  kill(): void {
    this.alive = false;
    clearInterval(this.#beating);
    this.#socket?.terminate();
  }

  #dial(): void {
    if (!this.alive) return;
    const door = this.#doors[this.#dials++ % this.#doors.length]!;
    const socket = new PlayerSocket(`${door.url()}/node`, { authorization: `Bearer ${process.env["TRY_TOKEN"] ?? ""}` });
    this.#socket = socket;
    socket.onMessage = (message) => this.#hear(socket, message);
    socket.onClosed = () => {
      clearInterval(this.#beating);
      setTimeout(() => this.#dial(), REDIAL_MS * (0.5 + Math.random()));
    };
  }

  #reports() {
    return [...this.running].map(([sessionId, epoch]) => ({ sessionId, epoch, use: "rendering" as const }));
  }

  #hear(socket: PlayerSocket, message: Record<string, unknown>): void {
    const { type } = message;
    if (type === "node.challenge") {
      this.#nonce = nonceOf(message);
      this.#number = 0;
      socket.send(this.identity.register(this.#nonce, { sessions: this.#reports(), inventory: inventory({ slots: this.#slots, runtimes: ["test-card", "native", "web"] }) }));
      clearInterval(this.#beating);
      this.#beating = setInterval(() => socket.send(this.identity.heartbeat(this.#nonce, ++this.#number, this.#reports())), HEARTBEAT_MS);
      return;
    }
    const sessionId = String(message["sessionId"]);
    const epoch = Number(message["epoch"]);
    if (type === "session.prepare") socket.send({ type: "session.offer", sessionId, epoch, offer });
    if (type === "session.start" || type === "session.rejoin") {
      this.running.set(sessionId, epoch);
      this.#media.start(sessionId, this, epoch);
      socket.send({ type: "session.offer", sessionId, epoch, offer });
    }
    if (type === "session.stop" && this.running.get(sessionId) !== undefined && (this.running.get(sessionId) ?? 0) <= epoch) {
      this.running.delete(sessionId);
      socket.send({ type: "session.ended", sessionId, epoch, reason: message["reason"] });
    }
  }
}

export type Felt = {
  /** Without a control socket. */
  controlMs: number[];
  /** Without pictures. */
  mediaMs: number[];
  moved: number;
  ended: number;
};

/** Plays one session for as long as it is let, over whichever server answers. */
export class LightPlayer {
  sessionId: string | undefined;
  /** With pictures. */
  playedMs = 0;
  felt: Felt = { controlMs: [], mediaMs: [], moved: 0, ended: 0 };
  readonly #doors: readonly Door[];
  readonly #media: Media;
  readonly #tabId = `tab-${Math.random().toString(36).slice(2)}`;
  #dials: number;
  #token: string | undefined;
  #socket: PlayerSocket | undefined;
  #lostControlAtMs: number | undefined;
  #lostMediaAtMs: number | undefined;
  #seen = false;
  #over = false;
  #looking: NodeJS.Timeout;

  constructor(doors: readonly Door[], first: number, media: Media) {
    this.#doors = doors;
    this.#dials = first;
    this.#media = media;
    this.#dial();
    let lookedAtMs = performance.now();
    let toldAtMs = 0;
    this.#looking = setInterval(() => {
      const nowMs = performance.now();
      this.#look(nowMs, nowMs - lookedAtMs);
      if (this.sessionId !== undefined && this.#seen && nowMs - toldAtMs >= 1_000 && this.#lostMediaAtMs === undefined) {
        toldAtMs = nowMs;
        this.#socket?.send({ type: "session.telemetry", sessionId: this.sessionId, sample: playerSample() });
      }
      lookedAtMs = nowMs;
    }, 20);
  }

  leave(): void {
    this.#over = true;
    clearInterval(this.#looking);
    if (this.sessionId !== undefined) this.#socket?.send({ type: "session.leave", sessionId: this.sessionId });
  }

  close(): void {
    this.#over = true;
    clearInterval(this.#looking);
    this.#socket?.terminate();
  }

  get playing(): boolean {
    return this.#seen && this.#lostMediaAtMs === undefined && this.#lostControlAtMs === undefined;
  }

  #look(nowMs: number, passedMs: number): void {
    const { sessionId } = this;
    if (sessionId === undefined || !this.#seen) return;
    if (this.#media.flows(sessionId)) {
      if (this.#lostMediaAtMs === undefined) this.playedMs += passedMs;
      return;
    }
    if (this.#lostMediaAtMs === undefined) {
      this.#lostMediaAtMs = nowMs;
      setTimeout(() => {
        if (this.#lostMediaAtMs !== undefined && this.sessionId !== undefined) this.#socket?.send({ type: "session.stalled", sessionId: this.sessionId });
      }, STALL_MS);
    }
  }

  #dial(): void {
    if (this.#over) return;
    const door = this.#doors[this.#dials++ % this.#doors.length]!;
    const socket = new PlayerSocket(`${door.url()}/control`, {});
    this.#socket = socket;
    socket.onOpen = () =>
      socket.send({ type: "hello", protocol: PROTOCOL_VERSION, tabId: this.#tabId, ...(this.#token !== undefined && { token: this.#token }) });
    socket.onMessage = (message) => this.#hear(socket, message);
    socket.onClosed = () => {
      this.#lostControlAtMs ??= performance.now();
      setTimeout(() => this.#dial(), REDIAL_MS * (0.5 + Math.random()));
    };
  }

  #hear(socket: PlayerSocket, message: Record<string, unknown>): void {
    const nowMs = performance.now();
    switch (message["type"]) {
      case "welcome":
        this.#token = String(message["token"]);
        if (this.#lostControlAtMs !== undefined) this.felt.controlMs.push(nowMs - this.#lostControlAtMs);
        this.#lostControlAtMs = undefined;
        if (this.sessionId === undefined) socket.send({ type: "session.request", requestId: "r1", titleId: "test-card", device });
        else socket.send({ type: "session.connected", sessionId: this.sessionId });
        return;
      case "session.created":
        this.sessionId = String(message["sessionId"]);
        return;
      case "session.moving":
        this.felt.moved++;
        return;
      case "session.offer":
        if (message["probe"] !== undefined || this.sessionId === undefined) return;
        socket.send({ type: "session.connected", sessionId: this.sessionId });
        socket.send({ type: "session.first-frame", sessionId: this.sessionId, elapsedMs: 100 });
        if (this.#lostMediaAtMs !== undefined) this.felt.mediaMs.push(nowMs - this.#lostMediaAtMs);
        this.#lostMediaAtMs = undefined;
        this.#seen = true;
        return;
      case "session.ended":
        if (message["sessionId"] === this.sessionId && !this.#over) this.felt.ended++;
        return;
    }
  }
}
