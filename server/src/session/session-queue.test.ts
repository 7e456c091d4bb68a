import { expect, test } from "vitest";
import { createSessionQueue, type Placing } from "./session-queue.ts";

/** A line of names; the first letter is the kind. `slots` says how many of a kind can be placed. */
function line(slots: Record<string, number>, absent: string[] = []) {
  const told: string[] = [];
  const placed: string[] = [];
  let asked = 0;
  const queue = createSessionQueue<string>({
    place(name): Placing {
      asked++;
      if (absent.includes(name)) return "not-now";
      const free = slots[name[0]!] ?? 0;
      if (free === 0) return "no-slot";
      slots[name[0]!] = free - 1;
      placed.push(name);
      queue.settle();
      return "placed";
    },
    kindOf: (name) => name[0]!,
    tellPosition: (name, position) => told.push(`${name}=${position}`),
  });
  return { queue, told, placed, asked: () => asked };
}

test("who came first is served first", () => {
  const { queue, placed, told } = line({ n: 2 });
  for (const name of ["n1", "n2", "n3"]) queue.add(name);
  queue.settle();
  expect(placed).toEqual(["n1", "n2"]);
  expect(told).toEqual(["n3=1"]);
});

test("who can't be served holds up nobody of another kind, and its kind is asked for once", () => {
  const { queue, placed, told, asked } = line({ w: 1 });
  for (const name of ["n1", "n2", "w1"]) queue.add(name);
  queue.settle();
  expect(placed).toEqual(["w1"]);
  expect(told).toEqual(["n1=1", "n2=2"]);
  // Two rounds, as the placing of w1 called for another: n1 and w1, then n1.
  expect(asked()).toBe(3);
});

test("an absent player's place is kept, and the next in line is served", () => {
  const { queue, placed } = line({ n: 1 }, ["n1"]);
  queue.add("n1");
  queue.add("n2");
  queue.settle();
  expect(placed).toEqual(["n2"]);
  expect(queue.length).toBe(1);
});

test("a place is told when it changes, or on request", () => {
  const { queue, told } = line({});
  for (const name of ["n1", "n2"]) queue.add(name);
  queue.settle();
  queue.settle();
  expect(told).toEqual(["n1=1", "n2=2"]);
  queue.delete("n1");
  queue.settle();
  queue.repeatPosition("n2");
  queue.repeatPosition("gone");
  queue.settle();
  expect(told.slice(2)).toEqual(["n2=1", "n2=1"]);
});
