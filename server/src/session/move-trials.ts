// The last word before a session goes to a better node: its player measures the way there, on
// the media path and beside the one that it plays on, as before a start (`docs/probing.md`). The
// node gets `session.prepare` under a lease of its own and the player `session.trial`; both
// report, and what can't be true is refused as everywhere. Nothing of it touches the session.

import type { Scope } from "@nearframe/shared/lifetime";
import { EndReason } from "@nearframe/shared/session/end-reasons";
import type { Log } from "../log.ts";
import { pathMs } from "../probing/choose-candidate.ts";
import type { Entry } from "./entry.ts";
import { report } from "./from-probing.ts";
import { TRIAL_MS } from "./limits.ts";
import type { SessionSlots } from "./ports.ts";
import type { SessionEvent } from "./session-events.ts";
import type { SessionTable } from "./session-table.ts";
import type { ToNode } from "./to-node.ts";

export type MoveTrials = ReturnType<typeof createMoveTrials>;

type Running = { readonly entry: Entry; end(rttMs: number | undefined, why: string): void };

export function createMoveTrials(
  ports: { table: Pick<SessionTable, "takeAside">; toNode: Pick<ToNode, "prepare" | "stop" | "forget">; slots: Pick<SessionSlots, "release">; log: Log },
  scope: Scope,
) {
  const { table, toNode, slots, log } = ports;
  /** One at a time: a move is rare, and measuring takes a slot, a node's time and a player's line. */
  let running: Running | undefined;
  scope.own(undefined, () => running?.end(undefined, "the server stops"));

  /** What the way to the node costs in milliseconds, by both ends; undefined where nobody can say. */
  async function measure(entry: Entry, nodeId: string): Promise<number | undefined> {
    if (running || scope.closed) return undefined;
    const { promise, resolve } = Promise.withResolvers<number | undefined>();
    const timer = setTimeout(() => end(undefined, "it was not measured in time"), TRIAL_MS);
    let over = false;
    function end(rttMs: number | undefined, why: string): void {
      if (over) return;
      over = true;
      clearTimeout(timer);
      log.info({ sessionId: entry.id, nodeId, rttMs }, `a better node was tried: ${why}`);
      resolve(rttMs);
    }
    const mine = (running = { entry, end });
    try {
      const option = await table.takeAside(entry, nodeId);
      if (option && plays(entry)) {
        const { lease, lightMs } = option;
        entry.trial = { lease, lightMs, byPlayer: undefined, byNode: undefined, refused: undefined };
        toNode.prepare(entry, lease);
      } else {
        if (option) slots.release(option.lease, entry.id);
        end(undefined, option ? "the session is not played any more" : "it has no slot");
      }
      return await promise;
    } finally {
      if (running === mine) running = undefined;
      giveBack(entry);
    }
  }

  function giveBack(entry: Entry): void {
    const { trial, id } = entry;
    if (!trial) return;
    entry.trial = undefined;
    toNode.stop(id, trial.lease, EndReason.TakenOver);
    toNode.forget(id, trial.lease);
    slots.release(trial.lease, id);
  }

  /** What was said under the trial's lease; false if it is about something else. */
  function take(entry: Entry, event: SessionEvent): boolean {
    const { trial } = entry;
    if (!trial || !("epoch" in event) || event.epoch !== trial.lease.epoch || running?.entry !== entry) return false;
    switch (event.type) {
      case "offered":
        entry.peer?.send({ type: "session.trial", sessionId: entry.id, epoch: event.epoch, offer: event.offer });
        break;
      case "probed":
        conclude((entry.trial = report(trial, event)));
        break;
      case "probe-refused":
        running.end(undefined, event.why);
        break;
      case "node-ended":
        running.end(undefined, `the node could not do it: ${event.reason}`);
        break;
      // Steps of a seat, and what is not told of a trial: without a report it is over in its time.
      case "progressed":
      case "lease-lost":
      case "node-silent":
      case "media-unreachable":
        break;
    }
    return true;
  }

  function conclude(trial: NonNullable<Entry["trial"]>): void {
    if (trial.refused !== undefined) return running?.end(undefined, trial.refused);
    const rttMs = pathMs(trial);
    if (rttMs !== undefined) running?.end(rttMs, "it was measured");
  }

  return {
    measure,
    take,
    get busy(): boolean {
      return running !== undefined;
    },
    /** Whatever became of the session, it is not being played on its node any more: the slot goes back before it is placed. */
    handleTurn(entry: Entry): void {
      if (running?.entry !== entry || plays(entry)) return;
      giveBack(entry);
      running.end(undefined, "the session is not played any more");
    },
  };
}

const plays = ({ session, peer }: Entry): boolean => session.state === "streaming" && peer !== undefined;
