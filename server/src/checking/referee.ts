// The referee's work: opens an epoch, asks checkers, takes seals and reports, closes it
// with verdicts and what follows from them. One server at a time does it: the first by
// rank for the epoch's number. What it takes in is written before it is answered, so that
// the next one goes on where this one stopped; and should two take themselves for it,
// the store lets one of them write (`appendToEpoch`), and the other looks again.

import type { Clock } from "@nearframe/shared/clock";
import type { Scope } from "@nearframe/shared/lifetime";
import { seedOfEpoch } from "@nearframe/shared/checking/published";
import { ROUTINE_REPORTS_MIN } from "@nearframe/shared/checking/referee";
import { drawCommittee, ROUTINE_COMMITTEE } from "@nearframe/shared/checking/committee";
import type { CheckerToServer } from "@nearframe/shared/protocol/checker-to-server";
import type { ServerToChecker } from "@nearframe/shared/protocol/server-to-checker";
import type { Bus } from "../cluster/ports.ts";
import type { Log } from "../log.ts";
import { claimedCodecs, type NodeRecord } from "../nodes/node-record.ts";
import { steadyTime } from "../steady-time.ts";
import type { CheckingStore } from "../store/checking-ports.ts";
import { auditsOf, findAuditSecret, mayCall } from "./audit.ts";
import { leftForLater } from "./checked-plays.ts";
import { verifySignature } from "./checker-door.ts";
import type { Order } from "./conclude.ts";
import { enrolCheckers } from "./enrol-checkers.ts";
import { applyEvent, isWorking, openEpoch, type Epoch, type EpochEvent, type EpochOpened } from "./epoch.ts";
import { hearChecker } from "./hear-checker.ts";
import { createHeardWords } from "./heard-words.ts";
import { inTurns } from "./in-turns.ts";
import { createJudge, type JudgePorts } from "./judge.ts";
import { APPEAL_EVERY_MS, EPOCHS_KEPT_MS, KNOCKS_KEPT_MS, SEALING_SHARE, WORK_MS } from "./limits.ts";
import { ALL_SUBJECT, homeSubject, refereeSubject, ToReferee, type ToAll, type ToHome } from "./mail.ts";
import { makeAssignment } from "./make-assignment.ts";
import { nextSteps, type Step } from "./next-steps.ts";
import { createMinutesJudge, type MinutesJudgePorts } from "./minutes-judge.ts";
import type { Pins } from "./pins.ts";
import { planTasks, type CheckedNode } from "./plan-tasks.ts";
import { createPresence } from "./presence.ts";
import { mayAppeal, newStanding, type NodeStanding } from "./standing.ts";
import { createWashJudge, type WashJudgePorts } from "./wash-judge.ts";

export type RefereeOptions = { epochMs: number; playMeanMs: number; watchMs: number };

export type RefereePorts = Omit<JudgePorts, "store" | "verify"> & {
  clock: Clock;
  log: Log;
  bus: Bus;
  serverId: string;
  /** Who is the referee of this epoch. */
  refereeId(epoch: number): string;
  hourSeed(): { number: number; seed: string };
  store: CheckingStore & JudgePorts["store"] & MinutesJudgePorts["store"] & WashJudgePorts["store"];
  pins: Pins;
  createGuest(): Promise<{ playerId: string; token: string }>;
  nodes: { records(): Iterable<NodeRecord>; record(nodeId: string): NodeRecord | undefined };
  /** What a checker can play there. */
  playableTitles(node: NodeRecord): string[];
  /** What checking has decided of nodes; each home carries out what is its own. */
  events: { onStanding(standing: NodeStanding): void; onOrder(order: Order): void };
};

const TICK_MS = 500;
const STATE_EVERY_MS = 5_000;
const TRIM_EVERY_MS = 3_600_000;
const JUDGE_EVERY_MS = 30_000;
const SCORED_AT_ONCE_MAX = 500;
/** Whoever comes a moment later than the first is enrolled all the same. */
const GATHER_MS = 10_000;
const GATHER_SHARE = 0.1;
/** What is left of an epoch has to be worth opening it. */
const WORTH_OPENING_SHARE = 0.4;
const INBOX_MAX = 20_000;

