import { expect, test } from "vitest";
import * as z from "zod/mini";
import { measurePoints } from "./measure-points.ts";
import { RttVector } from "./rtt-vector.ts";

const point = (id: string) => ({ id, url: `https://${id}.example.org/api/echo` });

/** Each answer takes what is next in its list; a point without one more fails. */
function network(times: Readonly<Record<string, number[]>>) {
  let nowMs = 0;
  return {
    nowMs: () => nowMs,
    async ask(url: string) {
      const took = times[new URL(url).hostname.split(".")[0] ?? ""]?.shift();
      if (took === undefined) throw new Error("no answer");
      nowMs += took;
    },
  };
}

test("the least of the answers counts, and not the first, which opened the connection", async () => {
  expect(await measurePoints([point("fra")], network({ fra: [1, 30, 12, 14, 20] }))).toEqual({ fra: 12 });
});

test("a point that never answers is left out, one that falls silent is not", async () => {
  const points = [point("dead"), point("once"), point("silent")];
  expect(await measurePoints(points, network({ once: [40], silent: [40, 22] }))).toEqual({ silent: 22 });
});

test("a vector has times that can be, of so many points and no more", () => {
  const ok = (vector: unknown) => z.safeParse(RttVector, vector).success;
  expect(ok({ fra: 12.5, "server:1": 3 })).toBe(true);
  expect(ok({ fra: 0 })).toBe(false);
  expect(ok({ fra: -1 })).toBe(false);
  expect(ok({ fra: 2_001 })).toBe(false);
  expect(ok({ "a b": 1 })).toBe(false);
  expect(ok(Object.fromEntries(Array.from({ length: 18 }, (_, i) => [`p${i}`, 1])))).toBe(false);
});
