// What epochs over real sockets are made of in tests: a node that says that it is there and
// answers knocks, checkers whose eyes are made up, and what anybody can read of it afterwards.

import { execFile } from "node:child_process";
import { generateKeyPairSync, sign } from "node:crypto";
import path from "node:path";
import { startChecker } from "@nearframe/checker/duty/start-checker";
import type { CallNode } from "@nearframe/checker/duty/duty";
import type { CheckerIdentity } from "@nearframe/checker/identity";
import type { EpochList } from "@nearframe/shared/api/checking";
import type { Assignment } from "@nearframe/shared/checking/assignment";
import type { MediaPort } from "@nearframe/shared/checking/node-calls";
import type { Observation } from "@nearframe/shared/checking/observation";
import { PublishedEpoch } from "@nearframe/shared/checking/published";
import { checkerIdOf } from "@nearframe/shared/checking/report";
import { Scope } from "@nearframe/shared/lifetime";
import { signedText } from "@nearframe/shared/node/identity";
import type { RunningServer } from "@nearframe/server/testing/running-server";
import { onTestFinished } from "vitest";
import * as z from "zod/mini";
import { ROOT } from "../support/stack.ts";

/** Long enough for a slow machine to be in time. */
export const EPOCH_MS = 6_000;
const HEARTBEAT_EVERY_MS = 3_000;
const CALL_MS = 3_000;

const MEDIA_PORT: MediaPort = { usernameFragment: "made-up", password: "a-password-that-nobody-else-has", addresses: [{ ip: "192.0.2.7", port: 40_000 }] };

/** At this server; what its media port is, it tells who asks. */
export async function startNode(server: RunningServer): Promise<void> {
  const edge = await server.node();
  edge.socket.on("message", (data: Buffer) => {
    const message = JSON.parse(data.toString()) as { type: string; callId?: string; call?: { call: string } };
    if (message.type !== "check.call" || message.call?.call !== "media-port") return;
    edge.send({ type: "check.reply", callId: message.callId, result: { ok: true, answer: { call: "media-port", port: MEDIA_PORT } } });
  });
  const beating = setInterval(() => edge.heartbeat(), HEARTBEAT_EVERY_MS);
  onTestFinished(() => clearInterval(beating));
}

function makeIdentity(): CheckerIdentity {
  const { publicKey, privateKey } = generateKeyPairSync("ed25519");
  const x = publicKey.export({ format: "jwk" }).x ?? "";
  return {
    checkerId: checkerIdOf(x),
    publicKey: x,
    signed: (message) => ({ ...message, signature: sign(null, Buffer.from(signedText(message)), privateKey).toString("base64url") }),
  };
}

/** What an honest checker sees of an honest node, if what the node answers reaches it. */
async function see(assignment: Assignment, callNode: CallNode): Promise<Observation> {
  switch (assignment.kind) {
    case "liveness": {
      const result = await callNode(assignment.nodeId, { call: "media-port" }, CALL_MS);
      const answers = result.ok && result.answer.call === "media-port" && result.answer.port.password === MEDIA_PORT.password;
      return { kind: "liveness", heartbeatAgeMs: 0, ...(answers && { mediaRoundTripMs: 3 }) };
    }
    case "capacity":
      return { kind: "capacity", claimedFps: 120, measuredFps: 118 };
    case "registration":
      return { kind: "registration", unproven: [], claimed: 3 };
    default:
      throw new Error(`nobody plays here, and was asked for ${assignment.kind}`);
  }
}

/** Each of its own operator, at an address of its own network; they hang at these servers in turn. */
export function startCheckers(servers: readonly [RunningServer, ...RunningServer[]], count: number): void {
  const scope = new Scope();
  onTestFinished(() => scope.close());
  for (let index = 0; index < count; index++) {
    const { port } = servers[index % servers.length] ?? servers[0];
    startChecker(
      {
        url: `ws://127.0.0.1:${port}/checker`, playUrl: "", operatorId: `operator-${index}`, fromAddress: `127.${index + 1}.0.1`, identity: makeIdentity(),
        perform: (assignment, { callNode }) => see(assignment, callNode),
        onNote: () => {},
        onRefused: (why) => { throw new Error(why); },
      },
      scope.child(),
    );
  }
}

/** As it is published there, to the byte. */
export async function read(server: RunningServer, where: string): Promise<string> {
  return (await fetch(`http://127.0.0.1:${server.port}/api/checking/${where}`)).text();
}

export const get = async <T>(server: RunningServer, where: string): Promise<T> => JSON.parse(await read(server, where)) as T;

/** Newest first, once `isEnough` says so. */
export async function closedEpochs(server: RunningServer, isEnough: (epochs: PublishedEpoch[]) => boolean): Promise<PublishedEpoch[]> {
  for (;;) {
    const { epochs: names } = await get<EpochList>(server, "epochs");
    const epochs = await Promise.all(names.map(async ({ epoch }) => z.parse(PublishedEpoch, await get(server, `epochs/${epoch}`))));
    if (isEnough(epochs)) return epochs;
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
}

export const livenessOf = ({ verdicts }: PublishedEpoch) => verdicts.find(({ taskId }) => taskId.includes("liveness"));

/** `npm run verify`, as its exit code and what it printed. */
export async function runVerify(...args: string[]): Promise<[number, string]> {
  return new Promise((resolve) => {
    execFile(process.execPath, [path.join(ROOT, "checker/src/verify/main.ts"), ...args], (error, stdout, stderr) => resolve([error ? Number(error.code) : 0, stdout + stderr]));
  });
}
