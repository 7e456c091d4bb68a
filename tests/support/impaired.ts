// A player behind a bad network: the page's media goes through the relay, because
// the offer that reaches it names the relay in the node's place.

import type { Page } from "playwright";
import type { Scope } from "@nearframe/shared/lifetime";
import type { NetProfile } from "../net/link/profile.ts";
import { throughRelay, type Candidate } from "../net/relay/candidates.ts";
import { createRelay, type Relay } from "../net/relay/relay.ts";

const HOST = "127.0.0.1";

/** `mediaPort`: the node's, fixed with NEARFRAME_MEDIA_PORT. */
export async function impair(page: Page, mediaPort: number, profile: NetProfile, scope: Scope): Promise<Relay> {
  const relay = await createRelay(
    { listen: { host: HOST, port: 0 }, target: { host: HOST, port: mediaPort }, profile, seed: 7, linkPer: "relay" },
    scope,
  );
  await page.routeWebSocket(/\/control$/, (socket) => {
    const server = socket.connectToServer();
    server.onMessage((message) => socket.send(rewriteOffer(String(message), relay)));
    socket.onMessage((message) => server.send(message));
  });
  return relay;
}

function rewriteOffer(text: string, relay: Relay): string {
  const message = JSON.parse(text) as {
    type: string;
    offer?: Record<"receive" | "send", { iceCandidates: Candidate[] }>;
  };
  if (message.type !== "session.offer" || !message.offer) return text;
  for (const transport of [message.offer.receive, message.offer.send]) {
    const local = transport.iceCandidates.filter(({ ip }) => ip === HOST);
    transport.iceCandidates = throughRelay(local, relay.address);
  }
  return JSON.stringify(message);
}
