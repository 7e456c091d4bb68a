import { expect, test } from "vitest";
import { mixSeed, rankIndexers } from "./rank-indexers.ts";

const SERVERS = ["s1", "s2", "s3", "s4", "s5"];
const REQUESTS = 10_000;
const ranks = (serverIds: readonly string[], seed = "seed") =>
  Array.from({ length: REQUESTS }, (_, index) => rankIndexers({ seed, requestId: `r${index}`, playerId: `p${index % 97}` }, serverIds));

test("a draw can be checked afterwards: it depends on nothing else", () => {
  const draw = { seed: "4bf5122f", requestId: "request-1", playerId: "player-1" };
  // As `printf '8:4bf5122f9:request-18:player-12:s4' | sha256sum` and its like say.
  const expected = ["s4", "s2", "s5", "s1", "s3"];
  expect(rankIndexers(draw, SERVERS)).toEqual(expected);
  expect(rankIndexers(draw, [...SERVERS].reverse())).toEqual(expected);
  expect(rankIndexers(draw, [...SERVERS, "s1"])).toEqual(expected);
  expect(rankIndexers(draw, [])).toEqual([]);
});

test("every server gets its share, as first and as next", () => {
  const all = ranks(SERVERS);
  for (const place of [0, 1, 4]) {
    const counts = SERVERS.map((serverId) => all.filter((rank) => rank[place] === serverId).length);
    // Four standard deviations of a fair draw.
    const spread = 4 * Math.sqrt(REQUESTS * (1 / 5) * (4 / 5));
    for (const count of counts) expect(Math.abs(count - REQUESTS / 5)).toBeLessThan(spread);
  }
});

test("a server that goes hands on its own requests to the next, and moves no other", () => {
  const before = ranks(SERVERS);
  const after = ranks(SERVERS.filter((serverId) => serverId !== "s3"));
  for (const [index, rank] of before.entries()) expect(after[index]).toEqual(rank.filter((serverId) => serverId !== "s3"));
});

test("another seed is another draw", () => {
  const moved = ranks(SERVERS, "another").filter((rank, index) => rank[0] !== ranksOfSeed[index]?.[0]).length;
  expect(moved / REQUESTS).toBeGreaterThan(0.75);
  expect(moved / REQUESTS).toBeLessThan(0.85);
});
const ranksOfSeed = ranks(SERVERS);

test("words that meet at another place are another draw", () => {
  const draws = [
    { seed: "ab", requestId: "c", playerId: "d" },
    { seed: "a", requestId: "bc", playerId: "d" },
    { seed: "a", requestId: "b", playerId: "cd" },
  ].map((draw) => rankIndexers(draw, Array.from({ length: 40 }, (_, index) => `s${index}`)).join());
  expect(new Set(draws).size).toBe(3);
});

test("each share changes the seed, and their order doesn't", () => {
  const shares = [{ serverId: "a", share: "1" }, { serverId: "b", share: "2" }];
  const seed = mixSeed(5, shares);
  expect(mixSeed(5, [...shares].reverse())).toBe(seed);
  expect(mixSeed(6, shares)).not.toBe(seed);
  expect(mixSeed(5, [shares[0]!, { serverId: "b", share: "3" }])).not.toBe(seed);
  expect(mixSeed(5, shares.slice(1))).not.toBe(seed);
});
