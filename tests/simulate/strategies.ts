// Ways of choosing a node for a player, ours and what it is compared with.

import { distanceKm } from "@nearframe/server/location/location";
import type { PlacementNeed } from "@nearframe/server/placement/need";
import { createPlacementIndex } from "@nearframe/server/placement/placement";
import { seededRandom } from "./cities.ts";
import type { Network } from "./network.ts";
import type { Player, SimulatedNode } from "./world.ts";

export interface Strategy {
  /** The node to play on; undefined for "none within the limit". */
  choose(player: Player, latencyLimitMs: number, utcHour: number): SimulatedNode | undefined;
  /** A slot of the node was taken or given back. */
  changed(node: SimulatedNode, slotsFree: number): void;
  /** Whether a player waits for a nearer slot before taking a farther one. */
  readonly usesLimits: boolean;
}

export const STRATEGIES = ["random", "nearest-by-geography", "ours-unmeasured", "ours-probe-points", "ours", "ours-city-data"] as const;
export type StrategyName = (typeof STRATEGIES)[number];

export const STRATEGY_WORDS: Readonly<Record<StrategyName, string>> = {
  random: "random",
  "nearest-by-geography": "nearest by geography",
  "ours-unmeasured": "ours, country and time zone only",
  "ours-probe-points": "ours, and probe points",
  ours: "ours, and the media path measured",
  "ours-city-data": "the same with a data set of cities",
};

export function createStrategy(name: StrategyName, nodes: readonly SimulatedNode[], network: Network, seed: number): Strategy {
  switch (name) {
    case "random":
      return createRandom(nodes, seed);
    case "nearest-by-geography":
      return createNearest(nodes);
    case "ours-unmeasured":
      return createOurs(nodes, network, seed, { vectors: false, cityData: false, probes: false });
    case "ours-probe-points":
      return createOurs(nodes, network, seed, { vectors: true, cityData: false, probes: false });
    case "ours":
      return createOurs(nodes, network, seed, { vectors: true, cityData: false, probes: true });
    case "ours-city-data":
      return createOurs(nodes, network, seed, { vectors: true, cityData: true, probes: true });
  }
}

function createRandom(nodes: readonly SimulatedNode[], seed: number): Strategy {
  const random = seededRandom(seed);
  const free = new Map(nodes.map((node) => [node, node.slots]));
  return {
    usesLimits: false,
    changed: (node, slotsFree) => void free.set(node, slotsFree),
    choose() {
      for (let tries = 0; tries < 50; tries++) {
        const node = nodes[Math.floor(random() * nodes.length)];
        if (node && (free.get(node) ?? 0) > 0) return node;
      }
      return nodes.find((node) => (free.get(node) ?? 0) > 0);
    },
  };
}

/** The free node that is nearest on the map, by the true places of both: better than any data set of addresses knows. */
function createNearest(nodes: readonly SimulatedNode[]): Strategy {
  const free = new Map(nodes.map((node) => [node, node.slots]));
  /** By city of the player: nodes, nearest first. */
  const sorted = new Map<object, SimulatedNode[]>();
  return {
    usesLimits: false,
    changed: (node, slotsFree) => void free.set(node, slotsFree),
    choose({ end: { city } }) {
      let near = sorted.get(city);
      if (!near) {
        near = nodes
          .map((node) => ({ node, km: distanceKm(city, node.end.city) }))
          .toSorted((a, b) => a.km - b.km)
          .map(({ node }) => node);
        sorted.set(city, near);
      }
      return near.find((node) => (free.get(node) ?? 0) > 0);
    },
  };
}

type Means = {
  /** Round trips to probe points are known of both ends. */
  vectors: boolean;
  /** Places by a data set of cities, in place of countries. */
  cityData: boolean;
  /** The shortlist is measured on the media path. */
  probes: boolean;
};

function createOurs(nodes: readonly SimulatedNode[], network: Network, seed: number, { vectors, cityData, probes }: Means): Strategy {
  const random = seededRandom(seed);
  const index = createPlacementIndex();
  const byId = new Map(nodes.map((node) => [node.record.nodeId, node]));
  const recordOf = (node: SimulatedNode, slotsFree: number) => {
    const record = cityData ? node.cityRecord : node.record;
    return { ...record, slotsFree, ...(!vectors && { rttVector: {} }) };
  };
  for (const node of nodes) index.upsert(recordOf(node, node.slots));
  return {
    usesLimits: true,
    changed: (node, slotsFree) => index.upsert(recordOf(node, slotsFree)),
    choose({ end, knowledge }, latencyLimitMs, utcHour) {
      const need: PlacementNeed = {
        titleId: "doom",
        runtime: "native",
        resources: { cpuCores: 1, memoryMb: 600, gpu: false },
        policy: "best-experience",
        latencyLimitMs,
        location: cityData ? knowledge.city : knowledge.location,
        ...(vectors && { rttVector: knowledge.rttVector }),
      };
      const result = index.shortlist(need, random);
      if (result.type === "none") return undefined;
      const measured = result.candidates.flatMap(({ nodeId }) => {
        const node = byId.get(nodeId);
        // A dozen pings find the path as it is now, to a fraction of a millisecond.
        return node ? [{ node, rttMs: network.rttMs(end, node.end, utcHour) + 0.3 * random() }] : [];
      });
      if (!probes) return measured[0]?.node;
      // The best of what was measured is taken, whatever it is: a slow line is slow to every node.
      return measured.reduce((least, one) => (one.rttMs < least.rttMs ? one : least)).node;
    },
  };
}
