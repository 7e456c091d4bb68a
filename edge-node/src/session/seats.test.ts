import { expect, test } from "vitest";
import { Scope } from "@nearframe/shared/lifetime";
import { createSeats } from "./seats.ts";

const seat = (name: string) => ({ name, offer: { receive: { id: `${name}-in` }, send: { id: `${name}-out` } } as never });
const call = (transportId: string) => ({ call: "transport.restart-ice", transportId }) as const;

function setUp() {
  const seats = createSeats<ReturnType<typeof seat>>();
  const take = (name: string) => {
    const scope = new Scope();
    return { scope, atOnce: seats.add(seat(name), scope) };
  };
  return { seats, take };
}

test("the first seat counts at once", () => {
  const { seats, take } = setUp();
  const { scope, atOnce } = take("a");
  expect([atOnce, seats.present?.name, seats.isPresent(scope), seats.connected(scope)]).toEqual([true, "a", true, false]);
});

test("the next one counts when its path is up; until then the old one is kept, and both can be asked", () => {
  const { seats, take } = setUp();
  const old = take("a");
  const next = take("b");
  expect([next.atOnce, seats.present?.name, old.scope.closed]).toEqual([false, "a", false]);
  expect([seats.of(call("a-in"))?.name, seats.of(call("b-out"))?.name, seats.of(call("c-in"))]).toEqual(["a", "b", undefined]);
  expect([seats.connected(next.scope), seats.present?.name, old.scope.closed]).toEqual([true, "b", true]);
  expect(seats.of(call("a-in"))).toBeUndefined();
});

test("an old path that comes back changes nothing", () => {
  const { seats, take } = setUp();
  const old = take("a");
  take("b");
  expect([seats.connected(old.scope), seats.present?.name]).toEqual([false, "a"]);
});

test("asked for once more, only the newest is made", () => {
  const { seats, take } = setUp();
  take("a");
  const second = take("b");
  const third = take("c");
  expect([second.scope.closed, seats.connected(second.scope), seats.connected(third.scope), seats.present?.name]).toEqual([true, false, true, "c"]);
});

test("a seat whose room is gone is not waited with", async () => {
  const { seats, take } = setUp();
  const { scope } = take("a");
  await scope.close();
  expect([take("b").atOnce, seats.present?.name]).toEqual([true, "b"]);
});

test("in another room the new seat counts at once", () => {
  const { seats, take } = setUp();
  const old = take("a");
  take("b");
  seats.insist();
  expect([seats.present?.name, old.scope.closed]).toEqual(["b", true]);
});
