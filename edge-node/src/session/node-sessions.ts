// The sessions of this node: what the server's words do to them, and what is told of them.
//
// A session belongs to the newest epoch that was heard for it. Older words are refused, and
// whatever a session says goes out under the epoch that it had last.

import type { Scope } from "@nearframe/shared/lifetime";
import type { SessionReport } from "@nearframe/shared/node/messages";
import type { NodeToServer } from "@nearframe/shared/protocol/node-to-server";
import type { ServerToNode } from "@nearframe/shared/protocol/server-to-node";
import { EndReason } from "@nearframe/shared/session/end-reasons";
import { AgentError } from "../agent/agent-door.ts";
import { createEpochFence } from "./epoch-fence.ts";
import type { RunningSession, SessionEvents, SessionStart } from "./session.ts";

export type SessionOrder = Extract<ServerToNode, { sessionId: string }>;
type OrderOf<T extends SessionOrder["type"]> = Extract<SessionOrder, { type: T }>;

export type NodeSessionsOptions = {
  nodeId: string;
  /** How many it may carry now. */
  slots(): number;
  bitrateKbps: number;
};

export type NodeSessionsPorts = {
  createSession(start: SessionStart, events: SessionEvents, scope: Scope): RunningSession;
  send(message: NodeToServer): void;
  log: { info(detail: object, message: string): void; warn(detail: object, message: string): void };
};

export interface NodeSessions {
  handle(order: SessionOrder): void;
  /** What runs here now. */
  reports(): SessionReport[];
  /** Ends all of them with this reason; resolves when the last is closed and was told of. */
  stop(reason: EndReason): Promise<void>;
}

type Entry = {
  readonly session: RunningSession;
  readonly ended: Promise<void>;
  epoch: number;
  use: SessionReport["use"];
};

