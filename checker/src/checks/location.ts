// Can the node be where it says? Light has to get there and back in time; and nodes that
// say they are nearby must not be much nearer.

import { measureMediaPort } from "../path/adapters/stun/measure-port.ts";
import { openMediaPort } from "./open-media-port.ts";
import { CheckVoidError } from "../play/play-title.ts";
import type { CheckPorts, Perform } from "./ports.ts";
import type { Scope } from "@nearframe/shared/lifetime";

export const performLocation: Perform<"location"> = async ({ nodeId, distanceKm, neighbours }, ports, scope) => {
  const roundTripMs = await measure(nodeId, ports, scope);
  const others = await Promise.all(neighbours.map((neighbour) => measure(neighbour, ports, scope)));
  const neighboursRoundTripMs = others.filter((ms) => ms !== undefined);
  // Where nobody answers, it is this line that carries no UDP.
  if (roundTripMs === undefined && neighboursRoundTripMs.length === 0) throw new CheckVoidError("neither the node nor its neighbours could be measured from here");
  return { kind: "location", distanceKm, ...(roundTripMs === undefined ? {} : { roundTripMs }), neighboursRoundTripMs };
};

async function measure(nodeId: string, ports: CheckPorts, scope: Scope): Promise<number | undefined> {
  const port = await openMediaPort(nodeId, ports);
  return port && measureMediaPort(port, scope);
}
