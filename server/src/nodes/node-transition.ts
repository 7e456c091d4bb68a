// A node's life as a value. Pure: what happened goes in, the new life and what to do
// about it come out.
//
//   registered -> checking -> standby -> leased -> preparing -> rendering -> recycling
//                    |           ^          (what the slot that is furthest along does)  |
//                    v           '---------------------------------------------------------'
//               quarantined          draining -> retired          any -> offline -> back
//
// Three things are independent of each other, and kept so: how it stands with us, whether
// it is linked, and what its slots do. The state that everybody sees follows from them.

import type { NodeState } from "@nearframe/shared/node/node-states";
import type { SessionReport } from "@nearframe/shared/node/messages";

export type Standing =
  | { readonly type: "registered" }
  | { readonly type: "checking" }
  | { readonly type: "admitted" }
  /** By `verdict` it stays so until it is lifted; by `check` until it passes one. */
  | { readonly type: "quarantined"; readonly by: "check" | "verdict"; readonly reason: string }
  /** Who wants it drained: the node's own operator, who lets it end then, or the server's. */
  | { readonly type: "draining"; readonly by: "node" | "server" }
  | { readonly type: "retired" };

/** What holds a slot, and by whose word. It is free when neither names it. */
export type Slot = {
  /** By a lease or session of the servers'. */
  readonly held: boolean;
  /** The node's word; undefined when its last report did not name it. */
  readonly reported: SessionReport["use"] | undefined;
};

export type NodeLife = {
  readonly standing: Standing;
  readonly linked: boolean;
  /** By session. */
  readonly slots: ReadonlyMap<string, Slot>;
};

export type NodeEvent =
  | { readonly type: "linked"; readonly inventoryChanged: boolean; readonly draining: boolean; readonly sessions: readonly SessionReport[] }
  /** It tells a newer inventory on the same link. */
  | { readonly type: "inventory-changed" }
  | { readonly type: "checks-begun" }
  | { readonly type: "checks-passed" }
  | { readonly type: "checks-failed"; readonly reason: string }
  | { readonly type: "session-held"; readonly sessionId: string }
  | { readonly type: "session-released"; readonly sessionId: string }
  | { readonly type: "sessions-reported"; readonly sessions: readonly SessionReport[] }
  /** Nothing of the session is left on the node. */
  | { readonly type: "session-cleared"; readonly sessionId: string }
  | { readonly type: "link-lost" }
  | { readonly type: "heartbeats-missed" }
  /** It was asked whether it is there. */
  | { readonly type: "ping-unanswered" }
  | { readonly type: "drain-asked"; readonly by: "node" | "server" }
  /** The server's operator takes it back. */
  | { readonly type: "drain-ended" }
  | { readonly type: "verdict-given"; readonly reason: string }
  | { readonly type: "verdict-lifted" };

export type NodeEffect =
  | { readonly type: "run-checks" }
  /** The node hears what it is taken for, and why. */
  | { readonly type: "tell-node" }
  | { readonly type: "cut-link" };

export const NEW_NODE: NodeLife = { standing: { type: "registered" }, linked: false, slots: new Map() };

export function stateOf({ standing, linked, slots }: NodeLife): NodeState {
  if (standing.type === "retired") return "retired";
  if (!linked) return "offline";
  return standing.type === "admitted" ? busiestUse(slots) : standing.type;
}

export function reasonOf({ standing }: NodeLife): string | undefined {
  return standing.type === "quarantined" ? standing.reason : undefined;
}

export function transition(life: NodeLife, event: NodeEvent): [NodeLife, readonly NodeEffect[]] {
  switch (event.type) {
    case "linked":
      return link(life, event);
    case "inventory-changed":
      return recheck(life);
    case "checks-begun":
      return life.standing.type === "registered" ? stand(life, { type: "checking" }) : same(life);
    case "checks-passed":
      return life.standing.type === "checking" ? stand(life, { type: "admitted" }, TELL) : same(life);
    case "checks-failed":
      if (life.standing.type !== "checking") return same(life);
      return stand(life, { type: "quarantined", by: "check", reason: event.reason }, TELL);

    case "session-held":
      return setSlot(life, event.sessionId, { reported: undefined, ...life.slots.get(event.sessionId), held: true });
    case "session-released": {
      const slot = life.slots.get(event.sessionId);
      return slot ? setSlot(life, event.sessionId, { ...slot, held: false }) : same(life);
    }
    case "session-cleared": {
      const slot = life.slots.get(event.sessionId);
      return slot ? setSlot(life, event.sessionId, { ...slot, reported: undefined }) : same(life);
    }
    case "sessions-reported": {
      const slots = slotsAfterReport(life.slots, event.sessions);
      return slots === life.slots ? same(life) : retireIfDrained({ ...life, slots });
    }

    case "link-lost":
      return life.linked ? [{ ...life, linked: false }, []] : same(life);
    case "heartbeats-missed":
    case "ping-unanswered":
      return life.linked ? [{ ...life, linked: false }, [{ type: "cut-link" }]] : same(life);

    case "drain-asked":
      return drain(life, event.by);
    case "drain-ended":
      // A node that drains by its own wish is about to end, whatever others want of it.
      if (life.standing.type !== "draining" || life.standing.by !== "server") return same(life);
      return stand(life, { type: "registered" }, [{ type: "run-checks" }]);
    case "verdict-given":
      if (life.standing.type === "retired") return same(life);
      return stand(life, { type: "quarantined", by: "verdict", reason: event.reason }, TELL);
    case "verdict-lifted":
      if (life.standing.type !== "quarantined" || life.standing.by !== "verdict") return same(life);
      return stand(life, { type: "registered" }, [{ type: "run-checks" }]);
  }
}

