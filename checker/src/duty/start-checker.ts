// A checker at work: its line to the server, and its duty.

import type { Scope } from "@nearframe/shared/lifetime";
import { openCheckerLink } from "../control/checker-link.ts";
import type { CheckerIdentity } from "../identity.ts";
import { openPath } from "../path/adapters/werift/open-path.ts";
import { openSenses } from "../play/senses.ts";
import { createDuty } from "./duty.ts";
import { createPerform } from "./perform.ts";

export type CheckerPorts = {
  /** The checkers' socket, and the players'. */
  url: string;
  playUrl: string;
  operatorId: string | undefined;
  fromAddress?: string | undefined;
  identity: CheckerIdentity;
  /** Left out: as a checker does. */
  perform?: Parameters<typeof createDuty>[0]["perform"];
  onNote(note: string): void;
  /** The server will never take this checker as it is. */
  onRefused(why: string): void;
};

export function startChecker({ url, playUrl, operatorId, fromAddress, identity, perform, onNote, onRefused }: CheckerPorts, scope: Scope): void {
  const { timeZone } = Intl.DateTimeFormat().resolvedOptions();
  const link = openCheckerLink({ url, operatorId, fromAddress, identity }, {
    onEnrolled({ checkerId, operatorId: as, networkId }) {
      onNote(`${checkerId} is enrolled, for ${as}, in network ${networkId}`);
      duty.sayAgain();
    },
    onMessage: (message) => duty.handle(message),
    onLost(why, final) {
      if (final) return onRefused(why);
      onNote(`the line is down, and is dialled again: ${why}`);
    },
  }, scope);
  const duty = createDuty({
    identity,
    send: link.send,
    perform: perform ?? createPerform({ play: { url: playUrl, timeZone, openPath, openSenses }, onNote }),
    wallMs: Date.now,
    onNote,
  }, scope.child());
}