type Effect = () => void;

export async function openReferee(ports: RefereePorts, options: RefereeOptions, scope: Scope) {
  const { clock, log, bus, serverId, store, pins, nodes, events } = ports;
  const heard = createHeardWords(verifySignature);
  const { judge, scoreAgain } = createJudge({ ...ports, verify: heard.verify });
  const minutes = createMinutesJudge(ports);
  const wash = createWashJudge(ports);
  /** Played on since their last score. */
  const playedOn = new Set<string>();
  const { epochMs } = options;
  const nowMs = steadyTime(clock);
  const presence = createPresence(nowMs);
  let loaded = false;
  let epoch: Epoch | undefined;
  let ordinal = 0;
  let newest: { epoch: number; digest: string } | undefined;
  let standings = new Map<string, NodeStanding>();
  let inbox: ToReferee[] = [];
  let working = false;
  let [stateToldMs, trimmedMs, minutesJudgedMs] = [-Infinity, -Infinity, -Infinity];

  await bus.subscribe(refereeSubject(serverId), ToReferee, (letter) => {
    // Whoever is not heard now says it again.
    if (inbox.length < INBOX_MAX) inbox.push(letter);
    void work();
  }, scope);
  scope.own(setInterval(() => void work(), TICK_MS), clearInterval);

  async function work(): Promise<void> {
    if (working || scope.closed) return;
    working = true;
    try {
      await step();
    } catch (error) {
      if (!scope.closed) log.error({ error }, "checking could not go on; it is tried again");
      forget();
    } finally {
      working = false;
    }
  }

  /** What is in memory may differ from what is written. */
  function forget(): void {
    loaded = false;
    epoch = undefined;
    heard.forget();
  }

  async function step(): Promise<void> {
    const at = nowMs();
    const letters = inbox;
    inbox = [];
    for (const letter of letters) if (letter.type === "present" || letter.type === "gone") hearPresence(letter);
    const number = Math.floor(at / epochMs);
    if (ports.refereeId(number) !== serverId) return forget();
    if (!loaded) await load(at);
    if (epoch && at >= epoch.opened.endsAtMs) await close(epoch, at);
    if (!epoch) await open(number, at);
    tellState(at);
    await trim(at);
    await judgePlayed(at);
    const effects: Effect[] = [];
    const written: EpochEvent[] = [];
    const note = (event: EpochEvent) => {
      if (!epoch) return;
      applyEvent(epoch, event);
      written.push(event);
    };
    await inTurns(letters, (letter) => hear(letter, note, effects));
    if (epoch) for (const each of nextSteps(epoch, surroundings, at)) await take(epoch, each, at, note, effects);
    if (epoch && written.length > 0 && !(await store.appendToEpoch(epoch.opened.epoch, ordinal++, written))) {
      log.warn({ epoch: epoch.opened.epoch }, "another server is the referee as well; looking again");
      return forget();
    }
    for (const effect of effects) effect();
  }

  const surroundings = {
    watchMs: options.watchMs,
    absentMs: presence.absentMs,
    node(nodeId: string) {
      const record = nodes.record(nodeId);
      return record && record.state !== "offline" ? { slots: record.slots, slotsFree: record.slotsFree } : undefined;
    },
  };

  // --- An epoch's beginning and end ---

  async function load(at: number): Promise<void> {
    standings = new Map((await store.standings()).map((standing) => [standing.nodeId, standing]));
    const [last] = await store.newestEpochs(1);
    newest = last;
    for (const { batches } of await store.openEpochs()) {
      const [first, ...rest] = batches.flat();
      if (first?.type !== "opened") continue;
      const found = openEpoch(first);
      await inTurns(rest, (event) => applyEvent(found, event));
      if (at >= first.endsAtMs) {
        await close(found, at);
        continue;
      }
      epoch = found;
      ordinal = batches.length;
      log.info({ epoch: first.epoch, tasks: found.tasks.size }, "checking goes on where another server stopped");
      tellAgain(found, at);
    }
    loaded = true;
  }

  async function open(number: number, at: number): Promise<void> {
    const endsAtMs = (number + 1) * epochMs;
    const leftMs = endsAtMs - at;
    if (newest && newest.epoch >= number) return;
    if (leftMs < WORTH_OPENING_SHARE * epochMs || presence.longestMs() < Math.min(GATHER_MS, GATHER_SHARE * epochMs)) return;
    const checkers = await enrolled(at);
    if (checkers.length === 0) return;
    const { number: hour, seed: hourSeed } = ports.hourSeed();
    const previous = newest?.digest ?? "";
    const audits = newest && (await findAuditSecret(ports, newest.epoch));
    const opened: EpochOpened = {
      type: "opened", epoch: number, beganAtMs: at, revealAtMs: Math.round(at + SEALING_SHARE * leftMs), endsAtMs, hour, hourSeed, previous,
      ...(newest && { previousEpoch: newest.epoch }),
      seed: seedOfEpoch({ epoch: number, hourSeed, previous, checkers }),
      ...(audits && { auditSecret: audits.secret, auditRules: audits.rules }),
      checkers,
    };
    const planned = planTasks(checkedNodes(), standings, {
      epoch: number, seed: opened.seed, audits, beganAtMs: at, sealingMs: opened.revealAtMs - at, epochMs, playMeanMs: options.playMeanMs, checkers: checkers.length,
    });
    const plans = planned.map(({ task, dueAtMs, titleId }): EpochEvent => ({ type: "planned", task, dueAtMs: Math.round(dueAtMs), ...(titleId !== undefined && { titleId }) }));
    if (!(await store.appendToEpoch(number, 0, [opened, ...plans]))) return forget();
    const begun = openEpoch(opened);
    await inTurns(plans, (plan) => applyEvent(begun, plan));
    epoch = begun;
    ordinal = 1;
    log.info({ epoch: number, checkers: checkers.length, tasks: plans.length }, "checking epoch opened");
  }

  async function enrolled(at: number) {
    const present = presence.all();
    const known = await store.reporters(present.map(({ checkerId }) => checkerId));
    return enrolCheckers(present, new Map(known.map((reporter) => [reporter.reporterId, reporter])), at);
  }

  function checkedNodes(): CheckedNode[] {
    const checked: CheckedNode[] = [];
    for (const record of nodes.records()) {
      const { nodeId, state, operatorId, location } = record;
      if (state === "offline" || state === "draining" || state === "retired") continue;
      const takesPlayers = state !== "quarantined" && state !== "checking" && state !== "registered";
      checked.push({ nodeId, operatorId: operatorId ?? nodeId, takesPlayers, located: location !== undefined, titleIds: ports.playableTitles(record), codecs: claimedCodecs(record) });
    }
    return checked;
  }

  async function close(closing: Epoch, at: number): Promise<void> {
    epoch = undefined;
    const { closed, orders } = await judge(closing, standings, at);
    heard.forget();
    if (!(await store.closeEpoch(closed))) return forget();
    newest = { epoch: closed.epoch, digest: closed.digest };
    for (const standing of closed.standings) {
      standings.set(standing.nodeId, standing);
      events.onStanding(standing);
    }
    for (const order of orders) {
      log.info({ ...order, epoch: closed.epoch }, "checking has decided of a node");
      events.onOrder(order);
      if (order.type === "registered") tellAll({ type: "registered", nodeId: order.nodeId, ...(order.reason !== undefined && { reason: order.reason }) });
    }
    const count = (outcome: string) => closed.verdicts.filter((verdict) => verdict.outcome === outcome).length;
    log.info({ epoch: closed.epoch, clear: count("clear"), faulty: count("faulty"), undecided: count("undecided") }, "checking epoch closed");
  }

  /** Minutes of play are judged whether anybody checks or not; scores follow, of so many nodes at a time. */
  async function judgePlayed(at: number): Promise<void> {
    if (at - minutesJudgedMs < JUDGE_EVERY_MS) return;
    const { nodeIds, more } = await minutes.judgeDue(at, epoch && leftForLater(epoch));
    for (const nodeId of nodeIds) playedOn.add(nodeId);
    if (more) return;
    minutesJudgedMs = at;
    const due = [...playedOn].slice(0, SCORED_AT_ONCE_MAX);
    for (const nodeId of due) playedOn.delete(nodeId);
    const again = await wash.review(due, standings, at);
    if (again.length === 0) return;
    const scored = await scoreAgain(again, at);
    await store.saveStandings(scored);
    for (const standing of scored) {
      standings.set(standing.nodeId, standing);
      events.onStanding(standing);
    }
  }

  // --- What is heard ---

  function hearPresence(letter: Extract<ToReferee, { type: "present" | "gone" }>): void {
    const back = letter.type === "gone" ? (presence.leave(letter.checkerId), []) : presence.hear(letter.checkers, letter.homeId);
    // What was told to its last link may not have been heard.
    if (epoch) for (const checkerId of back) tellTasks(epoch, checkerId, nowMs());
  }

  async function hear(letter: ToReferee, note: (event: EpochEvent) => void, effects: Effect[]): Promise<void> {
    switch (letter.type) {
      case "from-checker":
        return hearWords(letter.checkerId, letter.message, note, effects);
      case "newcomer":
        return hearNewcomer(letter.nodeId, letter.claims, note);
      case "appeal":
        return hearAppeal(letter.nodeId, letter.reason);
      default:
        return;
    }
  }

  function hearWords(checkerId: string, message: CheckerToServer, note: (event: EpochEvent) => void, effects: Effect[]): void {
    if (!epoch) return;
    const { event, answer } = hearChecker(epoch, checkerId, message, nowMs(), heard.hear);
    if (event) note(event);
    if (event?.type === "replaced") log.info({ checkerId, taskId: event.taskId, reason: event.reason }, "a checker could not do its task");
    if (answer) effects.push(() => tell(checkerId, answer));
  }

  /** Checked at once, where the epoch has time for it, and else in the next. */
  async function hearNewcomer(nodeId: string, claims: string, note: (event: EpochEvent) => void): Promise<void> {
    const known = standings.get(nodeId) ?? newStanding(nodeId);
    const { registration } = known;
    if (registration?.claims === claims && registration.outcome !== "wanted") {
      return tellAll({ type: "registered", nodeId, ...(registration.outcome === "failed" && registration.reason !== undefined && { reason: registration.reason }) });
    }
    if (registration?.claims === claims) return;
    const { codecs: _before, ...rest } = known;
    const wanted: NodeStanding = { ...rest, registration: { claims, outcome: "wanted", atMs: nowMs() } };
    await store.saveStandings([wanted]);
    standings.set(nodeId, wanted);
    const node = checkedNodes().find((each) => each.nodeId === nodeId);
    if (!epoch || epoch.phase !== "sealing" || !node) return;
    const { opened } = epoch;
    const [planned] = planTasks([{ ...node, takesPlayers: false }], new Map([[nodeId, wanted]]), {
      epoch: opened.epoch, seed: opened.seed, audits: auditsOf(opened), beganAtMs: nowMs(), sealingMs: opened.revealAtMs - nowMs(), epochMs, playMeanMs: options.playMeanMs, checkers: opened.checkers.length,
    }).filter(({ task }) => task.check === "registration" && !epoch?.tasks.has(task.taskId));
    if (planned) note({ type: "planned", task: planned.task, dueAtMs: nowMs() });
  }

  async function hearAppeal(nodeId: string, reason: string): Promise<void> {
    const standing = standings.get(nodeId);
    if (!standing || !mayAppeal(standing, nowMs()) || standing.appeal?.state === "asked") return;
    if (standing.appeal && nowMs() - standing.appeal.atMs < APPEAL_EVERY_MS) return;
    const asked: NodeStanding = { ...standing, appeal: { atMs: nowMs(), reason, state: "asked" } };
    await store.saveStandings([asked]);
    standings.set(nodeId, asked);
    log.info({ nodeId, reason }, "a host appeals");
  }

  // --- What is told ---

  async function take(running: Epoch, each: Step, at: number, note: (event: EpochEvent) => void, effects: Effect[]): Promise<void> {
    if (each.type === "ask-reveals") {
      note({ type: "reveal-asked" });
      return void effects.push(() => tellReveals(running));
    }
    const { taskId, checkerId } = each;
    const state = running.tasks.get(taskId);
    if (!state) return;
    if (each.type === "replace") {
      note({ type: "replaced", taskId, checkerId, reason: each.reason });
      log.info({ taskId, checkerId, reason: each.reason }, "a checker was replaced");
      return void effects.push(() => tell(checkerId, { type: "checker.task.void", epoch: running.opened.epoch, taskId, reason: each.reason }));
    }
    const { check, nodeId } = state.task;
    const assignment = makeAssignment(state, {
      node: nodes.record(nodeId), checkerLocation: presence.find(checkerId)?.location, offlineForMs: presence.offlineForMs(nodes.record(nodeId)),
      watchMs: options.watchMs, nodes: nodes.records(),
    });
    if (!assignment) return;
    const guest = check === "simulated-player" ? await ports.createGuest() : undefined;
    if (guest) await pins.set(guest.playerId, { nodeId, taskId, ...(state.task.audit !== undefined && { silent: true }) });
    const untilMs = Math.min(at + WORK_MS[check], running.opened.revealAtMs);
    note({ type: "assigned", taskId, checkerId, atMs: at, untilMs, assignment, ...guest });
    effects.push(() => tellTasks(running, checkerId, at));
  }

  /** All that it has to do now; what it has heard already changes nothing. */
  function tellTasks(running: Epoch, checkerId: string, at: number): void {
    const { epoch: number } = running.opened;
    for (const state of running.tasks.values()) {
      const assigned = state.assigned.get(checkerId);
      if (!assigned) continue;
      const { taskId } = state.task;
      if (running.phase === "revealing" && state.seals.has(checkerId) && !state.reveals.has(checkerId)) tell(checkerId, { type: "checker.reveal.ask", epoch: number });
      if (!isWorking(state, checkerId, at)) continue;
      const withinMs = Math.max(0, Math.round(assigned.untilMs - at));
      const { assignment } = assigned;
      const neighbours = assignment.kind === "location" ? assignment.neighbours : [];
      for (const letter of mayCall(running.opened, state.task, { checkerId, neighbours, forMs: withinMs })) tellHome(checkerId, letter);
      tell(checkerId, { type: "checker.task", epoch: number, taskId, assignment, ...(assigned.token !== undefined && { token: assigned.token }), withinMs });
    }
  }

  function tellReveals(running: Epoch): void {
    const asked = new Set([...running.tasks.values()].flatMap(({ seals }) => [...seals.keys()]));
    for (const checkerId of asked) tell(checkerId, { type: "checker.reveal.ask", epoch: running.opened.epoch });
  }

  function tellAgain(running: Epoch, at: number): void {
    for (const { checkerId } of presence.all()) tellTasks(running, checkerId, at);
  }

  function tell(checkerId: string, message: ServerToChecker): void {
    tellHome(checkerId, { type: "to-checker", checkerId, message });
  }

  function tellHome(checkerId: string, letter: ToHome): void {
    const homeId = presence.homeOf(checkerId);
    if (homeId !== undefined) bus.publish(homeSubject(homeId), letter);
  }

  const tellAll = (letter: ToAll) => bus.publish(ALL_SUBJECT, letter);

  /** Whether newcomers can be held up for checkers: there must be enough of them. */
  function tellState(at: number): void {
    if (at - stateToldMs < STATE_EVERY_MS) return;
    stateToldMs = at;
    const nobody = new Set<string>();
    const drawn = drawCommittee("", "", presence.all(), { ...ROUTINE_COMMITTEE, excludedOperators: nobody, excludedCheckers: nobody });
    tellAll({ type: "state", enough: drawn.length >= ROUTINE_REPORTS_MIN, epochMs });
  }

  async function trim(at: number): Promise<void> {
    if (at - trimmedMs < TRIM_EVERY_MS) return;
    trimmedMs = at;
    await store.trimChecking({ beforeMs: at - EPOCHS_KEPT_MS, knocksBeforeMs: at - KNOCKS_KEPT_MS });
  }
}
