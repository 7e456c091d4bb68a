// Puts input on the wire: at once when it changes, and the whole state again while
// anything is held, so that no lost packet leaves a key down. The first picture may be there
// before the way out is: what is pressed meanwhile waits for it, for a moment.

import type { Scope } from "@nearframe/shared/lifetime";
import { EDGES_MAX, writeInput, type InputEdge } from "@nearframe/shared/input/messages";
import type { SentInput } from "../stream/latency.ts";
import type { OpeningChannel, SendChannel } from "../stream/receiver.ts";
import type { Timers } from "../timers.ts";
import { applyInput, holdsSomething, isInHand, NOTHING_HELD, type HeldInput, type InputEvent } from "./input-state.ts";

export const REPEAT_EVERY_MS = 1000 / 15;
/**
 * After a change the first repeats come sooner, each so long after the one before: a lost packet of edges is sent again
 * once three later ones were heard of (RFC 9260, 7.2.4), and pads have no edges at all.
 */
export const REPEAT_SOON_MS: readonly number[] = [8, 16];
/** Repeats go on this long after the last change: a lost last state is made good. */
export const REPEAT_AFTER_CHANGE_MS = 300;
/** What may wait in the state channel. More means a link that is standing: the next repeat is newer. */
export const STATE_BACKLOG_BYTES_MAX = 4 * 1024;

/** A press that can't leave within this time is no longer what the player wants. */
export const EDGE_WAIT_MS_MAX = 2_000;

export type InputChannels = { inputState: SendChannel; inputEdges: OpeningChannel };

export interface InputSender {
  /** `madeAtMs` is the browser's own time of the event. */
  dispatch(event: InputEvent, madeAtMs: number): void;
  /** The way out, or none; on a new one the totals start at 0, as the node's do. */
  connect(channels: InputChannels | undefined): void;
}

export type InputSenderPorts = {
  timers: Timers;
  /** Runs after the current event, so that what belongs together leaves together. */
  soon(callback: () => void): void;
  /** For the latency account: only messages that say something new. */
  onSent(input: SentInput): void;
};

export function createInputSender(scope: Scope, ports: InputSenderPorts): InputSender {
  const { timers } = ports;
  let held: HeldInput = NOTHING_HELD;
  let channels: InputChannels | undefined;
  /** Those that wait for their way out; of more than one message holds, the newest. */
  let edges: { edge: InputEdge; madeAtMs: number; fromMs: number }[] = [];
  let seq = 0;
  let edgeSeq = 0;
  /** Time of the oldest event that has not left yet. */
  let madeAtMs: number | undefined;
  let changedAtMs = -Infinity;
  let stopRepeat: (() => void) | undefined;
  /** Since the last change. */
  let repeats = 0;

  function flush(): void {
    if (madeAtMs === undefined) return;
    const made = { madeAtMs, sentAtMs: timers.monotonicMs() };
    madeAtMs = undefined;
    const told = sendEdges(made.sentAtMs);
    if (!channels) return;
    const stateSeq = sendState();
    // The edges carry the news; a state that follows them says the same again.
    if (stateSeq !== undefined && !told) ports.onSent({ seq: stateSeq, ...made });
    repeatSoon();
  }

  function sendEdges(sentAtMs: number): boolean {
    edges = edges.filter(({ fromMs }) => sentAtMs - fromMs <= EDGE_WAIT_MS_MAX);
    let told = false;
    // A pasted text may be more than a message holds.
    while (channels && edges.length > 0) {
      const leaving = edges.slice(0, EDGES_MAX);
      const sentSeq = nextSeq();
      if (!channels.inputEdges.send(writeInput({ kind: "edges", seq: sentSeq, edges: leaving.map(({ edge }) => edge) }))) break;
      edgeSeq = sentSeq;
      ports.onSent({ seq: sentSeq, madeAtMs: Math.min(...leaving.map((each) => each.madeAtMs)), sentAtMs });
      edges = edges.slice(EDGES_MAX);
      told = true;
    }
    edges = edges.slice(-EDGES_MAX);
    return told;
  }

  function sendState(): number | undefined {
    if (!channels || channels.inputState.bufferedBytes > STATE_BACKLOG_BYTES_MAX) return undefined;
    const { keys, buttons, pointer, pads, touches } = held;
    const sentSeq = nextSeq();
    const bytes = writeInput({
      kind: "state", seq: sentSeq, edgeSeq, pointer, buttons, keys, pads, touches,
      dxTotal: Math.round(held.dxTotal), dyTotal: Math.round(held.dyTotal),
      wheelXTotal: Math.round(held.wheelXTotal), wheelYTotal: Math.round(held.wheelYTotal),
    });
    return channels.inputState.send(bytes) ? sentSeq : undefined;
  }

  function repeatSoon(): void {
    stopRepeat?.();
    stopRepeat = undefined;
    repeats = 0;
    repeatLater();
  }

  function repeatLater(): void {
    if (stopRepeat) return;
    stopRepeat = timers.after(REPEAT_SOON_MS[repeats] ?? REPEAT_EVERY_MS, () => {
      stopRepeat = undefined;
      repeats += 1;
      if (scope.closed || !channels) return;
      sendState();
      if (holdsSomething(held) || timers.monotonicMs() - changedAtMs < REPEAT_AFTER_CHANGE_MS) repeatLater();
    });
  }

  const nextSeq = () => (seq = (seq + 1) >>> 0);

  scope.own(undefined, () => {
    stopRepeat?.();
    channels = undefined;
  });

  return {
    dispatch(event, eventMadeAtMs) {
      const [next, more] = applyInput(held, event);
      if (next === held && more.length === 0) return;
      held = next;
      changedAtMs = timers.monotonicMs();
      edges.push(...more.map((edge) => ({ edge, madeAtMs: eventMadeAtMs, fromMs: changedAtMs })));
      if (madeAtMs === undefined) ports.soon(flush);
      madeAtMs = Math.min(madeAtMs ?? Infinity, eventMadeAtMs);
    },
    connect(next) {
      channels = next;
      held = { ...held, dxTotal: 0, dyTotal: 0, wheelXTotal: 0, wheelYTotal: 0 };
      if (next && holdsSomething(held)) repeatLater();
      void next?.inputEdges.opened.then(() => {
        if (channels !== next) return;
        const told = sendEdges(timers.monotonicMs());
        // The node there has heard of nothing yet, also not of a pad at rest.
        if (isInHand(held)) changedAtMs = timers.monotonicMs();
        if (told || isInHand(held)) repeatSoon();
      });
    },
  };
}
