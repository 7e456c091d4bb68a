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
  const [relay] = await impairPaths(page, mediaPort, [profile], scope);
  if (!relay) throw new Error("no relay was made");
  return relay;
}

/** Several ways to the same node, as a phone has Wi-Fi and cellular; the first is preferred while it works. */
export async function impairPaths(page: Page, mediaPort: number, profiles: readonly NetProfile[], scope: Scope): Promise<Relay[]> {
  const relays = await Promise.all(profiles.map((profile) => relayTo(mediaPort, profile, scope)));
  await page.routeWebSocket(/\/control$/, (socket) => {
    const server = socket.connectToServer();
    server.onMessage((message) => socket.send(rewriteOffer(String(message), () => relays)));
    socket.onMessage((message) => server.send(message));
  });
  return relays;
}

export function relayTo(mediaPort: number, profile: NetProfile, scope: Scope): Promise<Relay> {
  return createRelay(
    { listen: { host: HOST, port: 0 }, target: { host: HOST, port: mediaPort }, profile, seed: 7, linkPer: "relay" },
    scope,
  );
}

/** Names relays in a node's place in what the server says to a player; `relaysFor` tells them by the node's media port. */
export function rewriteOffer(text: string, relaysFor: (mediaPort: number) => readonly Relay[]): string {
  const message = JSON.parse(text) as {
    type: string;
    offer?: Record<"receive" | "send", { iceCandidates: (Candidate & { priority: number; foundation: string })[] }>;
  };
  if (message.type !== "session.offer" || !message.offer) return text;
  for (const transport of [message.offer.receive, message.offer.send]) {
    const local = transport.iceCandidates.filter(({ ip }) => ip === HOST);
    transport.iceCandidates = relaysFor(local[0]?.port ?? 0).flatMap((relay, i) =>
      throughRelay(local, relay.address).map((candidate) => ({
        ...candidate, priority: candidate.priority - 1_000 * i, foundation: `${candidate.foundation}${i || ""}`,
      })),
    );
  }
  return JSON.stringify(message);
}
