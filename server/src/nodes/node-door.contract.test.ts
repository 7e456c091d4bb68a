// Who may say what as a node, over real sockets: with keys of their own, and with others'.

import { CloseCode } from "@nearframe/shared/protocol/limits";
import { NodeList } from "@nearframe/shared/api/nodes";
import { expect, test } from "vitest";
import * as z from "zod/mini";
import { createTestIdentity, inventory, TEST_NODE, report } from "../testing/node-identity.ts";
import { NODE_TOKEN, startServer, type RunningServer } from "../testing/running-server.ts";

const list = async (server: RunningServer) => z.parse(NodeList, await (await fetch(`http://127.0.0.1:${server.port}/api/nodes`)).json());

async function expectTurnedAway(client: Awaited<ReturnType<RunningServer["openNodeSocket"]>>["client"], code: string): Promise<void> {
  expect(await client.next("error")).toMatchObject({ code });
  expect(await client.closed()).toBe(CloseCode.unauthorized);
}

test("a node is known by the hash of its key, and is told what it is taken for", async () => {
  const server = await startServer();
  const { client, nonce } = await server.openNodeSocket();
  client.send(TEST_NODE.register(nonce));
  expect(await client.next("node.welcome")).toMatchObject({ nodeId: TEST_NODE.nodeId });
  expect(await client.next("node.state")).toMatchObject({ state: "standby" });
  expect((await list(server)).nodes).toMatchObject([{ id: TEST_NODE.nodeId, state: "standby", slots: 2, slotsFree: 2, trusted: true }]);
});

test("somebody else's key can be named, but not used", async () => {
  const server = await startServer();
  const thief = createTestIdentity();
  const { client, nonce } = await server.openNodeSocket();
  client.send({ ...thief.signed({ ...TEST_NODE.register(nonce), publicKey: TEST_NODE.publicKey }) });
  await expectTurnedAway(client, "SIGNATURE_WRONG");
  expect((await list(server)).nodes).toEqual([]);
});

test("a registration that was overheard opens no other link", async () => {
  const server = await startServer();
  const { nonce: overheard } = await server.openNodeSocket();
  const recorded = TEST_NODE.register(overheard);
  const { client } = await server.openNodeSocket();
  client.send(recorded);
  await expectTurnedAway(client, "NONCE_WRONG");
  expect((await list(server)).total).toBe(0);
});

test("what is changed after it was signed is refused", async () => {
  const server = await startServer();
  const { client, nonce } = await server.openNodeSocket();
  client.send({ ...TEST_NODE.register(nonce), inventory: inventory({ slots: 99 }) });
  await expectTurnedAway(client, "SIGNATURE_WRONG");
  expect((await list(server)).total).toBe(0);
});

test("32 bytes that are no key, and a message that is none, are refused by name", async () => {
  const server = await startServer();
  const { client, nonce } = await server.openNodeSocket();
  client.send({ ...TEST_NODE.register(nonce), publicKey: "short" });
  expect(await client.next("error")).toMatchObject({ code: "MESSAGE_INVALID", message: expect.stringContaining("publicKey") });
});

test("an old heartbeat is refused and the link goes on; one of another link or another key ends it", async () => {
  const server = await startServer();
  const node = await server.node();
  node.send(TEST_NODE.heartbeat(node.nonce, 5));
  node.send(TEST_NODE.heartbeat(node.nonce, 5));
  expect(await node.next("error")).toMatchObject({ code: "NUMBER_OLD" });
  node.send(TEST_NODE.heartbeat(node.nonce, 4, [report("s1")]));
  expect(await node.next("error")).toMatchObject({ code: "NUMBER_OLD" });
  node.send(TEST_NODE.heartbeat("another-links-nonce", 6));
  await expectTurnedAway(node, "NONCE_WRONG");
  const again = await server.node();
  again.send(createTestIdentity().heartbeat(again.nonce, 1));
  await expectTurnedAway(again, "SIGNATURE_WRONG");
});

test("a newer inventory is signed and numbered as well, and counts", async () => {
  const server = await startServer();
  const node = await server.node();
  node.send(TEST_NODE.signed({ type: "node.inventory", nonce: node.nonce, number: 1, inventory: inventory({ slots: 1, runtimes: [] }) }));
  await node.next("node.state");
  expect(await node.next("node.state")).toMatchObject({ state: "quarantined", reason: expect.stringContaining("runtime") });
  node.send(TEST_NODE.signed({ type: "node.inventory", nonce: node.nonce, number: 1, inventory: inventory() }));
  expect(await node.next("error")).toMatchObject({ code: "NUMBER_OLD" });
});

test("where the operator set no token anybody may be a node, and his own are told from others", async () => {
  const server = await startServer({ nodeTokenRequired: false });
  const stranger = createTestIdentity();
  const { client, nonce } = await server.openNodeSocket({});
  client.send(stranger.register(nonce, { inventory: inventory({ slots: 1 }) }));
  await client.next("node.welcome");
  await server.node();
  const nodes = (await list(server)).nodes;
  expect(nodes.map(({ id, trusted }) => [id, trusted])).toEqual([[stranger.nodeId, false], [TEST_NODE.nodeId, true]]);
  await expect(server.openNodeSocket({ authorization: `Bearer ${NODE_TOKEN}x` })).rejects.toMatchObject({ status: 401 });
});

test("a stranger may not claim more than it measured", async () => {
  const server = await startServer({ nodeTokenRequired: false });
  const { client, nonce } = await server.openNodeSocket({});
  client.send(createTestIdentity().register(nonce, { inventory: inventory({ slots: 50 }) }));
  expect(await client.next("node.state")).toMatchObject({ state: "quarantined", reason: expect.stringContaining("claims 50 slots") });
});