export function createNodeSessions(options: NodeSessionsOptions, ports: NodeSessionsPorts, scope: Scope): NodeSessions {
  const entries = new Map<string, Entry>();
  const fence = createEpochFence();
  const { send, log } = ports;

  function handle(order: SessionOrder): void {
    const { sessionId, epoch } = order;
    if (!fence.admit(sessionId, epoch)) return refuseOld(order);
    const entry = entries.get(sessionId);
    switch (order.type) {
      case "session.prepare":
        if (entry) replace(entry, order);
        return open(order);
      case "session.start":
        return start(entry, order);
      case "session.rejoin":
        if (!entry) return sayNothingRuns(order, EndReason.NodeLost);
        entry.epoch = epoch;
        return entry.session.rejoin(order.device);
      case "session.stop":
        // Stopped before it was known here, or ended at the same moment: the server hears that nothing runs.
        if (!entry) return sayNothingRuns(order, order.reason);
        entry.epoch = epoch;
        entry.use = "recycling";
        return entry.session.stop(order.reason);
      case "session.signal":
        return void answerSignal(entry, order, (session) => session.signal(order.signal));
      case "seat.open":
        if (entry) return entry.session.guests.open(order);
        return send({ type: "seat.refused", sessionId, epoch, guestId: order.guestId, why: "failed", detail: "no such session on this node" });
      case "seat.close":
        return entry?.session.guests.close(order.guestId);
      case "seat.keep":
        return entry?.session.guests.keep(order.guestIds);
      case "seat.signal":
        return void answerSignal(entry, order, (session) => session.guests.signal(order.guestId, order.signal));
    }
  }

  function start(entry: Entry | undefined, order: OrderOf<"session.start">): void {
    if (entry?.session.prepared && entry.epoch === order.epoch) return entry.session.start({ save: order.save, source: order.source });
    // Said twice, as after the server's link came back. A candidate that gave up waiting a moment ago is none that runs.
    if (entry?.epoch === order.epoch && !entry.session.closing) return;
    if (entry) replace(entry, order);
    open(order);
  }

  /** Its lease was lost and given anew: what was made under the old one is of no use to the player. */
  function replace(entry: Entry, { sessionId, epoch }: SessionOrder): void {
    log.info({ sessionId, epoch, before: entry.epoch }, "the session is made anew");
    entries.delete(sessionId);
    entry.session.stop(EndReason.ServerStopped);
  }

  function open(order: OrderOf<"session.prepare" | "session.start">): void {
    const { sessionId, epoch, title, device } = order;
    if (entries.size >= options.slots()) {
      send({ type: "session.ended", sessionId, epoch, reason: EndReason.NodeFailed, detail: "the node has no free slot" });
      return;
    }
    const prepares = order.type === "session.prepare";
    log.info({ sessionId, epoch, titleId: title.manifest.id }, prepares ? "session prepared" : "session starts");
    const ended = Promise.withResolvers<void>();
    const given = prepares ? {} : { save: order.save, source: order.source };
    const candidacy = prepares ? { candidacy: { epoch, nonce: order.nonce, nodeId: options.nodeId } } : {};
    const session = ports.createSession(
      { sessionId, title, device, bitrateKbps: options.bitrateKbps, ...given, ...candidacy },
      {
        onOffer: (offer) => send({ type: "session.offer", sessionId, epoch: entry.epoch, offer }),
        onProbed: (result, signature) =>
          send({
            type: "session.probed", sessionId, epoch: entry.epoch, result,
            signature: Buffer.from(signature).toString("base64url"),
          }),
        onStep(step) {
          if (step === "first-picture") entry.use = "rendering";
          send({ type: "session.progress", sessionId, epoch: entry.epoch, step });
        },
        guests: {
          onOffer: (guestId, offer) => send({ type: "seat.offer", sessionId, epoch: entry.epoch, guestId, offer }),
          onRefused: (guestId, why, detail) =>
            send({ type: "seat.refused", sessionId, epoch: entry.epoch, guestId, why, detail: detail.slice(0, 500) }),
          onPresence: (guestId, connected) => send({ type: "seat.presence", sessionId, epoch: entry.epoch, guestId, connected }),
        },
        onSample: (sample) => send({ type: "session.telemetry", sessionId, epoch: entry.epoch, sample }),
        onEnded(reason, detail) {
          // Replaced by another, it is not the one that counts here any more.
          const successor = entries.get(sessionId);
          if (successor === entry) entries.delete(sessionId);
          log.info({ sessionId, epoch: entry.epoch, reason, detail }, "session ended");
          // Under the same lease its end would be taken for its successor's.
          if (successor === entry || successor?.epoch !== entry.epoch) {
            send({ type: "session.ended", sessionId, epoch: entry.epoch, reason, ...(detail === undefined ? {} : { detail }) });
          }
          ended.resolve();
        },
      },
      scope.child(),
    );
    // Nothing is told before this turn is over, so the events find it.
    const entry: Entry = { session, ended: ended.promise, epoch, use: "preparing" };
    entries.set(sessionId, entry);
  }

  async function answerSignal(
    entry: Entry | undefined,
    order: OrderOf<"session.signal" | "seat.signal">,
    answer: (session: RunningSession) => Promise<object>,
  ): Promise<void> {
    const { sessionId, epoch, callId } = order;
    try {
      if (!entry) throw new Error("no such session on this node");
      entry.epoch = epoch;
      const value = { ...(await answer(entry.session)) };
      send({ type: "session.signal.reply", sessionId, epoch, callId, result: { ok: true, value } });
    } catch (error) {
      const message = (error instanceof Error ? error.message : String(error)).slice(0, 500);
      send({ type: "session.signal.reply", sessionId, epoch, callId, result: { ok: false, code: error instanceof AgentError ? error.code : "SIGNAL_FAILED", message } });
    }
  }

  function sayNothingRuns({ sessionId, epoch }: SessionOrder, reason: EndReason): void {
    send({ type: "session.ended", sessionId, epoch, reason });
  }

  /** Who sent it has lost the session; a player's call is answered, so that nobody waits for it. */
  function refuseOld(order: SessionOrder): void {
    const { sessionId, epoch, type } = order;
    log.warn({ sessionId, epoch, newest: fence.newest(sessionId), type }, "a word under an older epoch was refused");
    if (order.type !== "session.signal" && order.type !== "seat.signal") return;
    const result = { ok: false, code: "EPOCH_OLD", message: "the session has moved on; use its newest offer" } as const;
    send({ type: "session.signal.reply", sessionId, epoch, callId: order.callId, result });
  }

  return {
    handle,
    reports: () => [...entries].map(([sessionId, { epoch, use }]) => ({ sessionId, epoch, use })),
    async stop(reason) {
      const all = [...entries.values()];
      for (const { session } of all) session.stop(reason);
      await Promise.all(all.map(({ ended }) => ended));
    },
  };
}
