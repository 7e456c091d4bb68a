import { expect, test } from "vitest";
import { readDnsQuestion } from "./dns-message.ts";
import { createNameDoor } from "./name-door.ts";

const A = 1;
const AAAA = 28;

function query(name: string, type = A): Buffer {
  const labels = name.split(".").map((label) => Buffer.concat([Buffer.from([label.length]), Buffer.from(label)]));
  return Buffer.concat([Buffer.from([0x12, 0x34, 1, 0, 0, 1, 0, 0, 0, 0, 0, 0]), ...labels, Buffer.from([0, 0, type, 0, 1])]);
}

function read(answer: Buffer | undefined) {
  if (!answer) return undefined;
  const count = answer.readUInt16BE(6);
  const records = answer.subarray(answer.length - 16 * count);
  const addresses = Array.from({ length: count }, (_, i) => [...records.subarray(16 * i + 12, 16 * i + 16)].join("."));
  return { id: answer.readUInt16BE(0), code: answer.readUInt16BE(2) & 15, addresses };
}

function rig(lookUp: (name: string) => Promise<string[]>) {
  const looked: string[] = [];
  const out: string[] = [];
  const door = createNameDoor({
    names: ["game.example", "*.cdn.example"],
    lookUp: (name) => {
      looked.push(name);
      return lookUp(name);
    },
    isPublic: (address) => !address.startsWith("10."),
    letOut: async (address) => void out.push(address),
  });
  return { looked, out, ask: async (name: string, type?: number) => read(await door(query(name, type))) };
}

test("a name that is allowed leads out, once for each address, and to no address at home", async () => {
  const { ask, out } = rig(async () => ["203.0.113.5", "10.0.0.7"]);
  expect(await ask("GAME.example")).toEqual({ id: 0x1234, code: 0, addresses: ["203.0.113.5"] });
  await ask("one.cdn.example");
  expect(out).toEqual(["203.0.113.5"]);
});

test("any other name is none, and nobody outside hears of it", async () => {
  const { ask, looked, out } = rig(async () => ["203.0.113.5"]);
  expect(await ask("what-the-player-typed.evil.example")).toEqual({ id: 0x1234, code: 3, addresses: [] });
  expect([looked, out]).toEqual([[], []]);
});

test("a question for anything but an IPv4 address has an empty answer, one that can't be answered says so", async () => {
  const { ask } = rig(() => Promise.reject(new Error("nobody answers")));
  expect(await ask("game.example", AAAA)).toEqual({ id: 0x1234, code: 0, addresses: [] });
  expect(await ask("game.example")).toEqual({ id: 0x1234, code: 2, addresses: [] });
});

test("more than may be looked up at once get no answer, and do later", async () => {
  const waiting = Promise.withResolvers<string[]>();
  const { ask } = rig(() => waiting.promise);
  const asked = Array.from({ length: 40 }, () => ask("game.example"));
  expect(await asked.at(-1)).toBeUndefined();
  waiting.resolve(["203.0.113.5"]);
  expect((await Promise.all(asked)).filter((answer) => answer?.addresses.length === 1)).toHaveLength(32);
  expect((await ask("game.example"))?.addresses).toEqual(["203.0.113.5"]);
});

test("what is no question is no question", () => {
  const pointing = query("game.example");
  pointing[12] = 0xc0;
  for (const bytes of [Buffer.alloc(0), Buffer.alloc(12), pointing, query("game.example").subarray(0, 20), Buffer.concat([query("x".repeat(63)).subarray(0, -5), Buffer.alloc(300, 63)])]) {
    expect(readDnsQuestion(bytes)).toBeUndefined();
  }
});
