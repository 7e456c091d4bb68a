// What every cluster must do, whatever it is built on.

import { Scope } from "@nearframe/shared/lifetime";
import { describe, expect, onTestFinished, test } from "vitest";
import * as z from "zod/mini";
import { eventually } from "../testing/eventually.ts";
import { pick, seededRandom } from "../testing/seeded-random.ts";
import { testScope } from "../testing/test-scope.ts";
import { EXPIRY_TOLD_MS, MESSAGE_BYTES_MAX, NAME_LENGTH_MAX, VALUE_BYTES_MAX } from "./limits.ts";
import type { Cluster, KeyValue, KeyValueChange } from "./ports.ts";

const Numbered = z.strictObject({ number: z.int() });
type Numbered = z.output<typeof Numbered>;

export type ClusterUnderTest = {
  /** Another server of the same cluster. */
  join(serverId: string, scope: Scope): Promise<Cluster>;
  /** What all of them have logged. */
  lines(): string;
};

/** `open` gives a cluster in which nobody else is. */
export function clusterContract(open: (scope: Scope) => Promise<ClusterUnderTest>): void {
  async function two() {
    const under = await open(testScope());
    return { under, a: await under.join("a", testScope()), b: await under.join("b", testScope()) };
  }
  /** A bucket that no other test knows, as two servers see it. */
  async function twoBuckets(options: { ttlMs?: number } = {}) {
    const { under, a, b } = await two();
    const open = (cluster: Cluster) => cluster.bucket("things", { schema: Numbered, ...options });
    const [inA, inB] = await Promise.all([open(a), open(b)]);
    return { under, a, b, inA, inB };
  }
  const numbers = (scope = testScope()) => {
    const heard: number[] = [];
    return { heard, scope, take: ({ number }: Numbered) => void heard.push(number) };
  };

  describe("the bus", () => {
    test("tells everybody who listens to the subject, the publisher included, and nobody else", async () => {
      const { a, b } = await two();
      const [own, far, other] = [numbers(), numbers(), numbers()];
      await a.bus.subscribe("peers.a", Numbered, own.take, own.scope);
      await b.bus.subscribe("peers.a", Numbered, far.take, far.scope);
      await b.bus.subscribe("peers.b", Numbered, other.take, other.scope);
      a.bus.publish("peers.a", { number: 1 });
      a.bus.publish("peers.b", { number: 2 });
      await eventually(() => expect([own.heard, far.heard, other.heard]).toEqual([[1], [1], [2]]));
    });

    test("calls nobody before publish has returned", async () => {
      const { a } = await two();
      const { heard, take, scope } = numbers();
      await a.bus.subscribe("s", Numbered, take, scope);
      a.bus.publish("s", { number: 1 });
      expect(heard).toEqual([]);
      await eventually(() => expect(heard).toEqual([1]));
    });

    test("keeps the order of one publisher over all its subjects", async () => {
      const { a, b } = await two();
      const { heard, take, scope } = numbers();
      for (const subject of ["even", "odd"]) await b.bus.subscribe(subject, Numbered, take, scope);
      const sent = Array.from({ length: 1_000 }, (_, number) => number);
      for (const number of sent) a.bus.publish(number % 2 ? "odd" : "even", { number });
      await eventually(() => expect(heard).toHaveLength(sent.length));
      expect(heard).toEqual(sent);
    });

    test("drops what the schema refuses, and goes on", async () => {
      const { under, a, b } = await two();
      const { heard, take, scope } = numbers();
      await b.bus.subscribe("s", Numbered, take, scope);
      a.bus.publish("s", { number: "one" });
      a.bus.publish("s", { number: 1, more: true });
      a.bus.publish("s", { number: 2 });
      await eventually(() => expect(heard).toEqual([2]));
      expect(under.lines()).toContain("makes no sense");
    });

    test("a handler that fails, now or later, keeps nobody from the next message", async () => {
      const { under, a } = await two();
      const { heard, take, scope } = numbers();
      await a.bus.subscribe("s", Numbered, () => { throw new Error("failed at once"); }, scope);
      await a.bus.subscribe("s", Numbered, () => Promise.reject(new Error("failed later")), scope);
      await a.bus.subscribe("s", Numbered, take, scope);
      a.bus.publish("s", { number: 1 });
      a.bus.publish("s", { number: 2 });
      await eventually(() => expect(heard).toEqual([1, 2]));
      await eventually(() => expect(under.lines()).toContain("failed later"));
      expect(under.lines()).toContain("failed at once");
    });

    test("what the sender changes after sending is not what arrives", async () => {
      const { a } = await two();
      const { heard, take, scope } = numbers();
      await a.bus.subscribe("s", Numbered, take, scope);
      const message = { number: 1 };
      a.bus.publish("s", message);
      message.number = 2;
      await eventually(() => expect(heard).toEqual([1]));
    });

    test("a closed scope hears nothing more", async () => {
      const { a } = await two();
      const [gone, stays] = [numbers(new Scope()), numbers()];
      await a.bus.subscribe("s", Numbered, gone.take, gone.scope);
      await a.bus.subscribe("s", Numbered, stays.take, stays.scope);
      a.bus.publish("s", { number: 1 });
      await eventually(() => expect(stays.heard).toEqual([1]));
      a.bus.publish("s", { number: 2 });
      await gone.scope.close();
      a.bus.publish("s", { number: 3 });
      await eventually(() => expect(stays.heard).toEqual([1, 2, 3]));
      expect(gone.heard).toEqual([1]);
    });

    test("what can't be sent is logged, not thrown, and what can be still arrives", async () => {
      const { under, a } = await two();
      const { heard, take, scope } = numbers();
      await a.bus.subscribe("s", Numbered, take, scope);
      a.bus.publish("s", { number: 1, padding: "x".repeat(MESSAGE_BYTES_MAX) });
      a.bus.publish("s.*", { number: 2 });
      a.bus.publish("", { number: 3 });
      a.bus.publish("s", undefined);
      a.bus.publish("s", { number: 4 });
      await eventually(() => expect(heard).toEqual([4]));
      expect(under.lines().match(/can't be sent/g)).toHaveLength(4);
    });
  });

  describe("a bucket", () => {
    test("gives what was written, to every server, until it is deleted", async () => {
      const { inA, inB } = await twoBuckets();
      expect(await inB.get("k")).toBeUndefined();
      const revision = await inA.create("k", { number: 1 });
      expect(await inB.get("k")).toEqual({ key: "k", value: { number: 1 }, revision });
      const later = await inB.update("k", { number: 2 }, there(revision));
      expect(await inA.get("k")).toEqual({ key: "k", value: { number: 2 }, revision: later });
      expect(await inA.delete("k", there(later))).toBe(true);
      expect(await inB.get("k")).toBeUndefined();
    });

    test("compares before it sets", async () => {
      const { inA, inB } = await twoBuckets();
      const revision = there(await inA.create("k", { number: 1 }));
      expect(await inB.create("k", { number: 2 })).toBeUndefined();
      const later = there(await inB.update("k", { number: 3 }, revision));
      expect(await inA.update("k", { number: 4 }, revision)).toBeUndefined();
      expect(await inA.delete("k", revision)).toBe(false);
      expect(await inA.get("k")).toMatchObject({ value: { number: 3 } });
      expect(await inA.delete("k", later)).toBe(true);
      expect(await inB.update("k", { number: 5 }, later)).toBeUndefined();
      expect(await inB.delete("k", later)).toBe(false);
      expect(await inB.update("never", { number: 6 }, later)).toBeUndefined();
    });

    test("of all who write at once, one succeeds, again and again", async () => {
      const { inA, inB } = await twoBuckets();
      const winners = async (tries: Promise<number | boolean | undefined>[]) =>
        (await Promise.all(tries)).filter((outcome) => outcome !== undefined && outcome !== false);
      const [created, ...others] = await winners([1, 2, 3, 4].flatMap((number) => [inA, inB].map((bucket) => bucket.create("k", { number }))));
      expect(others).toEqual([]);
      const [updated, ...moreOthers] = await winners(
        [1, 2, 3, 4].flatMap((number) => [inA, inB].map((bucket) => bucket.update("k", { number }, Number(created)))),
      );
      expect(moreOthers).toEqual([]);
      expect(await winners([1, 2, 3].flatMap(() => [inA, inB].map((bucket) => bucket.delete("k", Number(updated)))))).toEqual([true]);
      expect(await winners([1, 2, 3].flatMap((number) => [inA, inB].map((bucket) => bucket.create("k", { number }))))).toHaveLength(1);
    });

    test("has revisions that grow over all keys, deleted ones too", async () => {
      const { inA, inB } = await twoBuckets();
      const revisions: number[] = [];
      for (const [index, key] of ["x", "y", "x.z", "x"].entries()) {
        const bucket = index % 2 ? inA : inB;
        const old = await bucket.get(key);
        if (old) await bucket.delete(key, old.revision);
        revisions.push(there(await bucket.create(key, { number: index })));
      }
      expect(revisions.every((revision) => Number.isSafeInteger(revision) && revision > 0)).toBe(true);
      expect(revisions).toEqual([...revisions].sort((a, b) => a - b));
      expect(new Set(revisions).size).toBe(revisions.length);
    });

    test("is not another bucket", async () => {
      const { a, inA } = await twoBuckets();
      const other = await a.bucket("others", { schema: Numbered });
      await inA.create("k", { number: 1 });
      expect(await other.get("k")).toBeUndefined();
      expect(await other.create("k", { number: 2 })).toBeDefined();
    });

    test("does not show what the schema refuses, and lets nobody write over it unseen", async () => {
      const { under, a, inA } = await twoBuckets();
      const newer = await a.bucket("things", { schema: z.object({ words: z.string() }) });
      await newer.create("k", { words: "of a newer version" });
      expect(await inA.get("k")).toBeUndefined();
      expect(await inA.create("k", { number: 1 })).toBeUndefined();
      const seen = await watched(inA);
      expect(seen.present()).toEqual({});
      expect(under.lines()).toContain("makes no sense");
    });

    test("refuses keys and values that can't be", async () => {
      const { inA } = await twoBuckets();
      for (const key of ["", ".", "a.", "a b", "a.*", ">", "k".repeat(NAME_LENGTH_MAX + 1)]) {
        await expect(inA.create(key, { number: 1 }), key).rejects.toThrow("a key is words");
      }
      const large = { number: 1, padding: "x".repeat(VALUE_BYTES_MAX) };
      await expect(inA.create("k", large)).rejects.toThrow(`at most ${VALUE_BYTES_MAX} bytes`);
    });
  });

  describe("a watcher", () => {
    test("is told what is there, then what changes", async () => {
      const { inA, inB } = await twoBuckets();
      const first = there(await inA.create("first", { number: 1 }));
      await inA.create("gone.before", { number: 2 });
      await inA.delete("gone.before", there(await inA.get("gone.before")).revision);
      const seen = await watched(inB);
      expect(seen.changes).toEqual([{ type: "present", key: "first", value: { number: 1 }, revision: first }]);
      const second = there(await inA.create("second", { number: 3 }));
      const third = there(await inA.update("first", { number: 4 }, first));
      await inB.delete("second", second);
      await eventually(() => expect(seen.present()).toEqual({ first: 4 }));
      await eventually(() => expect(seen.changes.at(-1)).toMatchObject({ type: "gone", key: "second" }));
      expect(seen.changes).toContainEqual({ type: "present", key: "first", value: { number: 4 }, revision: third });
    });

    test("of an empty bucket hears the first entry", async () => {
      const { inA, inB } = await twoBuckets();
      const seen = await watched(inB);
      expect(seen.changes).toEqual([]);
      await inA.create("k", { number: 1 });
      await eventually(() => expect(seen.present()).toEqual({ k: 1 }));
    });

    test("ends at what is there, through any storm, with revisions that only grow", async () => {
      const { inA, inB } = await twoBuckets();
      const random = seededRandom(7);
      const keys = ["a", "b", "c", "d"];
      const change = async (bucket: KeyValue<Numbered>, number: number) => {
        const key = pick(random, keys);
        const entry = await bucket.get(key);
        if (!entry) await bucket.create(key, { number });
        else if (random() < 0.3) await bucket.delete(key, entry.revision);
        else await bucket.update(key, { number }, entry.revision);
      };
      const early = await watched(inA);
      const storm = Promise.all([inA, inB, inA, inB].map(async (bucket, part) => {
        for (let step = 0; step < 100; step++) await change(bucket, part * 100 + step);
      }));
      const late = await watched(inB);
      await storm;
      const truth = Object.fromEntries(
        (await Promise.all(keys.map((key) => inA.get(key)))).flatMap((entry) => (entry ? [[entry.key, entry.value.number]] : [])),
      );
      for (const seen of [early, late]) {
        await eventually(() => expect(seen.present()).toEqual(truth));
        for (const key of keys) {
          const revisions = seen.changes.filter((change) => change.key === key).map(({ revision }) => revision);
          expect(revisions).toEqual([...new Set(revisions)].sort((a, b) => a - b));
        }
      }
      expect(early.changes.length).toBeGreaterThan(50);
    });

    test("whose scope has closed hears nothing more", async () => {
      const { inA } = await twoBuckets();
      const gone = await watched(inA, new Scope());
      const stays = await watched(inA);
      await gone.scope.close();
      await inA.create("k", { number: 1 });
      await eventually(() => expect(stays.present()).toEqual({ k: 1 }));
      expect(gone.changes).toEqual([]);
    });

    test("that fails keeps nobody from the next change", async () => {
      const { under, inA } = await twoBuckets();
      const heard: string[] = [];
      await inA.watch(({ key }) => {
        heard.push(key);
        throw new Error("can't take this");
      }, testScope());
      await inA.create("one", { number: 1 });
      await inA.create("two", { number: 2 });
      await eventually(() => expect(heard).toEqual(["one", "two"]));
      expect(under.lines()).toContain("can't take this");
    });
  });

  describe("an entry with a time to live", () => {
    const TTL_MS = 1_000;

    test("goes when nobody writes it, is told to watchers, and may be made again", async () => {
      const { inA, inB } = await twoBuckets({ ttlMs: TTL_MS });
      const seen = await watched(inB);
      const revision = there(await inA.create("k", { number: 1 }));
      await eventually(() => expect(seen.present()).toEqual({ k: 1 }));
      await eventually(() => expect(seen.changes.at(-1)).toEqual({ type: "gone", key: "k", revision }), TTL_MS + EXPIRY_TOLD_MS + 5_000);
      expect(await inA.get("k")).toBeUndefined();
      expect(await inA.update("k", { number: 2 }, revision)).toBeUndefined();
      expect(await inB.create("k", { number: 3 })).toBeGreaterThan(revision);
      await eventually(() => expect(seen.present()).toEqual({ k: 3 }));
    });

    test("stays while it is written", async () => {
      const { inA, inB } = await twoBuckets({ ttlMs: TTL_MS });
      const seen = await watched(inB);
      let revision = await inA.create("kept", { number: 0 });
      await inA.create("left", { number: 0 });
      // The other one's end is the clock: the kept one has by then been written again.
      while (seen.changes.every(({ type }) => type === "present")) {
        revision = await inA.update("kept", { number: 1 }, there(revision));
        expect(revision).toBeDefined();
        await new Promise((resolve) => setTimeout(resolve, TTL_MS / 10));
      }
      expect(seen.present()).toEqual({ kept: 1 });
    });
  });

  describe("closing", () => {
    test("may happen twice, and afterwards nothing can be had or heard", async () => {
      const under = await open(testScope());
      const scope = new Scope();
      onTestFinished(() => scope.close());
      const cluster = await under.join("a", scope);
      const { heard, take } = numbers();
      await cluster.bus.subscribe("s", Numbered, take, testScope());
      const bucket = await cluster.bucket("things", { schema: Numbered });
      const seen = await watched(bucket);
      expect(cluster.connected).toBe(true);
      await Promise.all([scope.close(), scope.close()]);
      expect(cluster.connected).toBe(false);
      cluster.bus.publish("s", { number: 1 });
      await expect(bucket.create("k", { number: 1 })).rejects.toMatchObject({ code: "CLUSTER_UNAVAILABLE" });
      await expect(bucket.get("k")).rejects.toMatchObject({ code: "CLUSTER_UNAVAILABLE" });
      expect([heard, seen.changes]).toEqual([[], []]);
    });
  });
}

function there<T>(value: T | undefined): T {
  if (value === undefined) throw new Error("it should be there");
  return value;
}

async function watched(bucket: KeyValue<Numbered>, scope = testScope()) {
  const changes: KeyValueChange<Numbered>[] = [];
  await bucket.watch((change) => void changes.push(change), scope);
  const present = () => {
    const values: Record<string, number> = {};
    for (const change of changes) {
      if (change.type === "present") values[change.key] = change.value.number;
      else delete values[change.key];
    }
    return values;
  };
  return { changes, scope, present };
}
