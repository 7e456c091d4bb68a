// Servers, nodes and checkers without sockets: the real checking on a memory store and the
// in-process cluster. Use under fake timers.

import { generateKeyPairSync, sign } from "node:crypto";
import type { Assignment } from "@nearframe/shared/checking/assignment";
import type { CheckCall, CheckResult } from "@nearframe/shared/checking/node-calls";
import type { Observation } from "@nearframe/shared/checking/observation";
import { PublishedEpoch } from "@nearframe/shared/checking/published";
import { checkerIdOf, sealOf, type CheckReport } from "@nearframe/shared/checking/report";
import { systemClock } from "@nearframe/shared/clock";
import { Scope } from "@nearframe/shared/lifetime";
import { signedText } from "@nearframe/shared/node/identity";
import type { ServerToChecker } from "@nearframe/shared/protocol/server-to-checker";
import { vi } from "vitest";
import * as z from "zod/mini";
import { joinLocalCluster } from "../../cluster/adapters/local/local-cluster.ts";
import { createLocalHub } from "../../cluster/adapters/local/local-hub.ts";
import { openServers } from "../../cluster/servers.ts";
import type { RemoteEvent } from "../../nodes/node-mail.ts";
import { NEW_HOST_RECORD, type NodeRecord } from "../../nodes/node-record.ts";
import { createMemoryStore } from "../../store/adapters/memory/memory-store.ts";
import { silentLog } from "../../testing/world.ts";
import { title } from "../../testing/fixtures.ts";
import { openChecking, type Checking, type CheckingOptions } from "../checking.ts";
import { makeCheckingKey } from "../checking-key.ts";
import { openPins, type Pins } from "../pins.ts";

export const EPOCH_MS = 300_000;
/** On the boundary of an epoch. */
const START_MS = EPOCH_MS * 6_000_000;
const SALT = "a-salt-of-the-tests-0000";

type Seen = Observation | "silent" | "fails" | "stalls";
/** `ask`: the node, through the servers. `silent`: in this play, nothing will come of what they say of the way to it. */
export type See = (assignment: Assignment, checkerId: string, ask: (call: CheckCall) => Promise<CheckResult>, silent: boolean) => Seen | Promise<Seen>;

/** What a node answers whose benchmark was run. */
export const PICTURE_DIGEST = "1234567890abcdef";
export const CODED_FRAME = "AAECAw==";
export const MEDIA_PORT = { usernameFragment: "abcd", password: "as-long-as-it-has-to-be", addresses: [{ ip: "192.0.2.1", port: 4_000 }] };
function answerOf(call: CheckCall): CheckResult {
  if (call.call === "benchmark.start") return { ok: true, answer: { call: call.call, pictureDigests: [PICTURE_DIGEST], frameDigests: [PICTURE_DIGEST], elapsedMs: 100 } };
  if (call.call === "benchmark.show") return { ok: true, answer: { call: call.call, data: CODED_FRAME } };
  if (call.call === "media-port") return { ok: true, answer: { call: call.call, port: MEDIA_PORT } };
  return { ok: false, code: "NOT_HERE", message: "no such answer" };
}

/** What an honest checker sees of an honest node. */
export const well = (assignment: Assignment): Observation => {
  switch (assignment.kind) {
    case "liveness":
      return { kind: "liveness", heartbeatAgeMs: 0, mediaRoundTripMs: 3 };
    case "capacity":
      return { kind: "capacity", claimedFps: 120, measuredFps: 118 };
    case "registration":
      return { kind: "registration", unproven: [], claimed: 3 };
    case "location":
      return { kind: "location", distanceKm: 0, roundTripMs: 1 };
    case "simulated-player":
      return {
        kind: "simulated-player", startupMs: 900, watchedMs: 10_000, titleFps: 60, titleWidth: 1_280, titleHeight: 720, distinctFps: 60, freezeMs: 0, width: 1_280, height: 720,
        receivedKbps: 8_000, usualKbps: 8_000, nonceMs: 90, noncesAsked: 4, noncesSeen: 4, framesDeclared: 600, framesReceived: 600, roundTripMs: 10, lossShare: 0, soundHeard: true,
        otherPathsLossShare: 0,
      };
  }
};

export function nodeRecord(nodeId: string, change: Partial<NodeRecord> = {}): NodeRecord {
  return {
    nodeId, publicKey: "k", name: nodeId, operatorId: `host-of-${nodeId}`, state: "standby", homeServerId: "s", address: "192.0.2.1", runtimes: ["test-card"], titleIds: ["test-card"],
    canFetch: false, hardware: { cpuModel: "c", cpuCores: 4, memoryMb: 8_192 }, encoders: [], slots: 2, slotsFree: 2, feePerHourMicros: 0, record: NEW_HOST_RECORD, rttVector: {},
    trusted: false, ...change,
  };
}

export type CheckingWorld = Awaited<ReturnType<typeof createCheckingWorld>>;

