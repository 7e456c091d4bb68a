// An epoch that an older version of the server had begun when it was replaced. The journal was written by the
// version before audits (b0c94f5): four checkers, a benchmark that falls far short and a knock that is answered.

import { readFile } from "node:fs/promises";
import { verifyEpoch } from "@nearframe/shared/checking/published";
import { afterEach, expect, test, vi } from "vitest";
import * as z from "zod/mini";
import { verifySignature } from "./checker-door.ts";
import { EpochEvent } from "./epoch.ts";
import { createCheckingWorld, well, type CheckingWorld } from "./testing/checking-world.ts";

const Journal = z.object({ epoch: z.int(), batches: z.array(z.array(EpochEvent)) });

let world: CheckingWorld;
afterEach(async () => {
  await world.scope.close();
  vi.useRealTimers();
});

/** What of it had been written; as it is read from a database. */
async function leaveJournal(until: (event: EpochEvent) => boolean = () => false): Promise<number> {
  const { epoch, batches } = z.parse(Journal, JSON.parse(await readFile(new URL("testing/journal-before-audits.json", import.meta.url), "utf8")));
  const end = batches.findIndex((events) => events.some(until));
  for (const [ordinal, events] of (end < 0 ? batches : batches.slice(0, end)).entries()) await world.store.appendToEpoch(epoch, ordinal, events);
  return epoch;
}

test("is judged by what was told to the older version, and can be judged again; audits begin after it", async () => {
  world = await createCheckingWorld({ audits: true });
  const epoch = await leaveJournal();
  const { checking } = await world.server("s1");
  for (let index = 0; index < 5; index += 1) world.checker(checking, index, well);
  await world.passEpochs(3);
  const [older, first, second] = await world.closedEpochs();
  expect(older).toMatchObject({ epoch, checkers: { length: 4 }, seals: { length: 8 }, reveals: { length: 8 } });
  expect(older?.verdicts.map(({ outcome, faults, evidence }) => [outcome, faults, evidence.length])).toEqual([["faulty", ["far-below-capacity"], 4], ["clear", [], 4]]);
  expect((await world.store.standings(["node-1"]))[0]?.suspicions).toMatchObject([{ fault: "far-below-capacity", epochs: [epoch] }]);
  for (const [published, before] of [[older, undefined], [first, older], [second, first]] as const) {
    expect(published).toBeDefined();
    const { broken, verdicts } = verifyEpoch(published!, verifySignature, before);
    expect(broken).toEqual([]);
    expect(verdicts.every(({ matches }) => matches)).toBe(true);
  }
  // What draws the audits of an epoch is fixed when the one before is published: the older version had fixed nothing.
  expect([older?.auditSecret, first?.auditSecret === undefined]).toEqual([undefined, false]);
});

test("goes on where it was, at whatever moment the older version stopped", async () => {
  for (const type of ["assigned", "sealed", "reveal-asked", "revealed"]) {
    world = await createCheckingWorld();
    const epoch = await leaveJournal((event) => event.type === type);
    await world.server("s1");
    // Whoever had been asked is gone with the older version.
    await world.passEpochs(1);
    const [older] = await world.closedEpochs();
    expect(older, type).toMatchObject({ epoch, verdicts: [{ outcome: "undecided" }, { outcome: "undecided" }] });
    expect(verifyEpoch(older!, verifySignature).broken, type).toEqual([]);
    await world.scope.close();
    vi.useRealTimers();
  }
});
