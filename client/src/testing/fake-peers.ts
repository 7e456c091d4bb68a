// Two ends of a line between browsers, without a network: open as soon as each has heard the other.

import type { OpenPeer, PeerEvents, PeerLink } from "../friends/peer.ts";

type End = { events: PeerEvents; other: End | undefined; open: boolean; closed: boolean };

/** Ends find each other by the offer that one gives out and the other is handed. */
export function createFakePeers() {
  const offers = new Map<string, End>();
  const ends: End[] = [];
  const streams: (MediaStream | undefined)[] = [];
  let count = 0;

  const close = (end: End, why: string) => {
    if (end.closed) return;
    end.closed = true;
    end.open = false;
    end.events.onClosed(why);
  };

  const openPeer: OpenPeer = (scope, { initiator, stream }, events): PeerLink => {
    const end: End = { events, other: undefined, open: false, closed: false };
    ends.push(end);
    streams.push(stream);
    scope.own(end, (mine) => {
      mine.closed = true;
      mine.open = false;
      const { other } = mine;
      if (other) queueMicrotask(() => close(other, "closed by the other end"));
    });
    const connect = (other: End) => {
      end.other = other;
      other.other = end;
      for (const each of [end, other]) {
        each.open = true;
        each.events.onOpen();
      }
      if (stream) other.events.onStream(stream);
    };
    if (initiator) {
      const name = `offer-${++count}`;
      offers.set(name, end);
      queueMicrotask(() => end.closed || events.onSignal({ type: "offer", name }));
    }
    return {
      get open() {
        return end.open;
      },
      bufferedBytes: 0,
      signal({ type, name }) {
        const caller = type === "offer" ? offers.get(String(name)) : undefined;
        if (caller && !caller.closed && !end.closed) queueMicrotask(() => connect(caller));
      },
      send(data) {
        if (!end.open) return false;
        end.other?.events.onData(data);
        return true;
      },
    };
  };

  return {
    openPeer,
    streams,
    /** As when a phone leaves its Wi-Fi. */
    cutAll: () => {
      for (const end of ends) close(end, "ICE failed");
    },
    get openCount() {
      return ends.filter(({ open }) => open).length;
    },
  };
}
