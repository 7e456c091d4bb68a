// What a home does with a word for an owner that it can't reach yet. Whole clusters of them are
// in `unheard.test.ts` and the simulation.

import { Scope } from "@nearframe/shared/lifetime";
import { expect, test, vi } from "vitest";
import { silentLog } from "../testing/world.ts";
import { createPlayerHome, type PlayerHomePorts } from "./player-home.ts";
import type { SessionEntry } from "./session-directory.ts";
import { createUnheard } from "./unheard.ts";

const LEAVE = { type: "session.leave", sessionId: "s1" } as const;

function setUp() {
  const scope = new Scope();
  const alive = new Set(["first"]);
  const entries = new Map<string, SessionEntry>();
  const said: [subject: string, letter: unknown][] = [];
  const entry = (ownerId: string, term: number): SessionEntry => ({ ownerId, term, playerId: "p1", titleId: "t1", nodeIds: [], ending: false });
  entries.set("s1", entry("first", 1));
  const home = createPlayerHome(
    {
      bus: { publish: (subject, letter) => void said.push([subject, letter]) },
      servers: { serverId: "home", isAlive: (id) => alive.has(id), rank: () => ["home"] },
      directory: { find: (id) => entries.get(id), ownerOf: (id) => entries.get(id)?.ownerId, ofPlayer: () => [] },
      shares: { findShare: async () => undefined },
      unheard: createUnheard(() => 0),
      local: { handle: vi.fn(), handleAttached: vi.fn(), handlePeerClosed: vi.fn() },
      log: silentLog, nowMs: () => 0, newId: () => "peer-1",
    } satisfies PlayerHomePorts,
    scope,
  );
  const peer = home.open({ playerId: "p1", tabId: undefined, place: { address: undefined, timeZone: undefined }, send: () => undefined });
  const change = (ownerId: string | undefined, term = 2) => {
    const before = entries.get("s1");
    if (ownerId === undefined) entries.delete("s1");
    else entries.set("s1", entry(ownerId, term));
    home.handleSessionChanged("s1", entries.get("s1"), before);
  };
  const leavesTo = (ownerId: string) =>
    said.filter(([subject, letter]) => subject === `indexer.${ownerId}` && (letter as { message?: { type: string } }).message?.type === "session.leave").length;
  return { scope, home, peer, alive, change, leavesTo };
}

test("a word that is kept is told to a new owner that was thought dead, once it is seen to live", async () => {
  const { scope, home, peer, alive, change, leavesTo } = setUp();
  await home.handle(peer, LEAVE);
  expect(leavesTo("first")).toBe(1);
  alive.delete("first");
  change("second");
  expect(leavesTo("second")).toBe(0);
  home.handleServersChanged();
  expect(leavesTo("second")).toBe(0);
  alive.add("second");
  home.handleServersChanged();
  expect(leavesTo("second")).toBe(1);
  home.handleServersChanged();
  expect(leavesTo("second")).toBe(1);
  await scope.close();
});

test("one that waits, as no owner was alive, is told then as well; of a session that is gone nothing is", async () => {
  for (const ends of [false, true]) {
    const { scope, home, peer, alive, change, leavesTo } = setUp();
    alive.delete("first");
    await home.handle(peer, LEAVE);
    change("second");
    if (ends) change(undefined);
    alive.add("second");
    home.handleServersChanged();
    expect(leavesTo("second")).toBe(ends ? 0 : 1);
    await scope.close();
  }
});
