import { expect, test } from "vitest";
import { EndReason } from "@nearframe/shared/session/end-reasons";
import { START_STEPS } from "@nearframe/shared/session/start-steps";
import { pick, seededRandom } from "../testing/seeded-random.ts";
import { NOW, START_LIMIT_MS, offer, lease, option, taken, ended, release } from "../testing/session-states.ts";
import { HOLD_MS, QUEUE_WAIT_MS } from "./limits.ts";
import { deadlineOf, leasesOf, queuedSession, type Session } from "./session.ts";
import type { SessionEvent } from "./session-events.ts";
import { transition } from "./transition.ts";

const everyEvent: SessionEvent[] = [
  taken,
  { type: "node-appeared" },
  { type: "progressed", epoch: 7, step: "title-started" },
  { type: "offered", epoch: 7, offer },
  { type: "connected" },
  { type: "first-frame-shown" },
  { type: "player-left" },
  { type: "player-lost" },
  { type: "player-returned" },
  { type: "player-stalled", nodeLinked: true },
  { type: "player-stalled", nodeLinked: false },
  { type: "media-unreachable", epoch: 7, nodeLinked: true, detail: "" },
  { type: "node-ended", epoch: 7, reason: EndReason.TitleCrashed, detail: undefined },
  { type: "node-ended", epoch: 7, reason: EndReason.NodeDrained, detail: undefined },
  { type: "node-silent", epoch: 7 },
  { type: "node-unlinked", nodeId: "n1" },
  { type: "node-lost", nodeId: "n1" },
  { type: "lease-lost", epoch: 7 },
  { type: "move-wanted", reason: "better-node" },
  { type: "deadline-passed" },
  { type: "server-stopped" },
];

test.each(everyEvent)("an ended session stays as it is: $type", (event) => {
  const [after, effects] = transition(ended, event, NOW + 10 * HOLD_MS);
  expect(after).toBe(ended);
  expect(effects).toEqual(event.type === "slots-taken" ? [release] : []);
});

test("whatever happens in whatever order: one end, which is final, each lease released once, and no time metered twice", () => {
  const tally = { ended: 0, streamed: 0, resumed: 0, probed: 0, movedOn: 0 };
  for (let seed = 1; seed <= 2_000; seed++) {
    const random = seededRandom(seed);
    const past: string[] = [];
    let nowMs = NOW;
    let session = queuedSession(nowMs, QUEUE_WAIT_MS) as Session;
    let epoch = 0;
    const open = new Set<number>();
    let endsTold = 0;
    let framesSinceMs: number | undefined;
    for (let step = 0; step < 60; step++) {
      nowMs += Math.floor(random() * 30_000);
      const event = randomEvent(random, session, nowMs, () => ++epoch);
      past.push(event.type);
      const before = session;
      const [after, effects] = transition(before, event, nowMs);
      if (event.type === "slots-taken") for (const { lease: added } of event.options) open.add(added.epoch);
      const wrong: string[] = [];
      for (const effect of effects) {
        if (effect.type === "tell-end") endsTold++;
        if (effect.type === "release-slot" && !open.delete(effect.lease.epoch)) wrong.push("a slot was released twice");
      }
      const has = leasesOf(after).map((one) => one.epoch);
      if (has.length !== open.size || has.some((one) => !open.has(one))) wrong.push(`holds ${has}, took ${[...open]}`);
      if (endsTold !== ("end" in after ? 1 : 0)) wrong.push(`${endsTold} ends were told`);
      if (before.state === "ended" && after !== before) wrong.push("the end was not final");
      if ("end" in before && (!("end" in after) || after.end !== before.end)) wrong.push("the end changed");
      framesSinceMs ??= after.played?.sinceMs;
      const { meteredMs = 0, runningSinceMs } = after.played ?? {};
      const total = meteredMs + (runningSinceMs === undefined ? 0 : nowMs - runningSinceMs);
      if (total > nowMs - (framesSinceMs ?? nowMs)) wrong.push(`${total} ms metered`);
      if ("end" in after && runningSinceMs !== undefined) wrong.push("the meter runs after the end");
      if (after.played && after.played.sinceMs !== framesSinceMs) wrong.push("the first frame moved");
      if (wrong.length > 0) expect.fail(`${wrong.join(", ")}; seed ${seed}: ${past.join(", ")}`);
      if (before.state !== "streaming" && after.state === "streaming") tally.streamed++;
      if (before.state === "held" && after.state === "starting") tally.resumed++;
      if (before.state === "probing" && after.state === "starting") tally.probed++;
      if (before.state !== "queued" && after.state === "queued" && after.moves > 0) tally.movedOn++;
      session = after;
    }
    if (session.state === "ended") tally.ended++;
  }
  // The run was worth something: sessions got everywhere.
  for (const count of Object.values(tally)) expect(count).toBeGreaterThan(500);
});

const FATAL = new Set<SessionEvent["type"]>(["player-left", "media-unreachable", "node-ended", "node-lost", "node-silent", "server-stopped"]);
const mild = everyEvent.filter((event) => !FATAL.has(event.type));

/** Mostly what moves a session on, so that long lives are seen as well as short ones. */
function randomEvent(random: () => number, session: Session, nowMs: number, newEpoch: () => number): SessionEvent {
  const deadlineMs = deadlineOf(session);
  // That a quiet node is asked is due all the time here, and must not be all that happens.
  const share = session.state === "starting" && nowMs < session.deadlineMs ? 0.05 : 0.9;
  if (deadlineMs !== undefined && nowMs >= deadlineMs && random() < share) return { type: "deadline-passed" };
  if (random() < 0.3) {
    if (session.state === "queued") return slotsTaken(random, newEpoch);
    if (session.state === "starting") return { type: "first-frame-shown" };
    if (session.state === "held") return { type: "player-returned" };
  }
  if (random() < 0.2) return aimed({ type: "progressed", epoch: 0, step: pick(random, START_STEPS) }, random, session);
  const event = pick(random, random() < 0.2 ? everyEvent : mild);
  return event.type === "slots-taken" ? slotsTaken(random, newEpoch) : aimed(event, random, session);
}

function slotsTaken(random: () => number, newEpoch: () => number): SessionEvent {
  const others = Array.from({ length: Math.floor(random() * 3) }, (_, at) => option({ nodeId: `n${at + 2}`, slot: 0, epoch: newEpoch() }));
  return { type: "slots-taken", options: [option({ ...lease, epoch: newEpoch() }), ...others], startLimitMs: START_LIMIT_MS };
}

/** At one of the session's leases, where the event is about one. */
function aimed(event: SessionEvent, random: () => number, session: Session): SessionEvent {
  const leases = leasesOf(session);
  if (leases.length === 0) return event;
  const { epoch, nodeId } = pick(random, leases);
  if ("epoch" in event) return { ...event, epoch };
  return "nodeId" in event ? { ...event, nodeId } : event;
}
