// Where a node's servers are, from what an operator types. Pure.

const DOOR = "/node";
const SCHEMES: Readonly<Record<string, string>> = { "ws:": "ws:", "wss:": "wss:", "http:": "ws:", "https:": "wss:" };
export const SERVERS_MAX = 16;

export class ServerAddressError extends Error {
  readonly code = "SERVER_ADDRESS";
}

/**
 * One or several, separated by commas, most wanted first: `ws://host:8080/node`, or what a
 * person has at hand, such as the address of the page or just `host:8080`.
 */
export function parseServerAddresses(text: string): string[] {
  const parts = text.split(",").map((part) => part.trim()).filter((part) => part !== "");
  if (parts.length === 0) throw new ServerAddressError("no server is named; give an address such as ws://host:8080");
  if (parts.length > SERVERS_MAX) throw new ServerAddressError(`at most ${SERVERS_MAX} servers can be named, these are ${parts.length}`);
  return [...new Set(parts.map(parseServerAddress))];
}

function parseServerAddress(text: string): string {
  const refuse = () => new ServerAddressError(`"${text.slice(0, 200)}" is not a server's address; give one such as ws://host:8080`);
  // "host:8080" alone would be read as the scheme "host:".
  const whole = /^[a-z][a-z0-9+.-]*:\/\//i.test(text) ? text : `ws://${text}`;
  const url = URL.parse(whole);
  const scheme = url && SCHEMES[url.protocol];
  if (!url || !scheme || url.hostname === "" || url.username !== "" || url.password !== "") throw refuse();
  const path = url.pathname.replace(/\/+$/, "");
  // Behind a proxy the server may lie below a path.
  return `${scheme}//${url.host}${path.endsWith(DOOR) ? path : `${path}${DOOR}`}${url.search}`;
}

/** Where the same server speaks plain HTTP: without the door, and without what was asked of it. */
export function httpAddress(serverUrl: string): string {
  const url = new URL(serverUrl);
  const path = url.pathname.replace(/\/+$/, "");
  return `${url.protocol === "wss:" ? "https:" : "http:"}//${url.host}${path.endsWith(DOOR) ? path.slice(0, -DOOR.length) : path}`;
}
