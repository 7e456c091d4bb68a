// The seat that a player has, and the one that is being made in its place. A player whose path
// died asks for a new one while the old may yet come back: it is kept until the new one is up.

import type { Scope } from "@nearframe/shared/lifetime";
import type { Offer, SignalCall } from "@nearframe/shared/protocol/media";

type AnySeat = { readonly offer: Pick<Offer, "receive" | "send"> };
type Taken<S> = { readonly seat: S; readonly scope: Scope };

export interface Seats<S extends AnySeat> {
  /** What is sent goes there, and what is heard comes from there. */
  readonly present: S | undefined;
  isPresent(scope: Scope): boolean;
  /** True if it is present at once: there was none before. Owned by its scope, which is closed when another takes its place. */
  add(seat: S, scope: Scope): boolean;
  /** Its path is up. True if it has taken the place of another by that. */
  connected(scope: Scope): boolean;
  /** In place of the present one, whether its path is up or not. */
  insist(): void;
  /** Whose transport a call is about; undefined where it is about none of them. */
  of(call: SignalCall): S | undefined;
}

export function createSeats<S extends AnySeat>(): Seats<S> {
  let present: Taken<S> | undefined;
  let next: Taken<S> | undefined;

  function promote(): void {
    const before = present;
    present = next;
    next = undefined;
    void before?.scope.close("replaced");
  }

  return {
    get present() {
      return present?.seat;
    },
    isPresent: (scope) => present?.scope === scope,
    add(seat, scope) {
      // Asked for again before it was up.
      void next?.scope.close("replaced");
      next = { seat, scope };
      if (present && !present.scope.closed) return false;
      promote();
      return true;
    },
    connected(scope) {
      if (next?.scope !== scope) return false;
      promote();
      return true;
    },
    insist() {
      if (next) promote();
    },
    of(call) {
      // Some calls are about no transport.
      const transportId = "transportId" in call ? call.transportId : undefined;
      return [next?.seat, present?.seat].find((seat) => seat?.offer.receive.id === transportId || seat?.offer.send.id === transportId);
    },
  };
}
