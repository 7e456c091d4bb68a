// What machine this is, as far as a node tells of it.

import os from "node:os";
import type { NodeHardware } from "@nearframe/shared/node/inventory";
import type { Card } from "../graphics/find-cards.ts";

const MODEL_LENGTH_MAX = 200;

/** Cores and memory are those that this process may use: a container has fewer than its machine. Cards are those that titles can use. */
export function readHardware(cards: readonly Card[]): NodeHardware {
  const [card] = cards;
  return {
    cpuModel: (os.cpus()[0]?.model.trim() || os.arch()).slice(0, MODEL_LENGTH_MAX),
    cpuCores: os.availableParallelism(),
    memoryMb: Math.max(1, Math.floor(memoryBytes() / 2 ** 20)),
    ...(card && { gpu: { model: card.model.slice(0, MODEL_LENGTH_MAX), ...(card.memoryMb !== undefined && { memoryMb: card.memoryMb }) } }),
  };
}

function memoryBytes(): number {
  // 0, or more than there is, where nothing limits it.
  const limit = process.constrainedMemory();
  return limit > 0 ? Math.min(limit, os.totalmem()) : os.totalmem();
}

/** IANA's name for the machine's clock. Servers are often set to UTC, which tells nothing of where they are. */
export function readTimeZone(): string | undefined {
  const { timeZone } = Intl.DateTimeFormat().resolvedOptions();
  return timeZone.includes("/") && !timeZone.startsWith("Etc/") ? timeZone : undefined;
}
