// Two transports, one answer: connected when both are, disconnected when either is not.

import type { Scope } from "@nearframe/shared/lifetime";
import type { ConnectionState, Transport } from "mediasoup-client/types";

export function followConnection(
  transports: readonly Transport[],
  scope: Scope,
  events: { onConnected(): void; onDisconnected(): void },
): void {
  const states = new Map<Transport, ConnectionState>();
  let connected = false;
  for (const transport of transports) {
    transport.on("connectionstatechange", (state) => {
      if (scope.closed) return;
      states.set(transport, state);
      const now = transports.every((each) => states.get(each) === "connected");
      const lost = [...states.values()].some((each) => each === "disconnected" || each === "failed");
      if (now && !connected) {
        connected = true;
        events.onConnected();
      } else if (lost && connected) {
        connected = false;
        events.onDisconnected();
      }
    });
  }
}
