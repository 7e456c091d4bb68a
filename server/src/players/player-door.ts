// The players' door, `/control`: says hello, then hands each message to sessions.

import type { Clock } from "@nearframe/shared/clock";
import type { Scope } from "@nearframe/shared/lifetime";
import { ClientToServer } from "@nearframe/shared/protocol/client-to-server";
import { CloseCode, MESSAGES_PER_SECOND_MAX, PROTOCOL_VERSION } from "@nearframe/shared/protocol/limits";
import type { RttVector } from "@nearframe/shared/probe/rtt-vector";
import type { ServerToClient } from "@nearframe/shared/protocol/server-to-client";
import { fullBucket, takeToken } from "@nearframe/shared/protocol/token-bucket";
import type { Log } from "../log.ts";
import type { SocketDoor } from "../peers/adapters/ws/socket-doors.ts";
import { clientAddress } from "../peers/client-address.ts";
import { MESSAGES_BURST_MAX } from "../peers/limits.ts";
import { originAllowed } from "../peers/origin.ts";
import { admitPeer, type Conversation, type PeerLink } from "../peers/peer-door.ts";
import { STARTS_BURST, STARTS_PER_SECOND } from "../session/limits.ts";
import type { ProbePoints } from "../probing/probe-points.ts";
import type { PlayerPeer } from "../session/ports.ts";
import type { Sessions } from "../session/sessions.ts";
import type { Identity } from "./identity.ts";

type PlayerDoorPorts = {
  clock: Clock;
  log: Log;
  identity: Identity;
  players: Sessions["players"];
  /** Besides the server's own. */
  origins: readonly string[];
  /** Reverse proxies of ours before this server; each adds the address that it sees to the request. */
  proxyCount: number;
  probePoints: ProbePoints;
};

const NOTHING_MEASURED: RttVector = {};
type Hello = Extract<ClientToServer, { type: "hello" }>;
type Greeting = { type: "awaiting-hello" } | { type: "checking-token" } | { type: "greeted"; player: PlayerPeer };

const STARTS_RATE = { perSecond: STARTS_PER_SECOND, burst: STARTS_BURST };
const MESSAGE_RATE = { perSecond: MESSAGES_PER_SECOND_MAX, burst: MESSAGES_BURST_MAX };

export function createPlayerDoor(ports: PlayerDoorPorts, scope: Scope): SocketDoor {
  const { clock, log, origins, proxyCount } = ports;
  return {
    refuse: (request) =>
      originAllowed(request.headers.origin, request.headers.host, origins)
        ? undefined
        : { status: 403, code: "ORIGIN_REFUSED", message: "this server takes no connections from pages of other sites" },
    accept: (socket, request) => {
      const address = clientAddress(request, proxyCount);
      const converse = (peer: PeerLink<ServerToClient>) => createConversation(ports, peer, address);
      return admitPeer(socket, { schema: ClientToServer, rate: MESSAGE_RATE, converse }, { clock, log }, scope);
    },
  };
}

/** What one socket and the server say to each other. */
function createConversation(
  { clock, identity, players, probePoints }: PlayerDoorPorts,
  peer: PeerLink<ServerToClient>,
  address: string | undefined,
): Conversation<ClientToServer> {
  let greeting: Greeting = { type: "awaiting-hello" };
  let rttsTold = NOTHING_MEASURED;
  let starts = fullBucket(STARTS_RATE, clock.monotonicMs());

  async function handleMessage(message: ClientToServer): Promise<void> {
    if (message.type === "hello") return handleHello(message);
    if (message.type === "ping") {
      return peer.send({ type: "pong", sentAtMs: message.sentAtMs, serverAtMs: clock.wallMs() });
    }
    if (greeting.type !== "greeted") {
      const requestId = "requestId" in message ? { requestId: message.requestId } : {};
      return peer.send({ type: "error", code: "HELLO_FIRST", message: "say hello and wait for the welcome", ...requestId });
    }
    if (message.type === "probe-points.measured") {
      rttsTold = message.rttsMs;
      return;
    }
    const { player } = greeting;
    if ((message.type === "session.request" || message.type === "session.resume" || message.type === "guest.join") && !mayStart()) {
      const text = "titles were started too often just now; wait a few seconds";
      return peer.send({ type: "error", code: "STARTS_TOO_FAST", message: text, requestId: message.requestId });
    }
    return players.handle(player, message);
  }

  async function handleHello({ protocol, token, tabId, timeZone }: Hello): Promise<void> {
    if (greeting.type !== "awaiting-hello") {
      return peer.send({ type: "error", code: "HELLO_TWICE", message: "hello is said once on a socket" });
    }
    if (protocol !== PROTOCOL_VERSION) {
      const message = `this server speaks protocol ${PROTOCOL_VERSION}, the page speaks ${protocol}; reload the page`;
      peer.send({ type: "error", code: "PROTOCOL_UNSUPPORTED", message });
      return peer.close(CloseCode.protocol, "protocol version");
    }
    greeting = { type: "checking-token" };
    const reading = token === undefined ? undefined : await identity.read(token);
    if (reading?.type === "forged") {
      const message = "this server did not make your player token; forget it to play as a new guest";
      peer.send({ type: "error", code: "TOKEN_REFUSED", message });
      return peer.close(CloseCode.unauthorized, "token refused");
    }
    const { playerId, token: kept } = reading?.type === "player" ? reading : await identity.createGuest();
    // The socket may have closed while the token was checked; then nobody is there to greet.
    if (peer.closed) return;
    const player = players.open({
      playerId,
      tabId,
      get place() {
        return { address, timeZone, rttVector: probePoints.join(rttsTold, peer.rttMs) };
      },
      send: peer.send,
    });
    greeting = { type: "greeted", player };
    peer.send({
      type: "welcome",
      protocol: PROTOCOL_VERSION,
      playerId,
      token: kept,
      held: players.heldBy(player),
      ...(probePoints.asked.length > 0 && { probePoints: probePoints.asked }),
    });
  }

  function mayStart(): boolean {
    const [next, paid] = takeToken(starts, STARTS_RATE, clock.monotonicMs());
    starts = next;
    return paid;
  }

  function handleSilence(): void {
    if (greeting.type === "awaiting-hello") peer.close(CloseCode.silent, "no hello");
  }

  function handleClosed(): void {
    if (greeting.type === "greeted") players.handlePeerClosed(greeting.player);
  }

  return { handleMessage, handleSilence, handleClosed };
}
