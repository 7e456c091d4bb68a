// Does the node's media port answer? The server says how old its last heartbeat is.

import { measureMediaPort } from "../path/adapters/stun/measure-port.ts";
import { openMediaPort } from "./open-media-port.ts";
import type { Perform } from "./ports.ts";

const AGE_MS_MAX = 600_000;

export const performLiveness: Perform<"liveness"> = async ({ nodeId, heartbeatAgeMs }, ports, scope) => {
  const port = await openMediaPort(nodeId, ports);
  const mediaRoundTripMs = port && (await measureMediaPort(port, scope));
  return {
    kind: "liveness",
    heartbeatAgeMs: Math.min(heartbeatAgeMs, AGE_MS_MAX),
    ...(mediaRoundTripMs === undefined ? {} : { mediaRoundTripMs }),
  };
};