const TELL: readonly NodeEffect[] = [{ type: "tell-node" }];

/**
 * A link that comes back finds the node as it was, as long as it claims the same: a cut
 * cable is no reason to doubt it. A verdict outlives every link, or hanging up would lift it.
 */
function link(life: NodeLife, event: Extract<NodeEvent, { type: "linked" }>): [NodeLife, readonly NodeEffect[]] {
  const linked: NodeLife = { ...life, linked: true, slots: slotsAfterReport(life.slots, event.sessions) };
  const { standing } = linked;
  if (standing.type === "quarantined" && standing.by === "verdict") return [linked, TELL];
  if (event.draining) return drain({ ...linked, standing: { type: "registered" } }, "node");
  if (standing.type === "draining" && standing.by === "server") return [linked, TELL];
  if (standing.type === "admitted" && !event.inventoryChanged) return [linked, TELL];
  return [{ ...linked, standing: { type: "registered" } }, [{ type: "run-checks" }]];
}

function recheck(life: NodeLife): [NodeLife, readonly NodeEffect[]] {
  const { standing } = life;
  const stays = standing.type === "draining" || standing.type === "retired" || (standing.type === "quarantined" && standing.by === "verdict");
  return stays ? same(life) : stand(life, { type: "registered" }, [{ type: "run-checks" }]);
}

function drain(life: NodeLife, by: "node" | "server"): [NodeLife, readonly NodeEffect[]] {
  const { standing } = life;
  if (standing.type === "retired") return same(life);
  if (standing.type === "quarantined" && standing.by === "verdict" && by === "server") return same(life);
  // The node's own wish is the stronger one: it ends afterwards.
  if (standing.type === "draining" && (standing.by === "node" || by === "server")) return same(life);
  const [drained, effects] = retireIfDrained({ ...life, standing: { type: "draining", by } });
  return [drained, effects.length > 0 ? effects : TELL];
}

/** A node that drains by its own wish is let go once no slot is in use. */
function retireIfDrained(life: NodeLife): [NodeLife, readonly NodeEffect[]] {
  const over = life.standing.type === "draining" && life.standing.by === "node" && life.slots.size === 0;
  return over ? stand(life, { type: "retired" }, TELL) : same(life);
}

function setSlot(life: NodeLife, sessionId: string, slot: Slot): [NodeLife, readonly NodeEffect[]] {
  const before = life.slots.get(sessionId);
  if (before?.held === slot.held && before.reported === slot.reported) return same(life);
  const slots = new Map(life.slots);
  if (slot.held || slot.reported !== undefined) slots.set(sessionId, slot);
  else slots.delete(sessionId);
  return retireIfDrained({ ...life, slots });
}

/** The very same map where nothing changed, as with nearly every heartbeat. */
function slotsAfterReport(slots: NodeLife["slots"], sessions: readonly SessionReport[]): NodeLife["slots"] {
  const reportedBefore = slots.values().reduce((count, slot) => count + (slot.reported === undefined ? 0 : 1), 0);
  const unchanged =
    reportedBefore === sessions.length && sessions.every(({ sessionId, use }) => slots.get(sessionId)?.reported === use);
  if (unchanged) return slots;
  const next = new Map<string, Slot>();
  for (const [sessionId, { held }] of slots) if (held) next.set(sessionId, { held, reported: undefined });
  for (const { sessionId, use } of sessions) next.set(sessionId, { held: slots.get(sessionId)?.held === true, reported: use });
  return next;
}

const ORDER = ["leased", "recycling", "preparing", "rendering"] as const;

function busiestUse(slots: NodeLife["slots"]): NodeState {
  let furthest = -1;
  for (const slot of slots.values()) furthest = Math.max(furthest, ORDER.indexOf(useOf(slot)));
  return ORDER[furthest] ?? "standby";
}

/** A session that the servers have given up and the node still has is being put away, whatever it does. */
function useOf({ held, reported }: Slot): (typeof ORDER)[number] {
  if (reported === undefined) return "leased";
  return held ? reported : "recycling";
}

function stand(life: NodeLife, standing: Standing, effects: readonly NodeEffect[] = []): [NodeLife, readonly NodeEffect[]] {
  return [{ ...life, standing }, effects];
}

const NOTHING: readonly NodeEffect[] = [];
const same = (life: NodeLife): [NodeLife, readonly NodeEffect[]] => [life, NOTHING];
