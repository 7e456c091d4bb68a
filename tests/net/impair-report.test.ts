import { expect, test } from "vitest";
import { formatSecond } from "./impair-report.ts";
import type { RelayStats } from "./relay/relay.ts";
import { DirectionCounter } from "./relay/stats.ts";

function statsOf(packets: number): RelayStats {
  const down = new DirectionCounter();
  for (let index = 0; index < packets; index++) {
    down.decided(1_000, { kind: "arrives", atMs: 0, queuedMs: 0, duplicated: false, reordered: false });
    if (index % 10 === 0) down.dropped("queue");
    else down.sent(1_000);
  }
  return {
    flows: { open: 1, refused: 0, expired: 0 },
    up: new DirectionCounter().read(),
    down: down.read(),
    addedDelay: { p50Ms: 0.05, p95Ms: 0.55, maxMs: 1 },
    waiting: 0,
  };
}

test("a line tells what happened in its second, not since the start", () => {
  expect(formatSecond(3, statsOf(500), statsOf(600), 1_000)).toBe(
    "3 s  |  up 0.00 Mbit/s, 0 of 0 packets  |  down 0.72 Mbit/s, 90 of 100 packets (queue 10)  |  1 client  |  relay adds 0.05/0.55 ms",
  );
});
