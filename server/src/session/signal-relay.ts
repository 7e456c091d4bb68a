// Carries a player's signal calls to the session's node and the answers back.
//
// The player counts its calls per socket and the node answers per session, so
// each call gets a number of its own on the way to the node. Every call is
// answered once: by the node, by the time limit, or because the session ended.

import type { Scope } from "@nearframe/shared/lifetime";
import type { SignalCall, SignalResult } from "@nearframe/shared/protocol/media";
import { jsonBytes } from "./json-bytes.ts";
import { SIGNAL_BYTES_MAX, SIGNAL_MS, SIGNALS_OUTSTANDING_MAX } from "./limits.ts";
import type { PlayerPeer, SessionNodes } from "./ports.ts";

type Outstanding = {
  sessionId: string;
  /** Who shares one count: the session's player, or one of its guests. */
  caller: string;
  nodeId: string;
  peer: PlayerPeer;
  playerCallId: number;
  timer: NodeJS.Timeout;
};

export type SignalRelay = ReturnType<typeof createSignalRelay>;

export function createSignalRelay(nodes: Pick<SessionNodes, "send">, scope: Scope) {
  const outstanding = new Map<number, Outstanding>();
  /** Calls on their way, by caller. */
  const counts = new Map<string, number>();
  let lastCallId = 0;

  scope.own(outstanding, () => {
    for (const call of outstanding.values()) clearTimeout(call.timer);
    outstanding.clear();
  });

  /** `guestId`: for a guest's seat instead of the player's. */
  function call(
    peer: PlayerPeer, sessionId: string, epoch: number, nodeId: string, playerCallId: number, signal: SignalCall, guestId?: string,
  ): void {
    const caller = guestId === undefined ? sessionId : `${sessionId} ${guestId}`;
    const refuse = (code: string, message: string) =>
      peer.send({ type: "session.signal.reply", sessionId, callId: playerCallId, result: { ok: false, code, message } });
    const count = counts.get(caller) ?? 0;
    if (count >= SIGNALS_OUTSTANDING_MAX) {
      return refuse("SIGNALS_TOO_MANY", `${SIGNALS_OUTSTANDING_MAX} calls wait for an answer already`);
    }
    if (jsonBytes(signal) > SIGNAL_BYTES_MAX) {
      return refuse("SIGNAL_TOO_LARGE", `a signal may have ${SIGNAL_BYTES_MAX} bytes`);
    }
    const callId = ++lastCallId;
    const asked = guestId === undefined ? ({ type: "session.signal" } as const) : ({ type: "seat.signal", guestId } as const);
    if (!nodes.send(nodeId, { ...asked, sessionId, epoch, callId, signal })) {
      return refuse("NODE_UNREACHABLE", "the node has no link to the server now; try again in a few seconds");
    }
    counts.set(caller, count + 1);
    const timer = setTimeout(
      () => settle(callId, { ok: false, code: "SIGNAL_TIMEOUT", message: `the node did not answer in ${SIGNAL_MS} ms` }),
      SIGNAL_MS,
    );
    outstanding.set(callId, { sessionId, caller, nodeId, peer, playerCallId, timer });
  }

  /** An answer that nobody waits for any more, or from a node that was not asked, is dropped. */
  function reply(nodeId: string, sessionId: string, callId: number, result: SignalResult): void {
    const call = outstanding.get(callId);
    if (call?.nodeId === nodeId && call.sessionId === sessionId) settle(callId, result);
  }

  /** The player's own; a guest's are answered by the node, or by their time limit. */
  function dropSession(sessionId: string): void {
    for (const [callId, call] of outstanding) {
      if (call.caller !== sessionId) continue;
      settle(callId, { ok: false, code: "SESSION_GONE", message: "the session ended or moved to another device" });
    }
  }

  function settle(callId: number, result: SignalResult): void {
    const call = outstanding.get(callId);
    if (!call) return;
    outstanding.delete(callId);
    clearTimeout(call.timer);
    const left = (counts.get(call.caller) ?? 1) - 1;
    if (left > 0) counts.set(call.caller, left);
    else counts.delete(call.caller);
    call.peer.send({ type: "session.signal.reply", sessionId: call.sessionId, callId: call.playerCallId, result });
  }

  return { call, reply, dropSession };
}
