// Where a request comes from: the far end of its socket, or what our own reverse
// proxies say. What a stranger writes into the header is never believed.

import type { IncomingMessage } from "node:http";

/** IPv4 without its IPv6 wrapping; undefined if the socket is gone, or a proxy that should be there is not. */
export function clientAddress(request: Pick<IncomingMessage, "headers" | "socket">, proxyCount: number): string | undefined {
  const address = proxyCount === 0 ? request.socket.remoteAddress : forwardedAddress(request.headers["x-forwarded-for"], proxyCount);
  return address?.replace(/^::ffff:(?=\d+\.)/, "");
}

/** Each proxy appends the address that it sees; so of the last `proxyCount` the first is the player's. */
function forwardedAddress(header: string | string[] | undefined, proxyCount: number): string | undefined {
  const hops = [header ?? []].flat().join(",").split(",").map((hop) => hop.trim()).filter((hop) => hop !== "");
  return hops.at(-proxyCount);
}
