// What this node says of itself: facts of the machine, what the operator set, and what
// was measured. Pure.

import type { EncoderReport } from "@nearframe/shared/media/encoder-reports";
import { measureCapacity, slotsOf } from "@nearframe/shared/node/capacity";
import type { NodeCapacity, NodeHardware, NodeInventory } from "@nearframe/shared/node/inventory";
import type { NodeConfig } from "./config.ts";
import type { MediaAddress } from "./addresses.ts";
import type { Runnable } from "./runnable-titles.ts";

export type InventoryFacts = {
  config: Pick<NodeConfig, "slots" | "token" | "announcedAddress" | "uplinkKbps" | "feePerHourMicros" | "operatorId">;
  name: string;
  version: string;
  hardware: NodeHardware;
  addresses: readonly MediaAddress[];
  /** IANA's name; undefined where the machine's clock has none but UTC. */
  timeZone: string | undefined;
  notices: readonly string[];
  canFetch: boolean;
};

const ADDRESSES_MAX = 32;
const NOTICES_MAX = 32;
const NOTICE_LENGTH_MAX = 500;

/** `encoders` undefined: they have not been tried yet. */
export function makeInventory(facts: InventoryFacts, runnable: Runnable, encoders: readonly EncoderReport[] | undefined): NodeInventory {
  const { config, name, version, hardware, addresses, timeZone, notices, canFetch } = facts;
  return {
    name: name.slice(0, 80),
    version,
    hardware,
    network: {
      addresses: addresses.map(({ ip, announcedAddress }) => announcedAddress ?? ip).slice(0, ADDRESSES_MAX),
      announced: config.announcedAddress !== undefined,
      ...(config.uplinkKbps !== undefined && { uplinkKbps: config.uplinkKbps }),
    },
    ...(timeZone !== undefined && { timeZone }),
    runtimes: runnable.runtimes,
    titleIds: runnable.titleIds,
    ...(runnable.cardsFull && { cardsFull: true as const }),
    canFetch,
    capacity: makeCapacity(config, hardware, encoders),
    ...(encoders && { encoders: [...encoders] }),
    feePerHourMicros: config.feePerHourMicros,
    ...(config.operatorId !== undefined && { operatorId: config.operatorId }),
    notices: notices.slice(0, NOTICES_MAX).map((notice) => notice.slice(0, NOTICE_LENGTH_MAX)),
  };
}

/**
 * Measured (shared/src/node/capacity.ts), unless the operator has set another number. Until
 * the encoders have been tried one session is safe to promise. More than that by the operator's
 * word alone only a server believes that knows this node by its token.
 */
export function makeCapacity(
  { slots, token }: Pick<NodeConfig, "slots" | "token">,
  hardware: NodeHardware,
  encoders: readonly EncoderReport[] | undefined,
): NodeCapacity {
  if (!encoders) {
    if (slots === undefined || (token === undefined && slots > 1)) return { slots: 1, source: "provisional" };
    return { slots, source: "operator" };
  }
  const measured = measureCapacity(hardware, encoders);
  const found = measured && { measured };
  if (slots !== undefined) return { slots, source: "operator", ...found };
  return { slots: measured ? slotsOf(measured) : 0, source: "measured", ...found };
}
