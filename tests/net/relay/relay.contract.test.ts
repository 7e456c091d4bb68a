// The relay against real sockets. Times are only bounded from below, where a
// busy machine can't break the bound.

import dgram from "node:dgram";
import type { Socket } from "node:dgram";
import { once } from "node:events";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { Scope } from "@nearframe/shared/lifetime";
import { makeLink, passPacket } from "../link/link.ts";
import { CLEAR_LINK } from "../link/profile.ts";
import type { LinkProfile, NetProfile } from "../link/profile.ts";
import { createRelay } from "./relay.ts";
import type { Relay, RelayOptions } from "./relay.ts";

let scope: Scope;
beforeEach(() => {
  scope = new Scope();
});
afterEach(() => scope.close());

/** A machine that is busy with other tests may take a while. */
const eventually = <T>(read: () => T) => expect.poll(read, { timeout: 10_000 });

const LOOPBACK = "127.0.0.1";

function profileOf(down: Partial<LinkProfile>, up: Partial<LinkProfile> = {}): NetProfile {
  return { about: "a test", madeBy: "by hand", up: { ...CLEAR_LINK, ...up }, down: { ...CLEAR_LINK, ...down } };
}

async function openSocket(): Promise<Socket> {
  const socket = scope.own(dgram.createSocket("udp4"), (owned) => void owned.close());
  socket.bind(0, LOOPBACK);
  await once(socket, "listening");
  return socket;
}

/** Answers each packet with itself, and remembers who sent. */
async function openEcho(): Promise<{ port: number; sources: Set<number> }> {
  const socket = await openSocket();
  const sources = new Set<number>();
  socket.on("message", (payload, from) => {
    sources.add(from.port);
    socket.send(payload, from.port, from.address);
  });
  return { port: socket.address().port, sources };
}

async function relayTo(port: number, profile: NetProfile, more: Partial<RelayOptions> = {}): Promise<Relay> {
  return createRelay(
    { listen: { host: LOOPBACK, port: 0 }, target: { host: LOOPBACK, port }, profile, seed: 7, ...more },
    scope,
  );
}

async function ask(client: Socket, relay: Relay, text: string): Promise<string> {
  client.send(text, relay.address.port, LOOPBACK);
  const [payload] = (await once(client, "message", { signal: AbortSignal.timeout(10_000) })) as [Buffer];
  return payload.toString();
}

describe("flows", () => {
  test("each client has a source of its own at the target, and hears only its own answers", async () => {
    const echo = await openEcho();
    const relay = await relayTo(echo.port, profileOf({}));
    const [anna, boris] = [await openSocket(), await openSocket()];
    expect(await Promise.all([ask(anna, relay, "from anna"), ask(boris, relay, "from boris")])).toEqual([
      "from anna",
      "from boris",
    ]);
    expect(await ask(anna, relay, "again")).toBe("again");
    expect(echo.sources.size).toBe(2);
    expect(relay.stats().flows).toEqual({ open: 2, refused: 0, expired: 0 });
    expect(relay.stats().up).toMatchObject({ packetsIn: 3, packetsOut: 3, bytesIn: 24, bytesOut: 24 });
    expect(relay.stats().down.packetsOut).toBe(3);
  });

  test("the address is known when it is closed too: whoever is sent there late finds nobody, and nothing breaks", async () => {
    const echo = await openEcho();
    const relay = await relayTo(echo.port, profileOf({}));
    const { address } = relay;
    expect(address.port).toBeGreaterThan(0);
    await scope.close();
    expect(relay.address).toEqual(address);
  });

  test("clients beyond the limit are refused and counted", async () => {
    const echo = await openEcho();
    const relay = await relayTo(echo.port, profileOf({}), { flowsMax: 1 });
    const [first, second] = [await openSocket(), await openSocket()];
    await ask(first, relay, "1");
    second.send("2", relay.address.port, LOOPBACK);
    await eventually(() => relay.stats().flows).toEqual({ open: 1, refused: 1, expired: 0 });
    expect(echo.sources.size).toBe(1);
  });

  test("a silent client is forgotten and may come back", async () => {
    const echo = await openEcho();
    const relay = await relayTo(echo.port, profileOf({}), { idleMs: 40 });
    const client = await openSocket();
    await ask(client, relay, "1");
    await eventually(() => relay.stats().flows).toEqual({ open: 0, refused: 0, expired: 1 });
    expect(await ask(client, relay, "2")).toBe("2");
  });

  test("packets to a flow from anyone but the target are ignored", async () => {
    const echo = await openEcho();
    const relay = await relayTo(echo.port, profileOf({}));
    const [client, stranger] = [await openSocket(), await openSocket()];
    await ask(client, relay, "1");
    const [upstreamPort] = echo.sources;
    stranger.send("spoofed", upstreamPort!, LOOPBACK);
    expect(await ask(client, relay, "2")).toBe("2");
    expect(relay.stats().down.packetsIn).toBe(2);
  });
});

