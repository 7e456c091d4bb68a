// The round trip to a node's media port, by ICE bindings (RFC 8445) on a socket of its own:
// no session, no picture, and nobody but the node's own media server can answer.

import { createSocket, type Socket } from "node:dgram";
import { lookup } from "node:dns/promises";
import { classes, Message, methods, parseMessage } from "werift";
import type { MediaPort } from "@nearframe/shared/checking/node-calls";
import type { Scope } from "@nearframe/shared/lifetime";

const BINDINGS = 8;
const EVERY_MS = 120;
/** From the last on. */
const WAIT_MS = 1_500;
/** As a peer-reflexive candidate's (RFC 8445, 5.1.2). */
const PRIORITY = 0x6e_ff_ff_ff;

/** The shortest of some, in ms: what a queue adds is not distance. Undefined where none is answered. */
export async function measureMediaPort(port: MediaPort, scope: Scope): Promise<number | undefined> {
  const mine = scope.child();
  try {
    const targets = await Promise.all(port.addresses.map(async ({ ip, port: number }) => ({ ...(await lookup(ip)), port: number })));
    const answers = await Promise.all(targets.map((target) => bindings(port, target, mine).catch(() => [])));
    const roundTripsMs = answers.flat();
    return roundTripsMs.length > 0 ? Math.min(...roundTripsMs) : undefined;
  } catch {
    // A name that nobody knows is no answer either.
    return undefined;
  } finally {
    await mine.close("measured");
  }
}

async function bindings({ usernameFragment, password }: MediaPort, target: { address: string; family: number; port: number }, scope: Scope): Promise<number[]> {
  const socket = await openSocket(target.family === 6 ? "udp6" : "udp4", scope);
  const key = Buffer.from(password);
  const sentAtMs = new Map<string, number>();
  const roundTripsMs: number[] = [];
  const done = Promise.withResolvers<void>();
  scope.own(undefined, () => done.resolve());
  socket.on("error", () => done.resolve());
  socket.on("message", (data) => {
    const atMs = performance.now();
    // Whoever does not know the password can't sign the answer.
    const answer = parseMessage(data, key);
    if (answer?.messageMethod !== methods.BINDING || answer.messageClass !== classes.RESPONSE || !answer.attributesKeys.includes("MESSAGE-INTEGRITY")) return;
    const sent = sentAtMs.get(answer.transactionIdHex);
    if (sent === undefined) return;
    sentAtMs.delete(answer.transactionIdHex);
    roundTripsMs.push(atMs - sent);
    if (roundTripsMs.length === BINDINGS) done.resolve();
  });
  let left = BINDINGS;
  const send = () => {
    if (left === 0) return;
    left -= 1;
    const request = new Message(methods.BINDING, classes.REQUEST);
    request.setAttribute("USERNAME", `${usernameFragment}:nearframe`);
    request.setAttribute("PRIORITY", PRIORITY);
    request.setAttribute("ICE-CONTROLLING", BigInt(1));
    request.addMessageIntegrity(key);
    request.addFingerprint();
    sentAtMs.set(request.transactionIdHex, performance.now());
    socket.send(request.bytes, target.port, target.address);
  };
  send();
  scope.own(setInterval(send, EVERY_MS), clearInterval);
  scope.own(setTimeout(() => done.resolve(), BINDINGS * EVERY_MS + WAIT_MS), clearTimeout);
  await done.promise;
  return roundTripsMs;
}

function openSocket(family: "udp4" | "udp6", scope: Scope): Promise<Socket> {
  const socket = scope.own(createSocket(family), (socket) => void socket.close());
  return new Promise((resolve, reject) => {
    socket.once("error", reject);
    socket.bind(0, () => {
      socket.off("error", reject);
      resolve(socket);
    });
  });
}
