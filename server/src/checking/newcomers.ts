// Holds a stranger's node up until checkers have borne out what it claims, where the
// network has enough of them; elsewhere it is let in provisionally. The operator's own
// nodes, which show the token, are let in at once and checked beside.

import type { Scope } from "@nearframe/shared/lifetime";
import { digestOf } from "@nearframe/shared/checking/report";
import type { NodeInventory } from "@nearframe/shared/node/inventory";
import { DEVICE_RUNTIMES } from "../nodes/node-record.ts";
import type { Bus } from "../cluster/ports.ts";
import type { NodeChecks, NodeClaim } from "../nodes/checks.ts";
import { refereeSubject } from "./mail.ts";

export type Newcomers = ReturnType<typeof createNewcomers>;

/** What was told of the network's checkers holds for so long. */
const STATE_FRESH_MS = 20_000;
const ASK_EVERY_MS = 5_000;
/** The epoch that it came in may be too far on, and the next one's verdict comes at its end. */
const EPOCHS_WAITED = 2.2;
const WAITING_MAX = 10_000;

export function createNewcomers({ bus, refereeId }: { bus: Bus; refereeId(): string }, scope: Scope) {
  let state: { enough: boolean; epochMs: number; heardMs: number } = { enough: false, epochMs: 0, heardMs: -Infinity };
  const waiting = new Map<string, { settle(reason: string | undefined): void }>();
  scope.own(waiting, () => {
    for (const { settle } of waiting.values()) settle(undefined);
  });

  function check({ nodeId, trusted, inventory }: NodeClaim): undefined | Promise<string | undefined> {
    const enough = state.enough && performance.now() - state.heardMs < STATE_FRESH_MS;
    const ask = () => bus.publish(refereeSubject(refereeId()), { type: "newcomer", nodeId, claims: claimsOf(inventory) });
    // Of its own nodes the operator wants to know it too.
    if (enough && trusted) ask();
    if (!enough || trusted || scope.closed || waiting.size >= WAITING_MAX) return undefined;
    waiting.get(nodeId)?.settle(undefined);
    return new Promise((resolve) => {
      const asking = setInterval(ask, ASK_EVERY_MS);
      const limit = setTimeout(() => settle(undefined), EPOCHS_WAITED * state.epochMs);
      const settle = (reason: string | undefined) => {
        clearInterval(asking);
        clearTimeout(limit);
        if (waiting.get(nodeId)?.settle === settle) waiting.delete(nodeId);
        resolve(reason);
      };
      waiting.set(nodeId, { settle });
      ask();
    });
  }

  return {
    checks: { check } satisfies NodeChecks,
    handleState(enough: boolean, epochMs: number): void {
      state = { enough, epochMs, heardMs: performance.now() };
    },
    handleDecided: (nodeId: string, reason: string | undefined): void => waiting.get(nodeId)?.settle(reason),
  };
}

/** What is checked; not what a machine measures anew each time it starts. */
export function claimsOf({ hardware, runtimes, capacity, encoders }: NodeInventory): string {
  const names = (encoders ?? []).filter(({ opened }) => opened).map(({ name }) => name).toSorted();
  // A device that is played is no other claim than one that is free.
  const own = runtimes.filter((runtime) => !DEVICE_RUNTIMES.includes(runtime));
  return digestOf({ hardware, runtimes: own, slots: capacity.slots, encoders: names });
}
