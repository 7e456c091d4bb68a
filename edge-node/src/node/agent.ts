// The node's side of its control link: proves who it is, says what it is and that it lives,
// and runs the sessions that the server asks for.
//
// Sessions do not hang on the link. While it is down they play on, and what ended
// meanwhile is reported when it is up again.

import type { Scope } from "@nearframe/shared/lifetime";
import type { CheckCall, CheckResult } from "@nearframe/shared/checking/node-calls";
import type { NodeInventory } from "@nearframe/shared/node/inventory";
import { WARM_TITLES_MAX, type WarmTarget } from "@nearframe/shared/node/messages";
import type { NodeState } from "@nearframe/shared/node/node-states";
import type { ProbePoint, RttVector } from "@nearframe/shared/probe/rtt-vector";
import { PROTOCOL_VERSION } from "@nearframe/shared/protocol/limits";
import type { NodeToServer } from "@nearframe/shared/protocol/node-to-server";
import { parseMessage } from "@nearframe/shared/protocol/parse";
import { ServerToNode } from "@nearframe/shared/protocol/server-to-node";
import { EndReason } from "@nearframe/shared/session/end-reasons";
import { createNodeSessions } from "../session/node-sessions.ts";
import type { Title } from "@nearframe/shared/title/manifest";
import type { TitleSource } from "@nearframe/shared/title-store/package";
import type { RunningSession, SessionEvents, SessionStart } from "../session/session.ts";
import { createControlLink, type ControlLinkOptions } from "./control-link.ts";
import type { NodeIdentity } from "./identity.ts";

export type AgentOptions = ControlLinkOptions & { bitrateKbps: number };

export type AgentPorts = {
  identity: Pick<NodeIdentity, "nodeId" | "publicKey" | "signed">;
  /** What this node is, as far as is known by now. */
  inventory(): NodeInventory;
  createSession(start: SessionStart, events: SessionEvents, scope: Scope): RunningSession;
  /** It is expected to be wanted here. */
  fetchTitle(title: Title, source: TitleSource): void;
  /** They are expected to be started here. */
  wantWarm(targets: readonly WarmTarget[]): void;
  /** MUST NOT reject: what can't be answered is refused in words. */
  answerCheck(call: CheckCall): Promise<CheckResult>;
  /** Of which a started copy waits here. */
  warmTitleIds(): readonly string[];
  /** Round trips to them are to be measured. */
  wantProbePoints(points: readonly ProbePoint[]): void;
  rttsMs(): RttVector;
  random(): number;
  log: { info(detail: object, message: string): void; warn(detail: object, message: string): void };
};

export interface Agent {
  /** Resolves with the server's first welcome. */
  readonly registered: Promise<void>;
  /** Settles with a sentence if the servers refuse this node for good. */
  readonly refused: Promise<string>;
  /** Resolves when it has been drained: no session is left, and the server sends no more. */
  readonly drained: Promise<void>;
  /** The inventory is another than the one told last. */
  tellInventory(): void;
  /** What goes with a heartbeat has changed. */
  tellSoon(): void;
  /** Takes no new session from now on. */
  drain(): void;
}

/** Their last saves are brought to the server, over whatever link there is. */
const STOP_SESSIONS_MS = 30_000;
/** A server that says nothing for this many heartbeats is gone. */
const SILENT_HEARTBEATS_MAX = 3;
const UNREPORTED_ENDS_MAX = 1000;
/** Several things that change at once are told of at once. */
const BEAT_SOON_MS = 50;

