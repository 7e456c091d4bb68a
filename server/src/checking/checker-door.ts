// The checkers' door, `/checker`: a checker dials in, proves who it is, and waits for tasks.

import { createPublicKey, randomBytes, verify } from "node:crypto";
import { checkerIdOf } from "@nearframe/shared/checking/report";
import type { Clock } from "@nearframe/shared/clock";
import type { Scope } from "@nearframe/shared/lifetime";
import { signedText } from "@nearframe/shared/node/identity";
import { CheckerToServer } from "@nearframe/shared/protocol/checker-to-server";
import { CloseCode, PROTOCOL_VERSION } from "@nearframe/shared/protocol/limits";
import type { ServerToChecker } from "@nearframe/shared/protocol/server-to-checker";
import type { Log } from "../log.ts";
import type { SocketDoor } from "../peers/adapters/ws/socket-doors.ts";
import { clientAddress } from "../peers/client-address.ts";
import { networkOf } from "../peers/network-of.ts";
import { admitPeer, type Conversation, type PeerLink } from "../peers/peer-door.ts";
import type { CheckerHome } from "./checker-home.ts";
import { CHECKER_MESSAGES_PER_SECOND_MAX } from "./limits.ts";

export type CheckerDoorPorts = { clock: Clock; log: Log; home: CheckerHome; proxyCount: number };

const RATE = { perSecond: CHECKER_MESSAGES_PER_SECOND_MAX, burst: 10 * CHECKER_MESSAGES_PER_SECOND_MAX };
const NONCE_BYTES = 24;

export function createCheckerDoor(ports: CheckerDoorPorts, scope: Scope): SocketDoor {
  const { clock, log, proxyCount } = ports;
  return {
    refuse: ({ headers }) =>
      headers.origin === undefined ? undefined : { status: 403, code: "ORIGIN_REFUSED", message: "a web page cannot be a checker" },
    accept: (socket, request) => {
      const address = clientAddress(request, proxyCount);
      const converse = (link: PeerLink<ServerToChecker>) => createConversation(ports, link, address);
      return admitPeer(socket, { schema: CheckerToServer, rate: RATE, converse }, { clock, log }, scope);
    },
  };
}

function createConversation({ home, log }: CheckerDoorPorts, link: PeerLink<ServerToChecker>, address: string | undefined): Conversation<CheckerToServer> {
  const nonce = randomBytes(NONCE_BYTES).toString("base64url");
  let checkerId: string | undefined;
  link.send({ type: "checker.challenge", nonce });

  function handleMessage(message: CheckerToServer): void {
    if (message.type === "checker.enrol") return enrol(message);
    if (checkerId === undefined) return refuse("ENROL_FIRST", "enrol before anything else");
    home.handle(checkerId, message);
  }

  function enrol(message: Extract<CheckerToServer, { type: "checker.enrol" }>): void {
    if (checkerId !== undefined) return refuse("ENROLLED_ALREADY", "a link enrols once");
    if (message.protocol !== PROTOCOL_VERSION) {
      refuse("PROTOCOL_UNSUPPORTED", `this server speaks protocol ${PROTOCOL_VERSION}, the checker speaks ${message.protocol}; update the older one`);
      return link.close(CloseCode.protocol, "protocol version");
    }
    if (message.nonce !== nonce) return turnAway("NONCE_WRONG", "the enrolment answers another challenge than this link's");
    if (!verifySignature(message.publicKey, signedText(message), message.signature)) {
      return turnAway("SIGNATURE_WRONG", "the enrolment is not signed by the key that it names");
    }
    const id = checkerIdOf(message.publicKey);
    const networkId = networkOf(address);
    const operatorId = message.operatorId ?? `at-${(address ?? "unknown").replaceAll(/[^A-Za-z0-9.]/g, "-")}`.slice(0, 64);
    if (!home.enrol({ checkerId: id, publicKey: message.publicKey, operatorId, networkId, address }, link)) {
      refuse("CHECKERS_FULL", "this server takes no more checkers");
      return link.close(CloseCode.full, "too many checkers");
    }
    checkerId = id;
    log.info({ checkerId, operatorId, networkId }, "checker enrolled");
    link.send({ type: "checker.welcome", protocol: PROTOCOL_VERSION, checkerId, operatorId, networkId });
  }

  function turnAway(code: string, message: string): void {
    log.warn({ address }, `a checker was refused: ${message}`);
    refuse(code, message);
    link.close(CloseCode.unauthorized, "not proved");
  }

  function refuse(code: string, message: string): void {
    link.send({ type: "error", code, message });
  }

  return {
    handleMessage,
    handleSilence: () => {
      if (checkerId === undefined) link.close(CloseCode.silent, "no enrolment");
    },
    handleClosed: () => {
      if (checkerId !== undefined) home.leave(checkerId, link);
    },
  };
}

export function verifySignature(publicKey: string, text: string, signature: string): boolean {
  try {
    const key = createPublicKey({ key: { kty: "OKP", crv: "Ed25519", x: publicKey }, format: "jwk" });
    return verify(null, Buffer.from(text), key, Buffer.from(signature, "base64url"));
  } catch {
    return false; // 32 bytes that are no key.
  }
}
