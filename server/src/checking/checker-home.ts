// The checkers whose sockets this process holds: what they say goes to the referee, in this
// process or in another, and what the referee says goes to them.

import type { Scope } from "@nearframe/shared/lifetime";
import { CloseCode } from "@nearframe/shared/protocol/limits";
import type { CheckerToServer } from "@nearframe/shared/protocol/checker-to-server";
import type { ServerToChecker } from "@nearframe/shared/protocol/server-to-checker";
import type { Bus } from "../cluster/ports.ts";
import type { NodeLocation } from "../nodes/node-record.ts";
import type { PeerLink } from "../peers/peer-door.ts";
import { CHECKERS_PER_SERVER_MAX, PRESENT_EVERY_MS } from "./limits.ts";
import { homeSubject, refereeSubject, ToHome, type PresentChecker, type ToReferee } from "./mail.ts";
import type { NodeCalls } from "./node-calls.ts";

export type Enrolling = { checkerId: string; publicKey: string; operatorId: string; networkId: string; address: string | undefined };

export interface CheckerHome {
  /** False if there is no room. */
  enrol(checker: Enrolling, link: PeerLink<ServerToChecker>): boolean;
  leave(checkerId: string, link: PeerLink<ServerToChecker>): void;
  handle(checkerId: string, message: Exclude<CheckerToServer, { type: "checker.enrol" }>): void;
}

export type CheckerHomePorts = {
  bus: Bus;
  serverId: string;
  /** Who is the referee now. */
  refereeId(): string;
  nodeCalls: NodeCalls;
  locate(place: { address: string | undefined; timeZone: undefined }): NodeLocation | undefined;
};

/** How many fit into one message between servers. */
const PRESENT_BATCH = 100;

export async function openCheckerHome(ports: CheckerHomePorts, scope: Scope): Promise<CheckerHome> {
  const { bus, serverId, refereeId, nodeCalls, locate } = ports;
  const checkers = new Map<string, { link: PeerLink<ServerToChecker>; present: PresentChecker }>();
  let toldReferee: string | undefined;

  const tell = (letter: ToReferee) => bus.publish(refereeSubject(refereeId()), letter);

  function tellPresent(): void {
    toldReferee = refereeId();
    const all = [...checkers.values()].map(({ present }) => present);
    for (let from = 0; from < all.length; from += PRESENT_BATCH) {
      tell({ type: "present", homeId: serverId, checkers: all.slice(from, from + PRESENT_BATCH) });
    }
  }

  await bus.subscribe(homeSubject(serverId), ToHome, (letter) => {
    if (letter.type === "may-call") return letter.nodeIds.forEach((nodeId) => nodeCalls.allow(letter.checkerId, nodeId, letter.forMs));
    if (letter.type === "may-call-audited") return nodeCalls.allow(letter.checkerId, letter.nodeId, letter.forMs, letter.bend);
    checkers.get(letter.checkerId)?.link.send(letter.message);
  }, scope);
  scope.own(setInterval(tellPresent, PRESENT_EVERY_MS), clearInterval);
  // Another server has become the referee: it knows of nobody yet.
  scope.own(setInterval(() => {
    if (refereeId() !== toldReferee) tellPresent();
  }, PRESENT_EVERY_MS / 10), clearInterval);

  return {
    enrol({ checkerId, publicKey, operatorId, networkId, address }, link) {
      const known = checkers.get(checkerId);
      if (!known && checkers.size >= CHECKERS_PER_SERVER_MAX) return false;
      // It redialled before this end noticed that the old link is dead.
      known?.link.close(CloseCode.replaced, "the checker has enrolled again");
      const location = locate({ address, timeZone: undefined });
      const present = { checkerId, publicKey, operatorId, networkId, ...(location && { location }) };
      checkers.set(checkerId, { link, present });
      tell({ type: "present", homeId: serverId, checkers: [present] });
      return true;
    },
    leave(checkerId, link) {
      if (checkers.get(checkerId)?.link !== link) return;
      checkers.delete(checkerId);
      tell({ type: "gone", checkerId });
    },
    handle(checkerId, message) {
      if (message.type === "checker.node.call") return nodeCalls.ask(checkerId, message, (reply) => checkers.get(checkerId)?.link.send(reply));
      tell({ type: "from-checker", checkerId, message });
    },
  };
}
