// Which nodes share their way to the world, as far as their records tell.

import type { NodeRecord } from "../nodes/node-record.ts";

/** Two nodes of one network at one place have one path to a player; measuring both tells nothing new. */
export function pathOf({ address, location }: Pick<NodeRecord, "address" | "location">): number {
  const network = address.includes(":") ? address.split(":").slice(0, 2).join(":") : address.split(".").slice(0, 2).join(".");
  const place = location ? `${Math.round(location.latitude * 2)},${Math.round(location.longitude * 2)}` : "";
  return hash(`${network}@${place}`);
}

/** FNV-1a: a number is cheap to keep a hundred thousand times; two that fall together cost one probe its point. */
function hash(text: string): number {
  let value = 0x811c9dc5;
  for (let index = 0; index < text.length; index++) value = Math.imul(value ^ text.charCodeAt(index), 0x01000193);
  return value >>> 0;
}
