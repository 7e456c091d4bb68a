import { expect, test } from "vitest";
import { changePool, chooseDevice, makePool, toLookAt, whyNone, type PoolEvent } from "./pool.ts";

const after = (...events: PoolEvent[]) => events.reduce(changePool, makePool(["a", "b"]));

test("a device is leased only once it was looked at, and to one session", () => {
  expect(chooseDevice(after())).toBeUndefined();
  const free = after({ type: "looked-at", name: "a" });
  expect(chooseDevice(free)).toBe("a");
  const leased = changePool(free, { type: "leased", name: "a" });
  expect(chooseDevice(leased)).toBeUndefined();
  expect(whyNone(leased)).toBe("Android device a is in use; Android device b is not ready yet (unknown)");
});

test("what is given back is nobody's until it is clean", () => {
  const given = after({ type: "looked-at", name: "a" }, { type: "leased", name: "a" }, { type: "given-back", name: "a" });
  expect(chooseDevice(given)).toBeUndefined();
  expect(chooseDevice(changePool(given, { type: "looked-at", name: "a" }))).toBe("a");
});

test("a device that could not be cleaned is tried again, and says why it can't be had", () => {
  const away = after({ type: "looked-at", name: "a" }, { type: "leased", name: "a" }, { type: "given-back", name: "a" }, { type: "failed", name: "a", why: "a: it is off" });
  expect(chooseDevice(away)).toBeUndefined();
  expect(whyNone(away)).toContain("a: it is off");
  expect(toLookAt(away)).toContain("a");
});

test("whoever looks at a leased device changes nothing about it", () => {
  const leased = after({ type: "looked-at", name: "a" }, { type: "leased", name: "a" });
  expect(changePool(leased, { type: "looked-at", name: "a" })).toEqual(leased);
  expect(changePool(leased, { type: "failed", name: "a", why: "slow" })).toEqual(leased);
  expect(toLookAt(leased)).toEqual(["b"]);
});
