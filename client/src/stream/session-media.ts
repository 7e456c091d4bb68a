// The media paths of one session: the one that counts, and beside it the candidates that are
// being measured. Opens, promotes and closes them; what that means is the transition's business.

import type { Scope } from "@nearframe/shared/lifetime";
import type { Offer } from "@nearframe/shared/protocol/media";
import type { Timers } from "../timers.ts";
import { startProbe, type Probed, type ProbeRun } from "./probe-run.ts";
import type { Path, PathEvents, Receiver } from "./receiver.ts";
import { SignalError, type CallNode, type SignalCalls } from "./signal-calls.ts";
import { packetsReceived, startStallWatch, type StallNews } from "./stall-watch.ts";

/**
 * From the first candidate's offer to the last report. The server waits 400 ms for all of it, and
 * the reports have yet to reach it.
 */
export const PROBING_MS = 350;
/** A handful of pings over a near path. */
const PROBE_MS_MIN = 120;
/** The server gives up a trial after five seconds; whatever came of it, no second path stays open. */
const ASIDE_MS = 4_000;
/** Far below what the server lets a player ask for. */
export const NEW_PATH_EVERY_MS = 5_000;
/** A new track that doesn't say when its media begins is shown after this. */
const SHOW_AFTER_MS = 8_000;

export type SessionMediaPorts = {
  calls: SignalCalls;
  timers: Timers;
  random32(): number;
  pageVisible(): boolean;
  openPath(scope: Scope, offer: Offer, call: CallNode, events: PathEvents): Promise<Path>;
  /** Of the path that counts. */
  onTrack(track: MediaStreamTrack): void;
  onFrameMark(bytes: Uint8Array): void;
  onControl(text: string): void;
  /** The path that counts from now on, or none. */
  onReceiver(receiver: Receiver | undefined): void;
};

export type SessionMediaEvents = {
  onConnected(): void;
  onDisconnected(): void;
  onFailed(cause: "node-silent" | "player-broken", detail: string): void;
  onProbed(epoch: number, probed: Probed): void;
  /** What was to be taken is not here. */
  onMissing(): void;
  /** Nothing comes over a path that looks up, while somebody watches. */
  onStall(news: StallNews): void;
};

export interface SessionMedia {
  /** The session's own path, in place of all others. */
  open(epoch: number, offer: Offer): void;
  /** A candidate: connected and measured. */
  probe(epoch: number, offer: Offer): void;
  /** A node beside the session's own: connected, measured, and closed again. */
  probeAside(epoch: number, offer: Offer): void;
  /** Makes a candidate the session's own, as it is: nothing is connected anew. */
  take(epoch: number): void;
  restartIce(): void;
  close(): void;
}

type Entry = {
  readonly epoch: number;
  readonly scope: Scope;
  path: Promise<Path>;
  receiver: Receiver | undefined;
  connected: boolean;
  /** Called when it is. */
  onceConnected: (() => void) | undefined;
  /** Kept while it is a candidate. */
  tracks: MediaStreamTrack[];
  probe: ProbeRun | undefined;
};