/** `audits`: else there are none, so that who sees all well without looking is honest here. */
export async function createCheckingWorld({ audits = false, ...options }: CheckingOptions & { audits?: boolean } = {}) {
  vi.useFakeTimers({ now: START_MS });
  const scope = new Scope();
  const store = createMemoryStore();
  const hub = createLocalHub({ clock: systemClock, log: silentLog }, scope.child());
  const nodes = new Map<string, NodeRecord>([["node-1", nodeRecord("node-1")]]);
  const told: { nodeId: string; event: RemoteEvent }[] = [];
  const checked = new Map<string, { performance: number; honesty: number }>();
  const guests: string[] = [];
  const pinned: Pins[] = [];
  let guestNumber = 0;
  let ids = 0;
  const ownKey = makeCheckingKey("a secret of all servers");
  // A secret that nobody was told of before draws nothing.
  const key = audits ? ownKey : { ...ownKey, auditSecretAfter: () => `${ownKey.auditSecretAfter(0)}${(ids += 1)}` };

  async function server(serverId: string) {
    const mine = scope.child();
    const cluster = joinLocalCluster({ serverId, hub, log: silentLog }, mine);
    const servers = await openServers({ cluster, clock: systemClock, log: silentLog, events: { onGone() {}, onChanged() {} } }, mine);
    const pins = await openPins(cluster, mine);
    pinned.push(pins);
    const checking: Checking = await openChecking(
      {
        clock: systemClock, log: silentLog, cluster, servers, store, key, pins,
        nodes: {
          records: () => nodes.values(),
          record: (nodeId) => nodes.get(nodeId),
          send(nodeId, message) {
            if (message.type === "check.call") queueMicrotask(() => checking.handleCheckReply(nodeId, message.callId, answerOf(message.call)));
            return true;
          },
          tell: (nodeId, event) => void told.push({ nodeId, event }),
          noteChecked: (nodeId, score) => void (score && checked.set(nodeId, score)),
        },
        titles: { find: (id) => (id === "test-card" ? title({ id, runtime: "test-card" }) : undefined) },
        createGuest: async () => {
          guestNumber += 1;
          guests.push(`guest-${guestNumber}`);
          return { playerId: `guest-${guestNumber}`, token: `token-${guestNumber}` };
        },
        locate: () => undefined,
        newId: () => `id-${(ids += 1)}`,
      },
      { epochMs: EPOCH_MS, ...options },
      mine,
    );
    return { checking, pins, servers, close: () => mine.close() };
  }

  /** Enrolled with this server, in the name of an operator of its own. */
  function checker(at: Checking, index: number, see: See) {
    const { publicKey, privateKey } = generateKeyPairSync("ed25519");
    const x = publicKey.export({ format: "jwk" }).x ?? "";
    const checkerId = checkerIdOf(x);
    const signed = <M extends object>(message: M) => ({ ...message, signature: sign(null, Buffer.from(signedText(message)), privateKey).toString("base64url") });
    const reports = new Map<string, CheckReport>();
    const begun = new Set<string>();
    const calls = new Map<string, (result: CheckResult) => void>();
    const heard: ServerToChecker[] = [];
    const closed: string[] = [];
    let home = at.home;
    const link = {
      send(message: ServerToChecker | { type: "error" }) {
        heard.push(message as ServerToChecker);
        queueMicrotask(() => void answer(message as ServerToChecker));
      },
      close: (_code: number, reason: string) => void closed.push(reason),
      closed: false,
      answers: async () => true,
      rttMs: undefined,
    };
    /** By the pin that the servers have of the guest as which it plays. */
    const isSilent = (token: string | undefined) => token !== undefined && pinned.some((pins) => pins.find(token.replace("token", "guest"))?.silent) === true;
    function ask(taskId: string, nodeId: string, call: CheckCall): Promise<CheckResult> {
      const callId = `call-${(ids += 1)}`;
      return new Promise((resolve) => {
        calls.set(callId, resolve);
        home.handle(checkerId, { type: "checker.node.call", callId, taskId, nodeId, call });
      });
    }
    async function answer(message: ServerToChecker): Promise<void> {
      if (message.type === "checker.node.reply") return calls.get(message.callId)?.(message.result);
      if (message.type === "checker.task") {
        const { taskId, epoch, assignment } = message;
        if (begun.has(taskId)) return;
        begun.add(taskId);
        const observation = await see(assignment, checkerId, (call) => ask(taskId, assignment.nodeId, call), isSilent(message.token));
        if (observation === "silent") return;
        if (observation === "fails") return home.handle(checkerId, { type: "checker.failed", epoch, taskId, reason: "cannot" });
        if (observation === "stalls") return home.handle(checkerId, { type: "checker.failed", epoch, taskId, reason: "void: it stood still", void: true });
        const report = signed({ type: "check.report" as const, epoch, taskId, nodeId: assignment.nodeId, checkerId, atMs: Date.now(), observation });
        reports.set(taskId, report);
        const seal = signed({ type: "check.seal" as const, epoch, taskId, checkerId, digest: sealOf(report, SALT) });
        home.handle(checkerId, { type: "checker.seal", seal });
      }
      if (message.type === "checker.reveal.ask") {
        for (const report of reports.values()) if (report.epoch === message.epoch) home.handle(checkerId, { type: "checker.reveal", reveal: { report, salt: SALT } });
      }
    }
    const enrol = () => home.enrol({ checkerId, publicKey: x, operatorId: `operator-${index}`, networkId: `network-${index}`, address: undefined }, link);
    enrol();
    return {
      checkerId, heard, closed, signed, link,
      leave: () => home.leave(checkerId, link),
      /** Its server is gone: it dials another. */
      moveTo(other: Checking) {
        home = other.home;
        enrol();
      },
    };
  }

  return {
    scope, store, nodes, told, checked, guests, server, checker,
    async closedEpochs(): Promise<PublishedEpoch[]> {
      const names = await store.newestEpochs(100);
      return Promise.all(names.toReversed().map(async ({ epoch }) => z.parse(PublishedEpoch, JSON.parse((await store.findEpoch(epoch)) ?? ""))));
    },
    /** To a moment after the end of this epoch. */
    async passEpochs(count = 1): Promise<void> {
      const untilMs = (Math.floor(Date.now() / EPOCH_MS) + count) * EPOCH_MS + 2_000;
      await vi.advanceTimersByTimeAsync(untilMs - Date.now());
    },
  };
}
