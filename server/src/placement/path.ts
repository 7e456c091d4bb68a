// Which nodes share their way to the world, as far as their records tell.

import type { NodeRecord } from "../nodes/node-record.ts";

/** Two nodes of one network at one place have one path to a player; measuring both tells nothing new. */
export function pathOf({ address, location }: Pick<NodeRecord, "address" | "location">): string {
  const network = address.includes(":") ? address.split(":").slice(0, 2).join(":") : address.split(".").slice(0, 2).join(".");
  const place = location ? `${Math.round(location.latitude * 2)},${Math.round(location.longitude * 2)}` : "";
  return `${network}@${place}`;
}
