import type { Socket } from "node:dgram";
import { EventEmitter } from "node:events";
import { decode } from "dns-packet";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { Scope } from "@nearframe/shared/lifetime";
import { CLOSED_MS, createNameDoor, QUESTIONS, serveNames } from "./name-door.ts";

const A = 1;
const AAAA = 28;

function query(name: string, type = A): Buffer {
  const labels = name.split(".").map((label) => Buffer.concat([Buffer.from([label.length]), Buffer.from(label)]));
  return Buffer.concat([Buffer.from([0x12, 0x34, 1, 0, 0, 1, 0, 0, 0, 0, 0, 0]), ...labels, Buffer.from([0, 0, type, 0, 1])]);
}

function read(answer: Buffer | undefined) {
  if (!answer) return undefined;
  const { id, answers = [] } = decode(answer);
  return { id, code: answer.readUInt16BE(2) & 15, addresses: answers.flatMap((record) => (record.type === "A" ? [record.data] : [])) };
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

test("an answer is no longer than a message may be", async () => {
  const long = `${"x".repeat(60)}.${"y".repeat(60)}.cdn.example`;
  const door = createNameDoor({
    names: ["*.cdn.example", `*.${"y".repeat(60)}.cdn.example`, long],
    lookUp: async () => Array.from({ length: 200 }, (_, n) => `203.0.113.${n}`), isPublic: () => true, letOut: async () => undefined,
  });
  for (const name of ["one.cdn.example", long]) {
    const answer = await door(query(name));
    expect(answer?.length).toBeLessThanOrEqual(512);
    expect(read(answer)?.addresses.length).toBeGreaterThan(1);
  }
});

test("what is no question has no answer", async () => {
  const ask = createNameDoor({ names: ["game.example"], lookUp: async () => [], isPublic: () => true, letOut: async () => undefined });
  const pointing = query("game.example");
  pointing[12] = 0xc0;
  for (const bytes of [Buffer.alloc(0), Buffer.alloc(12), pointing, query("game.example").subarray(0, 20), Buffer.concat([query("x".repeat(63)).subarray(0, -5), Buffer.alloc(300, 63)])]) {
    expect(await ask(bytes)).toBeUndefined();
  }
});

describe("a title that asks without end", () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  class FakeSocket extends EventEmitter {
    closed = false;
    answered = 0;
    send(): void {
      if (this.closed) throw new Error("a closed socket sends nothing");
      this.answered += 1;
    }
    close(): void {
      this.closed = true;
    }
  }

  function openServer() {
    const sockets: FakeSocket[] = [];
    const log: string[] = [];
    const scope = new Scope();
    let gone = false;
    const ports = {
      names: ["game.example"], lookUp: async () => ["203.0.113.5"], isPublic: () => true, letOut: async () => undefined,
      nowMs: () => performance.now(),
      log: (detail: string) => void log.push(detail),
      openSocket: async () => {
        if (gone) throw new Error("no such title");
        const socket = new FakeSocket();
        sockets.push(socket);
        return socket as unknown as Socket;
      },
    };
    const ask = (count: number) => {
      const socket = sockets.at(-1);
      for (let asked = 0; asked < count; asked++) socket?.emit("message", query("other.example"), { port: 5353, address: "127.0.0.1" });
    };
    return { sockets, log, scope, ask, serving: serveNames(ports, scope), end: () => void (gone = true) };
  }

  test("finds the port closed beyond its bound, and open again a little later; the node says so once", async () => {
    const { sockets, log, scope, ask, serving } = openServer();
    await serving;
    ask(QUESTIONS.burst + 10_000);
    await vi.advanceTimersByTimeAsync(1);
    expect(sockets.map(({ closed }) => closed)).toEqual([true]);
    await vi.advanceTimersByTimeAsync(CLOSED_MS);
    ask(1);
    await vi.advanceTimersByTimeAsync(1);
    expect(sockets[1]).toMatchObject({ closed: false, answered: 1 });
    ask(10_000);
    await vi.advanceTimersByTimeAsync(CLOSED_MS);
    expect(sockets).toHaveLength(3);
    expect(log).toEqual([expect.stringContaining("more than 50 questions a second")]);
    await scope.close();
    expect(sockets.every(({ closed }) => closed)).toBe(true);
    expect(vi.getTimerCount()).toBe(0);
  });

  test("is answered all that it asks within its bound", async () => {
    const { sockets, log, scope, ask, serving } = openServer();
    await serving;
    for (let second = 0; second < 20; second++) {
      ask(QUESTIONS.perSecond);
      await vi.advanceTimersByTimeAsync(1_000);
    }
    expect(sockets).toMatchObject([{ closed: false, answered: 20 * QUESTIONS.perSecond }]);
    expect(log).toEqual([]);
    await scope.close();
  });

  test("has no name server any more once it is gone", async () => {
    const { sockets, log, scope, ask, serving, end } = openServer();
    await serving;
    ask(QUESTIONS.burst + 1);
    end();
    await vi.advanceTimersByTimeAsync(CLOSED_MS);
    expect(log.at(-1)).toBe("its name server is gone: no such title");
    expect(sockets).toHaveLength(1);
    await scope.close();
  });
});
