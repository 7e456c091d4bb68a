// Checking in one server process, put together: the checkers whose sockets it holds, the
// referee when it is this server's turn, and what nodes that hang here hear of it.

import { AUDIT_RULES_WITHOUT_PLAYS, NEWEST_AUDIT_RULES } from "@nearframe/shared/checking/audits";
import type { CheckResult } from "@nearframe/shared/checking/node-calls";
import type { Clock } from "@nearframe/shared/clock";
import type { Scope } from "@nearframe/shared/lifetime";
import { rankIndexers } from "../cluster/rank-indexers.ts";
import type { Cluster } from "../cluster/ports.ts";
import type { Servers } from "../cluster/servers.ts";
import type { Log } from "../log.ts";
import type { NodeLocation, NodeRecord } from "../nodes/node-record.ts";
import type { OpenNodes } from "../nodes/open-nodes.ts";
import type { PlayerPlace, SessionTitles } from "../session/ports.ts";
import { steadyTime } from "../steady-time.ts";
import type { Store } from "../store/ports.ts";
import { openCheckerHome, type CheckerHome } from "./checker-home.ts";
import type { CheckingKey } from "./checking-key.ts";
import type { Order } from "./conclude.ts";
import { EPOCH_MS, PLAY_MEAN_MS, WATCH_MS } from "./limits.ts";
import { ALL_SUBJECT, refereeSubject, ToAll } from "./mail.ts";
import { createNewcomers } from "./newcomers.ts";
import { createNodeCalls } from "./node-calls.ts";
import type { Pins } from "./pins.ts";
import { openReferee } from "./referee.ts";
import type { NodeStanding } from "./standing.ts";

export type CheckingOptions = {
  epochMs?: number | undefined;
  /** Between two plays of checkers on one node, in the mean. */
  playMeanMs?: number | undefined;
  watchMs?: number | undefined;
};

export type CheckingPorts = {
  clock: Clock;
  log: Log;
  cluster: Cluster;
  servers: Servers;
  store: Store;
  key: CheckingKey;
  pins: Pins;
  nodes: Pick<OpenNodes, "records" | "record" | "send" | "tell" | "noteChecked">;
  titles: Pick<SessionTitles, "find">;
  createGuest(): Promise<{ playerId: string; token: string }>;
  locate(place: PlayerPlace): NodeLocation | undefined;
  newId(): string;
};

export type Checking = Awaited<ReturnType<typeof openChecking>>;

/** A title whose pictures move by themselves and answer keys, so that every figure can be told of it. */
const CHECKED_TITLES = ["test-card"] as const;

export async function openChecking(ports: CheckingPorts, { epochMs = EPOCH_MS, playMeanMs = PLAY_MEAN_MS, watchMs = WATCH_MS }: CheckingOptions, scope: Scope) {
  const { clock, log, cluster, servers, store, key, pins, nodes, titles, createGuest, locate, newId } = ports;
  const { bus, serverId } = cluster;
  const nowMs = steadyTime(clock);
  /** Nobody chooses: the same hash that gives requests to servers gives each epoch to one. */
  const refereeId = (epoch = Math.floor(nowMs() / epochMs)) =>
    rankIndexers({ seed: "checking", requestId: "referee", playerId: String(epoch) }, servers.living())[0] ?? serverId;

  const nodeCalls = createNodeCalls({ send: nodes.send, newId, bendSecret: key.bendSecret }, scope);
  const newcomers = createNewcomers({ bus, refereeId: () => refereeId() }, scope);
  const home: CheckerHome = await openCheckerHome({ bus, serverId, refereeId: () => refereeId(), nodeCalls, locate }, scope);

  await bus.subscribe(ALL_SUBJECT, ToAll, (letter) => {
    if (letter.type === "state") return newcomers.handleState(letter.enough, letter.epochMs);
    if (letter.type === "registered") return newcomers.handleDecided(letter.nodeId, letter.reason);
    nodeCalls.handleAnswer(letter.nodeId, letter.callId, letter.result);
  }, scope);

  await openReferee(
    {
      clock, log, bus, serverId, refereeId, store, key, pins, createGuest,
      hourSeed: servers.seed,
      nextAuditRules: () => (servers.allCan("silence-plays") ? NEWEST_AUDIT_RULES : AUDIT_RULES_WITHOUT_PLAYS),
      nodes,
      playableTitles,
      events: { onStanding: tellStanding, onOrder: carryOut },
    },
    { epochMs, playMeanMs, watchMs },
    scope,
  );

  function playableTitles({ runtimes, titleIds, canFetch }: NodeRecord): string[] {
    return CHECKED_TITLES.filter((titleId) => {
      const title = titles.find(titleId);
      return title !== undefined && runtimes.includes(title.manifest.runtime) && (titleIds.includes(titleId) || canFetch);
    });
  }

  function tellStanding({ nodeId, score, codecs }: NodeStanding): void {
    if (!score) return;
    const { performance, honesty } = score;
    nodes.noteChecked(nodeId, { performance, honesty, ...(codecs && { codecs: { shown: codecs.shown, failed: codecs.failed.map(({ codec }) => codec) } }) });
  }

  function carryOut(order: Order): void {
    if (order.type === "keep-out") nodes.tell(order.nodeId, { type: "verdict-given", reason: order.reason });
    if (order.type === "let-in") nodes.tell(order.nodeId, { type: "verdict-lifted" });
  }

  /** What was decided before outlives every server: hanging up does not lift it. */
  async function handleNodeLinked(nodeId: string): Promise<void> {
    try {
      const [standing] = await store.standings([nodeId]);
      if (!standing || scope.closed) return;
      tellStanding(standing);
      if (standing.quarantine) nodes.tell(nodeId, { type: "verdict-given", reason: standing.quarantine.reason });
    } catch (error) {
      log.error({ nodeId, error }, "how a node stands could not be read; it is known when checking decides again");
    }
  }

  return {
    home,
    newcomers: newcomers.checks,
    epochMs,
    publicKey: key.publicKey,
    isReferee: (): boolean => refereeId() === serverId,
    handleNodeLinked: (nodeId: string): void => void handleNodeLinked(nodeId),
    /** From the door of a node that hangs here. */
    handleCheckReply: (nodeId: string, callId: string, result: CheckResult): void => bus.publish(ALL_SUBJECT, { type: "node-answered", callId, nodeId, result }),
    appeal: (nodeId: string, reason: string): void => bus.publish(refereeSubject(refereeId()), { type: "appeal", nodeId, reason }),
  };
}
