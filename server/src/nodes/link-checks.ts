// Is a node still there? A machine without power, or behind a cable that is out, leaves its
// link open, and heartbeats miss it only after a quarter of a minute. A player who sees no
// media is a reason to ask at once.
//
// Players are not trusted with more than that: what they say makes a ping now and then, and
// only the node's own silence cuts its link.

import type { Clock } from "@nearframe/shared/clock";
import type { Scope } from "@nearframe/shared/lifetime";
import { LINK_ANSWER_MS, LINK_CHECK_EVERY_MS, REMOTE_CHECK_MS } from "./limits.ts";
import type { NodeMail } from "./node-mail.ts";
import type { NodeLink } from "./node.ts";

/** The last check of a link; one that is not over yet serves whoever asks meanwhile. */
export type LastCheck = { atMs: number; over: boolean };

/** When to ask the node, or that the present check will do. Pure. */
export function nextCheckAtMs(last: LastCheck | undefined, nowMs: number): number | "shared" {
  if (!last) return nowMs;
  return last.over ? Math.max(nowMs, last.atMs + LINK_CHECK_EVERY_MS) : "shared";
}

export type LinkCheckPorts = {
  clock: Clock;
  serverId: string;
  mail: NodeMail;
  /** Of a node that hangs here. */
  linkOf(nodeId: string): NodeLink | undefined;
  /** The other process that a node hangs on, as far as is known; undefined while it is offline. */
  homeOf(nodeId: string): string | undefined;
  /** One that hangs here did not answer in time. */
  onSilent(nodeId: string): void;
};

export type LinkChecks = ReturnType<typeof createLinkChecks>;

export function createLinkChecks({ clock, serverId, mail, linkOf, homeOf, onSilent }: LinkCheckPorts, scope: Scope) {
  const checks = new WeakMap<NodeLink, LastCheck & { answer: Promise<boolean> }>();
  /** What other homes were asked, by node. */
  const asked = new Map<string, { answer: Promise<boolean>; settle(linked: boolean): void }>();
  scope.own(asked, () => {
    for (const { settle } of [...asked.values()]) settle(true);
  });

  /** Whether the node answers; wherever it hangs, it is taken for gone when it does not. Never rejects. */
  function check(nodeId: string): Promise<boolean> {
    const link = linkOf(nodeId);
    if (link) return checkHere(nodeId, link);
    const homeId = homeOf(nodeId);
    return homeId === undefined || scope.closed ? Promise.resolve(false) : ask(homeId, nodeId);
  }

  function checkHere(nodeId: string, link: NodeLink): Promise<boolean> {
    const last = checks.get(link);
    const atMs = nextCheckAtMs(last, clock.monotonicMs());
    if (last && atMs === "shared") return last.answer;
    const next = { atMs: atMs === "shared" ? clock.monotonicMs() : atMs, over: false, answer: Promise.resolve(true) };
    next.answer = run(nodeId, link, next);
    checks.set(link, next);
    return next.answer;
  }

  async function run(nodeId: string, link: NodeLink, mine: LastCheck): Promise<boolean> {
    await passed(mine.atMs - clock.monotonicMs());
    const answered = await link.answers(LINK_ANSWER_MS);
    mine.over = true;
    if (answered || scope.closed) return true;
    // A node that has dialled anew meanwhile is there, here or elsewhere.
    if (linkOf(nodeId) !== link) return linkOf(nodeId) !== undefined || homeOf(nodeId) !== undefined;
    onSilent(nodeId);
    return false;
  }

  function passed(delayMs: number): Promise<void> {
    if (delayMs <= 0 || scope.closed) return Promise.resolve();
    return new Promise((resolve) => {
      const wait = scope.child();
      const timer = setTimeout(() => void wait.close("the time has come"), delayMs);
      wait.own(timer, () => {
        clearTimeout(timer);
        resolve();
      });
    });
  }

  function ask(homeId: string, nodeId: string): Promise<boolean> {
    const present = asked.get(nodeId);
    if (present) return present.answer;
    const { promise: answer, resolve } = Promise.withResolvers<boolean>();
    const settle = (linked: boolean) => {
      clearTimeout(timer);
      asked.delete(nodeId);
      resolve(linked);
    };
    // No answer says nothing of the node; its record, which its home writes, does.
    const timer = setTimeout(() => settle(homeOf(nodeId) !== undefined), REMOTE_CHECK_MS);
    asked.set(nodeId, { answer, settle });
    mail.send(homeId, { type: "check", nodeId, askerId: serverId });
    return answer;
  }

  /** Another process asks about a node that hangs here. Of one that has moved on its next home's record tells. */
  function handleAsked(nodeId: string, askerId: string): void {
    const link = linkOf(nodeId);
    if (!link) return;
    void checkHere(nodeId, link).then((linked) => {
      if (!scope.closed) mail.send(askerId, { type: "checked", nodeId, linked });
    });
  }

  return {
    check,
    handleAsked,
    handleAnswer: (nodeId: string, linked: boolean): void => asked.get(nodeId)?.settle(linked),
  };
}
