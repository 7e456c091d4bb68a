// Registrations of nodes all over the world, as their homes would have proved them: in
// real cities, with hardware, fees, titles and uplinks that differ as they would.

import { createHash } from "node:crypto";
import type { NodeLocation } from "@nearframe/server/nodes/node-record";
import type { Registration } from "@nearframe/server/nodes/node";
import type { EncoderReport } from "@nearframe/shared/media/encoder-reports";
import { measureCapacity, slotsOf } from "@nearframe/shared/node/capacity";
import { createWeightedDraw, normal } from "../../simulate/cities.ts";
import type { SimulatedCity } from "../../simulate/cities.ts";

export const TITLES = Array.from({ length: 200 }, (_, n) => `title-${n}`);
/** Popularity as Zipf has it: the first title is asked for twice as often as the second. */
export const drawTitle = createWeightedDraw(TITLES, (title) => 1 / (Number(title.slice(6)) + 1));

export type SimulatedNode = { registration: Registration; location: NodeLocation; city: SimulatedCity };

const MACHINES = [
  { cpuModel: "AMD Ryzen 5 5600", cpuCores: 12, memoryMb: 32_768, frameMs: 2.4 },
  { cpuModel: "Intel Core i5-12400", cpuCores: 12, memoryMb: 16_384, frameMs: 2.6 },
  { cpuModel: "AMD EPYC 7443P", cpuCores: 48, memoryMb: 131_072, frameMs: 2.9, gpu: { model: "NVIDIA L4", memoryMb: 24_576 } },
  { cpuModel: "Intel Core i7-8700", cpuCores: 12, memoryMb: 16_384, frameMs: 3.4, gpu: { model: "NVIDIA GeForce RTX 3060", memoryMb: 12_288 } },
  { cpuModel: "Intel N100", cpuCores: 4, memoryMb: 16_384, frameMs: 6.1 },
] as const;

export function createSimulatedNodes(cities: readonly SimulatedCity[], count: number, random: () => number): SimulatedNode[] {
  const drawCity = createWeightedDraw(cities, ({ population }) => population);
  return Array.from({ length: count }, (_, index) => simulateNode(drawCity(random), index, random));
}

function simulateNode(city: SimulatedCity, index: number, random: () => number): SimulatedNode {
  const { frameMs, ...hardware } = MACHINES[Math.floor(random() * MACHINES.length)] ?? MACHINES[0];
  const speed = frameMs * (0.9 + 0.2 * random());
  const encoders: EncoderReport[] = [
    {
      name: "x264",
      codec: "H264",
      hardware: false,
      opened: true,
      at720p: { frameMsP50: speed, frameMsP95: speed * 1.3, fpsMax: Math.floor(1_000 / (speed * 1.3)) },
      at1080p: { frameMsP50: speed * 2.2, frameMsP95: speed * 2.9, fpsMax: Math.floor(1_000 / (speed * 2.9)) },
    },
    { name: "vaapi", codec: "H264", hardware: true, opened: false, reason: "no render node" },
  ];
  const measured = measureCapacity(hardware, encoders);
  const slots = measured ? slotsOf(measured) : 1;
  const publicKey = createHash("sha256").update(`node ${index}`).digest();
  const location: NodeLocation = {
    latitude: Math.max(-89, Math.min(89, city.latitude + 0.15 * normal(random))),
    longitude: Math.max(-179.9, Math.min(179.9, city.longitude + 0.15 * normal(random))),
    accuracyKm: 50,
    country: city.country,
    region: "",
  };
  const registration: Registration = {
    nodeId: `node-${publicKey.toString("hex").slice(0, 40)}`,
    publicKey: publicKey.toString("base64url"),
    // One for each node, so that the locator of the bench can tell them apart.
    address: `${1 + (index >>> 16)}.${(index >>> 8) & 255}.${index & 255}.1`,
    trusted: false,
    inventory: {
      name: `${city.name} ${index}`,
      version: "0.1.0",
      hardware,
      network: { addresses: ["0.0.0.0"], announced: false, uplinkKbps: Math.round(Math.exp(Math.log(200_000) + 0.7 * normal(random))) },
      runtimes: ["native", "web"],
      titleIds: TITLES.filter((_, title) => random() < 0.6 / (1 + title / 20)),
      canFetch: random() < 0.7,
      capacity: { slots, source: "measured", ...(measured && { measured }) },
      encoders,
      feePerHourMicros: Math.round(100_000 * Math.exp(0.5 * normal(random))),
      notices: [],
    },
    sessions: [],
    draining: false,
  };
  return { registration, location, city };
}