export function createSessionMedia(scope: Scope, ports: SessionMediaPorts, events: SessionMediaEvents): SessionMedia {
  const { timers } = ports;
  const candidates = new Map<number, Entry>();
  let current: Entry | undefined;
  /** Where the player's hands are: until the next path is up, the one before it. */
  let inHand: Entry | undefined;
  let aside: Entry | undefined;
  /** Something has been shown: it stays until there is more. */
  let hasPicture = false;
  let probingUntilMs = 0;
  let lostToldAtMs = -Infinity;

  function makeEntry(epoch: number, offer: Offer, untilMs = 0): Entry {
    const mine: Omit<Entry, "path"> & { path?: Promise<Path> } = {
      epoch, scope: scope.child(), receiver: undefined, connected: false, onceConnected: undefined, tracks: [], probe: undefined,
    };
    const counts = () => current === mine && !mine.scope.closed;
    // The node speaks over the path before this one until this one is up.
    const speaks = () => counts() || (inHand === mine && !mine.scope.closed);
    mine.path = ports.openPath(mine.scope, offer, ports.calls.to(epoch), {
      onTrack: (track) => (counts() ? show(track, mine.scope) : void mine.tracks.push(track)),
      onConnected() {
        mine.connected = true;
        mine.onceConnected?.();
        if (counts()) events.onConnected();
      },
      onDisconnected() {
        mine.connected = false;
        if (counts()) events.onDisconnected();
      },
      onFrameMark: (bytes) => speaks() && ports.onFrameMark(bytes),
      onControl: (text) => speaks() && ports.onControl(text),
      onProbeOpen(channel) {
        // One that comes up too late for the others' time is measured in its own: the server may yet wait for it.
        const deadlineMs = Math.max(untilMs, timers.monotonicMs() + PROBE_MS_MIN);
        mine.probe = startProbe(mine.scope, deadlineMs, {
          timers,
          random32: ports.random32,
          send: (bytes) => channel.send(bytes),
          onProbed(probed) {
            events.onProbed(epoch, probed);
            if (aside === mine) void mine.scope.close("measured");
          },
        });
      },
      onProbe: (bytes) => mine.probe?.receive(bytes),
    });
    return mine as Entry;
  }

  /** A path that follows another shows nothing at first; until it does, the last picture stays. */
  function show(track: MediaStreamTrack, owner: Scope): void {
    if (track.kind !== "video" || !hasPicture || !track.muted) return deliver(track);
    let waiting = true;
    const begin = () => {
      if (waiting && !owner.closed) deliver(track);
      waiting = false;
    };
    const stop = timers.after(SHOW_AFTER_MS, begin);
    owner.own(undefined, stop);
    track.addEventListener("unmute", begin, { once: true, signal: owner.signal });
  }

  function deliver(track: MediaStreamTrack): void {
    if (track.kind === "video") hasPicture = true;
    ports.onTrack(track);
  }

  /** Brings `entry`, which counts from now on, to where the player's hands can use it. */
  async function complete(entry: Entry, previous: Entry | undefined): Promise<void> {
    const counts = () => current === entry && !entry.scope.closed;
    let goesOn = false;
    try {
      const path = await entry.path;
      const [receiver] = await Promise.all([path.open(), path.ready]);
      entry.receiver = receiver;
      // Until it is up, what the old path may yet bring is shown, and hands stay where they are.
      if (previous?.receiver) await connectedOrClosed(entry);
      // An offer that came later has won.
      if (!counts()) return;
      inHand = entry;
      ports.onReceiver(receiver);
      watch(entry, receiver);
    } catch (error) {
      const cause = error instanceof SignalError ? "node-silent" : "player-broken";
      const detail = error instanceof Error ? error.message : String(error);
      // What was taken for dead may have come back meanwhile; of another node nothing comes any more.
      goesOn = counts() && previous?.receiver !== undefined && previous.connected && !previous.scope.closed && previous.epoch === entry.epoch;
      if (goesOn) {
        console.warn("nearframe: the next path could not be made, and the present one goes on:", error);
        current = previous;
        void entry.scope.close("failed");
        events.onConnected();
      } else if (counts()) {
        events.onFailed(cause, detail);
      }
    } finally {
      // Kept until here, so that the last picture stays while the next path is made.
      if (!goesOn) void previous?.scope.close("another path counts now");
    }
  }

  function connectedOrClosed(entry: Entry): Promise<void> {
    if (entry.connected || entry.scope.closed) return Promise.resolve();
    return new Promise((resolve) => {
      entry.onceConnected = resolve;
      entry.scope.own(undefined, resolve);
    });
  }

  function watch(entry: Entry, receiver: Receiver): void {
    startStallWatch(entry.scope, {
      timers,
      async packets() {
        if (current !== entry || !entry.connected || !ports.pageVisible()) return undefined;
        // A path that closes as it is asked has nothing to say.
        const report = await receiver.stats().catch(() => undefined);
        return report && packetsReceived(report);
      },
      onNews: tellStall,
    });
  }

  /** A way that stutters is no reason to make paths one after the other; each takes the server's time, and a node's. */
  function tellStall(news: StallNews): void {
    const nowMs = timers.monotonicMs();
    if (news === "lost" && nowMs - lostToldAtMs < NEW_PATH_EVERY_MS) return;
    if (news === "lost") lostToldAtMs = nowMs;
    events.onStall(news);
  }

  function closeCandidates(): void {
    for (const { scope: each } of candidates.values()) void each.close("another was chosen");
    candidates.clear();
  }

  return {
    open(epoch, offer) {
      const previous = current;
      closeCandidates();
      // The path's first tracks may come before `openPath` returns, and count already.
      const entry = makeEntry(epoch, offer);
      current = entry;
      for (const track of entry.tracks.splice(0)) show(track, entry.scope);
      void complete(entry, previous);
    },
    probe(epoch, offer) {
      if (candidates.size === 0) probingUntilMs = timers.monotonicMs() + PROBING_MS;
      void candidates.get(epoch)?.scope.close("offered again");
      const entry = makeEntry(epoch, offer, probingUntilMs);
      candidates.set(epoch, entry);
      entry.path
        .then((path) => path.ready)
        .catch((error: unknown) => {
          if (entry.scope.closed || candidates.get(epoch) !== entry) return;
          // The others are measured all the same; chosen, it would be found missing.
          console.warn("nearframe: a node could not be probed:", error);
          candidates.delete(epoch);
          void entry.scope.close("failed");
        });
    },
    probeAside(epoch, offer) {
      void aside?.scope.close("another is measured");
      const entry = makeEntry(epoch, offer, timers.monotonicMs() + ASIDE_MS);
      aside = entry;
      entry.scope.own(undefined, timers.after(ASIDE_MS, () => void entry.scope.close("not measured in time")));
      entry.path
        .then((path) => path.ready)
        .catch((error: unknown) => {
          // The session stays where it is.
          if (!entry.scope.closed) console.warn("nearframe: a node could not be measured beside the present one:", error);
          void entry.scope.close("failed");
        });
    },
    take(epoch) {
      const entry = candidates.get(epoch);
      // Said twice: it is the session's already.
      if (!entry && current?.epoch === epoch) return;
      candidates.delete(epoch);
      closeCandidates();
      if (!entry) return events.onMissing();
      const previous = current;
      current = entry;
      for (const track of entry.tracks.splice(0)) show(track, entry.scope);
      if (entry.connected) events.onConnected();
      void complete(entry, previous);
    },
    restartIce() {
      current?.receiver?.restartIce().catch((error: unknown) => {
        // The path stays as it is, and the next restart, or the limit, decides.
        console.warn("nearframe: the media path could not be restarted:", error);
      });
    },
    close() {
      closeCandidates();
      void aside?.scope.close("the session is over");
      void current?.scope.close("the session is over");
      current = undefined;
      hasPicture = false;
      ports.onReceiver(undefined);
    },
  };
}