describe("what the link decides happens", () => {
  test("a round trip takes both delays", async () => {
    const echo = await openEcho();
    const relay = await relayTo(echo.port, profileOf({ delayMs: 30 }, { delayMs: 20 }));
    const client = await openSocket();
    const sentAtMs = performance.now();
    await ask(client, relay, "1");
    expect(performance.now() - sentAtMs).toBeGreaterThanOrEqual(49);
  });

  test("exactly the packets that the dice name are lost", async () => {
    const target = await openSocket();
    const received: number[] = [];
    target.on("message", (payload) => received.push(payload.readUInt16BE()));
    const lossy = { lossFraction: 0.2, burstLoss: { fraction: 0.1, packets: 4 } };
    const relay = await relayTo(target.address().port, profileOf({}, lossy));

    let link = makeLink({ ...CLEAR_LINK, ...lossy }, 7, 0);
    const expected: number[] = [];
    const client = await openSocket();
    for (let number = 0; number < 300; number++) {
      const payload = Buffer.alloc(100);
      payload.writeUInt16BE(number);
      client.send(payload, relay.address.port, LOOPBACK);
      const [next, passage] = passPacket(link, payload.length, 0);
      link = next;
      if (passage.kind === "arrives") expected.push(number);
    }
    await eventually(() => received.length).toBe(expected.length);
    expect(received).toEqual(expected);
    const { dropped, packetsIn, packetsOut } = relay.stats().up;
    expect(packetsIn).toBe(300);
    expect(dropped.loss + dropped.burst).toBe(300 - packetsOut);
  });

  test("a burst beyond the queue loses its end", async () => {
    const target = await openSocket();
    let received = 0;
    target.on("message", () => (received += 1));
    const slow = { rateKbps: 800, queueMs: 100 };
    const relay = await relayTo(target.address().port, profileOf({}, slow));
    const client = await openSocket();
    for (let number = 0; number < 60; number++) client.send(Buffer.alloc(972), relay.address.port, LOOPBACK);
    await eventually(() => relay.stats().up.packetsIn).toBe(60);
    // 100 ms hold 10 packets; a slow machine may drain a few more while they come.
    expect(relay.stats().up.dropped.queue).toBeGreaterThan(30);
    expect(relay.stats().up.queueMsMax).toBeLessThanOrEqual(100);
    await eventually(() => received).toBe(60 - relay.stats().up.dropped.queue);
  });

  test("a duplicate arrives twice", async () => {
    const target = await openSocket();
    let received = 0;
    target.on("message", () => (received += 1));
    const relay = await relayTo(target.address().port, profileOf({}, { duplicateFraction: 1 }));
    (await openSocket()).send("twin", relay.address.port, LOOPBACK);
    await eventually(() => received).toBe(2);
    expect(relay.stats().up).toMatchObject({ packetsIn: 1, packetsOut: 2, duplicated: 1 });
  });

  test("a profile is changed while flows are open", async () => {
    const echo = await openEcho();
    const relay = await relayTo(echo.port, profileOf({}));
    const client = await openSocket();
    await ask(client, relay, "1");
    relay.setProfile(profileOf({ blackouts: [{ fromMs: 0, forMs: 60_000, everyMs: null }] }));
    client.send("2", relay.address.port, LOOPBACK);
    await eventually(() => relay.stats().down.dropped.blackout).toBe(1);
    relay.setProfile(profileOf({}));
    expect(await ask(client, relay, "3")).toBe("3");
  });

  test("players behind one line share its queue, others don't", async () => {
    const target = await openSocket();
    const slow = profileOf({}, { rateKbps: 100, queueMs: 1_000 });
    const shared = await relayTo(target.address().port, slow, { linkPer: "relay" });
    const apart = await relayTo(target.address().port, slow);
    for (const relay of [shared, apart]) {
      for (const client of [await openSocket(), await openSocket()]) {
        client.send(Buffer.alloc(1_000), relay.address.port, LOOPBACK);
      }
    }
    await eventually(() => [shared.stats().up.packetsIn, apart.stats().up.packetsIn]).toEqual([2, 2]);
    expect(shared.stats().up.queueMsMax).toBeGreaterThan(0);
    expect(apart.stats().up.queueMsMax).toBe(0);
  });
});

describe("closing", () => {
  test("with packets under way, twice: the port is free again and nothing more is sent", async () => {
    const target = await openSocket();
    let received = 0;
    target.on("message", () => (received += 1));
    const owner = new Scope();
    const options = {
      listen: { host: LOOPBACK, port: 0 },
      target: { host: LOOPBACK, port: target.address().port },
      profile: profileOf({}, { delayMs: 5_000 }),
      seed: 1,
    };
    const relay = await createRelay(options, owner);
    const { address } = relay;
    (await openSocket()).send("late", address.port, LOOPBACK);
    await eventually(() => relay.stats().waiting).toBe(1);
    await Promise.all([owner.close(), owner.close()]);
    expect(relay.stats().waiting).toBe(0);
    await relayTo(target.address().port, profileOf({}), { listen: address });
    expect(received).toBe(0);
  });

  test("a port in use is one clear sentence", async () => {
    const taken = await openSocket();
    const { port } = taken.address();
    await expect(relayTo(9, profileOf({}), { listen: { host: LOOPBACK, port } })).rejects.toThrow(
      `the relay can't listen on 127.0.0.1:${port} (EADDRINUSE): choose another port`,
    );
  });
});
