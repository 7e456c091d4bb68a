// The company in one session as this page knows it: who is there, and, for the session's player,
// which links lead there. Asks the server; knows no page.

import type { IceServer } from "@nearframe/shared/friends/messages";
import { OWNER, type GuestRole, type Member, type ShareView } from "@nearframe/shared/friends/roles";
import type { Scope } from "@nearframe/shared/lifetime";
import { createSource, type Behavior } from "../behavior.ts";
import type { ControlLink } from "../stream/control-link.ts";
import type { Timers } from "../timers.ts";

export type Company = {
  you: string;
  members: readonly Member[];
  shares: readonly ShareView[];
  iceServers: readonly IceServer[];
};

export const NOBODY: Company = { you: OWNER, members: [], shares: [], iceServers: [] };

export interface CompanyModel {
  readonly state: Behavior<Company>;
  /** Rejects with a sentence of the server's, or of ours where it does not answer. */
  share(role: GuestRole, options: { lastsMs: number; pad?: number }): Promise<ShareView>;
  revoke(code: string): void;
  remove(guestId: string): void;
}

const ANSWER_MS_MAX = 10_000;

/** `sessionId`: of the session in which this page is, as player or as guest; undefined while there is none. */
export function createCompany(
  scope: Scope,
  ports: { link: ControlLink; timers: Timers; makeId(): string; sessionId(): string | undefined; owner: boolean },
): CompanyModel {
  const { link, timers, sessionId } = ports;
  const state = createSource(NOBODY);
  scope.own(
    link.onMessage((message) => {
      if (message.type !== "session.company" || message.sessionId !== sessionId()) return;
      const { you, members, shares = [], iceServers } = message;
      state.set({ you, members, shares, iceServers });
    }),
    (stop) => stop(),
  );
  // After a loss of the line the server may be another, which has told nothing yet.
  const list = () => {
    const mine = sessionId();
    if (ports.owner && mine !== undefined && link.status.value.is === "open") link.send({ type: "share.list", sessionId: mine });
  };
  scope.own(link.status.subscribe(list), (stop) => stop());
  list();

  const tell = (make: (mine: string) => Parameters<ControlLink["send"]>[0]) => {
    const mine = sessionId();
    if (mine !== undefined) link.send(make(mine));
  };
  return {
    state: state.behavior,
    revoke: (code) => tell((mine) => ({ type: "share.revoke", sessionId: mine, code })),
    remove: (guestId) => tell((mine) => ({ type: "guest.remove", sessionId: mine, guestId })),
    share(role, { lastsMs, pad }) {
      const mine = sessionId();
      const requestId = ports.makeId();
      const { promise, resolve, reject } = Promise.withResolvers<ShareView>();
      const stopListening = link.onMessage((message) => {
        if (message.type === "share.made" && message.requestId === requestId) resolve(message.share);
        if (message.type === "error" && message.requestId === requestId) reject(new Error(message.message));
      });
      const stopTimer = timers.after(ANSWER_MS_MAX, () => reject(new Error("the server did not answer in time")));
      const request = { type: "share.make", requestId, role, lastsMs, ...(pad !== undefined && { pad }) } as const;
      if (mine === undefined || !link.send({ ...request, sessionId: mine })) reject(new Error("the server can't be reached now"));
      return promise.finally(() => {
        stopListening();
        stopTimer();
      });
    },
  };
}