export function createAgent(options: AgentOptions, ports: AgentPorts, scope: Scope): Agent {
  const { identity, log } = ports;
  const unreported: NodeToServer[] = [];
  const registered = Promise.withResolvers<void>();
  const refused = Promise.withResolvers<string>();
  const drained = Promise.withResolvers<void>();
  /** Of the link that is up. */
  let nonce: string | undefined;
  let number = 0;
  /** What went with the heartbeats of this link, as text. */
  let newsTold: { warm: string; rtts: string } | undefined;
  let welcomed = false;
  let draining = false;
  let heartbeat: NodeJS.Timeout | undefined;
  let beatSoon: NodeJS.Timeout | undefined;

  const sessions = createNodeSessions(
    { nodeId: identity.nodeId, slots: () => ports.inventory().capacity.slots, bitrateKbps: options.bitrateKbps },
    { createSession: ports.createSession, send: sendOfSession, log },
    scope,
  );
  const link = createControlLink(
    options,
    { random: ports.random, log, onOpen() {}, onText: handleText, onLost: handleLost, onRefused: refused.resolve },
    scope,
  );

  /** Ends are kept until the link is back; everything else is worth nothing by then. */
  function sendOfSession(message: NodeToServer): void {
    if (welcomed) {
      say(message);
      if (message.type !== "session.telemetry") reportSoon();
    } else if (message.type === "session.ended") {
      unreported.push(message);
      if (unreported.length > UNREPORTED_ENDS_MAX) unreported.shift();
    }
    if (message.type === "session.ended") finishDrain();
  }

  const say = (message: NodeToServer) => link.send(JSON.stringify(message));

  function handleText(text: string): void {
    const message = parseMessage(ServerToNode, text);
    if (!message.ok) {
      log.warn({ code: message.code, detail: message.message }, "the server sent what this node can't read");
      return;
    }
    const value = message.value;
    if ("sessionId" in value) return sessions.handle(value);
    switch (value.type) {
      case "node.challenge":
        return register(value.nonce);
      case "node.welcome":
        return handleWelcome(value.heartbeatMs, value.probePoints ?? []);
      case "node.pace":
        return beatEvery(value.heartbeatMs);
      case "node.state":
        return handleState(value.state, value.reason);
      case "title.fetch":
        return ports.fetchTitle(value.title, value.source);
      case "node.warm":
        return ports.wantWarm(value.targets);
      case "check.call":
        return void answer(value.callId, value.call);
      case "error":
        return log.warn({ code: value.code }, value.message);
    }
  }

  async function answer(callId: string, call: CheckCall): Promise<void> {
    say({ type: "check.reply", callId, result: await ports.answerCheck(call) });
  }

  function register(challenge: string): void {
    nonce = challenge;
    number = 0;
    const { publicKey } = identity;
    say(
      identity.signed({
        type: "node.register",
        protocol: PROTOCOL_VERSION,
        publicKey,
        nonce,
        inventory: ports.inventory(),
        sessions: sessions.reports(),
        draining,
      }),
    );
  }

  function handleWelcome(heartbeatMs: number, probePoints: readonly ProbePoint[]): void {
    welcomed = true;
    newsTold = { warm: "[]", rtts: "{}" };
    ports.wantProbePoints(probePoints);
    link.settle();
    registered.resolve();
    for (const message of unreported.splice(0)) say(message);
    // The first at once: until it comes, the server can't tell a session that ended from one not told of yet.
    beat();
    beatEvery(heartbeatMs);
  }

  function handleState(state: NodeState, reason: string | undefined): void {
    if (reason === undefined) log.info({ state }, "the server takes this node for");
    else log.warn({ state, reason }, "the server gives this node no sessions");
    if (state === "retired") drained.resolve();
  }

  function beatEvery(heartbeatMs: number): void {
    clearInterval(heartbeat);
    heartbeat = setInterval(beat, heartbeatMs);
    link.expectWithin(heartbeatMs * SILENT_HEARTBEATS_MAX);
  }

  function beat(): void {
    clearTimeout(beatSoon);
    beatSoon = undefined;
    if (!welcomed || nonce === undefined) return;
    say(identity.signed({ type: "node.heartbeat", nonce, number: ++number, sessions: sessions.reports(), ...news() }));
    link.ping();
  }

  /** Only what the server does not know yet from this link. */
  function news(): { warmTitleIds?: string[]; rttsMs?: RttVector } {
    const [warmTitleIds, rttsMs] = [ports.warmTitleIds().toSorted().slice(0, WARM_TITLES_MAX), ports.rttsMs()];
    const now = { warm: JSON.stringify(warmTitleIds), rtts: JSON.stringify(rttsMs) };
    const before = newsTold;
    newsTold = now;
    return { ...(now.warm !== before?.warm && { warmTitleIds }), ...(now.rtts !== before?.rtts && { rttsMs }) };
  }

  /** A session is further along than the last heartbeat said. */
  function reportSoon(): void {
    beatSoon ??= setTimeout(beat, BEAT_SOON_MS);
  }

  function handleLost(): void {
    nonce = undefined;
    welcomed = false;
    clearInterval(heartbeat);
    clearTimeout(beatSoon);
    beatSoon = undefined;
    finishDrain();
  }

  /** Without a link nobody can send a session here, and none is left: that is as drained as can be. */
  function finishDrain(): void {
    if (draining && !welcomed && sessions.reports().length === 0) drained.resolve();
  }

  scope.own(undefined, async () => {
    clearInterval(heartbeat);
    clearTimeout(beatSoon);
    await sessions.stop(EndReason.NodeDrained);
  }, STOP_SESSIONS_MS);
  return {
    registered: registered.promise,
    refused: refused.promise,
    drained: drained.promise,
    tellInventory() {
      // Where the link is down, the next registration tells.
      if (!welcomed || nonce === undefined) return;
      say(identity.signed({ type: "node.inventory", nonce, number: ++number, inventory: ports.inventory() }));
    },
    tellSoon: reportSoon,
    drain() {
      if (draining) return;
      draining = true;
      log.info({ sessions: sessions.reports().length }, "draining: no new session comes");
      if (welcomed) say({ type: "node.drain" });
      finishDrain();
    },
  };
}
