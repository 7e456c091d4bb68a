import type { types } from "mediasoup";
import { expect, test } from "vitest";
import { Scope } from "@nearframe/shared/lifetime";
import { shareMirror } from "./mirror.ts";

test("one mirror serves all who watch, ends with the last of them, and is made anew for the next", async () => {
  const room = new Scope();
  const made: Scope[] = [];
  const mirror = shareMirror(async (scope) => {
    made.push(scope);
    return { id: `mirror ${made.length}` } as types.Producer;
  }, room);
  const [first, second, third] = [room.child(), room.child(), room.child()];
  expect((await Promise.all([mirror(first), mirror(second)])).map(({ id }) => id)).toEqual(["mirror 1", "mirror 1"]);
  await first.close();
  expect(made[0]?.closed).toBe(false);
  await second.close();
  expect(made[0]?.closed).toBe(true);
  expect((await mirror(third)).id).toBe("mirror 2");
  await room.close();
  expect(made[1]?.closed).toBe(true);
});

test("one that could not be made is tried again", async () => {
  const room = new Scope();
  let tries = 0;
  const mirror = shareMirror(async () => {
    tries += 1;
    if (tries === 1) throw new Error("the worker is busy");
    return { id: "mirror" } as types.Producer;
  }, room);
  const failed = room.child();
  await expect(mirror(failed)).rejects.toThrow("busy");
  await failed.close();
  await expect(mirror(room.child())).resolves.toMatchObject({ id: "mirror" });
  await room.close();
});
