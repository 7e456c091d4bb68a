import { expect, test } from "vitest";
import type { XClient } from "x11";
import { Scope } from "@nearframe/shared/lifetime";
import { openXvfb } from "../display/adapters/xvfb.ts";
import { connectX11 } from "./connect.ts";

// A node has many displays. A number that means one thing in one of them means another in the next.
test("an atom is the number that its own server gave it", async () => {
  await using scope = new Scope();
  const clients = await Promise.all(
    [1, 2].map(async () => {
      const xvfb = await openXvfb({ width: 64, height: 64 }, scope);
      const { display } = await connectX11(xvfb, scope, (error) => expect.unreachable(error.message));
      return display.client;
    }),
  );
  const [one, other] = clients as [XClient, XClient];
  for (const name of ["NEARFRAME_A", "NEARFRAME_B", "NEARFRAME_C"]) await atomOf(one, name);
  const third = await atomOf(other, "NEARFRAME_C");
  // Asked of a server that has never heard of it, the number that the first one gave has no name.
  const named = await new Promise<string>((resolve, reject) => other.GetAtomName(third, (error, name) => (error ? reject(error) : resolve(name))));
  expect(named).toBe("NEARFRAME_C");
  expect(third).not.toBe(await atomOf(one, "NEARFRAME_C"));
}, 20_000);

const atomOf = (client: XClient, name: string) =>
  new Promise<number>((resolve, reject) => client.InternAtom(false, name, (error, atom) => (error ? reject(error) : resolve(atom))));
