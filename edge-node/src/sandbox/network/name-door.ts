// The name server of a title that may reach some names and nothing else: it answers for those alone, and lets out to
// an address only once a name that is allowed has led there. A name that leads home (10.0.0.0/8 and its like) leads nowhere.

import type { Socket } from "node:dgram";
import { decode, encode, encodingLength, RECURSION_AVAILABLE, RECURSION_DESIRED, type Packet, type Question } from "dns-packet";
import type { Scope } from "@nearframe/shared/lifetime";
import { fullBucket, takeToken, type BucketRate } from "@nearframe/shared/protocol/token-bucket";
import { isAllowedName } from "@nearframe/shared/title/network-names";

export type NameDoorPorts = {
  names: readonly string[];
  /** IPv4 addresses, none where there is no such name. Rejects where nobody answers. */
  lookUp(name: string): Promise<readonly string[]>;
  isPublic(address: string): boolean;
  /** Packets to it flow when this resolves. Asked once for each address. */
  letOut(address: string): Promise<void>;
};

/** A title asks again as soon, and is led to where the name is by then. */
const TTL_S = 60;
/** As many servers as a large page has, many times over. */
const LET_OUT_MAX = 512;
/** Of a message over UDP, one way and the other (RFC 1035, 4.2.1). */
const MESSAGE_BYTES_MAX = 512;
const Code = { ok: 0, failed: 2, noSuchName: 3 } as const;
/** What is asked meanwhile is dropped; resolvers ask again. */
const LOOK_UPS_AT_ONCE_MAX = 32;
/** A large page asks for some dozen names at once, each in three ways. A question takes this process, which plays all sessions, tens of microseconds. */
export const QUESTIONS: BucketRate = { perSecond: 50, burst: 200 };
/** How long nobody is there for a title that asked for more. */
export const CLOSED_MS = 1_000;

/** Undefined where no answer is due. */
export function createNameDoor({ names, lookUp, isPublic, letOut }: NameDoorPorts): (query: Buffer) => Promise<Buffer | undefined> {
  const out = new Map<string, Promise<void>>();
  let lookUps = 0;

  function openWay(address: string): Promise<void> {
    const open = out.get(address);
    if (open) return open;
    if (out.size >= LET_OUT_MAX) throw new Error(`a title was led to more than ${LET_OUT_MAX} addresses`);
    const opening = letOut(address);
    out.set(address, opening);
    opening.catch(() => out.delete(address));
    return opening;
  }

  return async (query) => {
    const asked = readQuestion(query);
    if (!asked) return undefined;
    const answer = (code: number, addresses: readonly string[] = []) => encode(makeAnswer(asked, code, addresses));
    const name = asked.question.name.toLowerCase();
    if (!isAllowedName(name, names)) return answer(Code.noSuchName);
    // The title's network has no IPv6, and needs nothing else.
    if (asked.question.type !== "A") return answer(Code.ok);
    if (lookUps >= LOOK_UPS_AT_ONCE_MAX) return undefined;
    lookUps += 1;
    try {
      const found = (await lookUp(name)).filter(isPublic);
      const addresses = found.slice(0, roomFor(asked, found));
      await Promise.all(addresses.map(openWay));
      return answer(addresses.length === 0 ? Code.noSuchName : Code.ok, addresses);
    } catch {
      return answer(Code.failed);
    } finally {
      lookUps -= 1;
    }
  };
}

type Asked = { id: number; question: Question };

/** Undefined for what is no single, ordinary question. */
function readQuestion(query: Buffer): Asked | undefined {
  if (query.length > MESSAGE_BYTES_MAX) return undefined;
  try {
    const { id = 0, type, opcode, questions = [] } = decode(query) as Packet & { opcode?: string };
    const [question] = questions;
    const isOrdinary = type === "query" && opcode === "QUERY" && questions.length === 1 && question?.class === "IN";
    return isOrdinary ? { id, question } : undefined;
  } catch {
    // The title may send what it likes; what can't be read is not asked.
    return undefined;
  }
}

function makeAnswer({ id, question }: Asked, code: number, addresses: readonly string[]): Packet {
  return {
    id, type: "response", flags: RECURSION_DESIRED | RECURSION_AVAILABLE | code, questions: [question],
    answers: addresses.map((data) => ({ type: "A", class: "IN", name: question.name, ttl: TTL_S, data })),
  };
}

/** How many of these addresses an answer holds. */
function roomFor(asked: Asked, addresses: readonly string[]): number {
  const empty = encodingLength(makeAnswer(asked, Code.ok, []));
  const each = encodingLength(makeAnswer(asked, Code.ok, addresses.slice(0, 1))) - empty;
  return each === 0 ? 0 : Math.floor((MESSAGE_BYTES_MAX - empty) / each);
}

export type NameServerPorts = NameDoorPorts & {
  /** Bound where the title's resolver asks, each time another one. Rejects once the title is gone. */
  openSocket(): Promise<Socket>;
  nowMs(): number;
  log(detail: string): void;
};

/**
 * Resolves when the title can ask. One that asks for more than `QUESTIONS` finds the port closed for a while: a packet that
 * is only dropped here has cost the node most of what it costs already; one that the kernel refuses costs nothing.
 */
export async function serveNames(ports: NameServerPorts, scope: Scope): Promise<void> {
  const answer = createNameDoor(ports);
  let bucket = fullBucket(QUESTIONS, ports.nowMs());
  let open: Socket | undefined;
  let timer: NodeJS.Timeout | undefined;
  let told = false;

  function close(): void {
    open?.close();
    open = undefined;
  }

  function rest(): void {
    close();
    if (!told) ports.log(`it asks its name server more than ${QUESTIONS.perSecond} questions a second; whenever it does, none is heard for ${CLOSED_MS} ms`);
    told = true;
    timer = setTimeout(() => void serve().catch((error: Error) => ports.log(`its name server is gone: ${error.message}`)), CLOSED_MS);
  }

  async function serve(): Promise<void> {
    if (scope.closed) return;
    const socket = await ports.openSocket();
    if (scope.closed) return void socket.close();
    open = socket;
    // The title's own networking can't break it; what is no answer, its resolver asks for again.
    socket.on("error", () => undefined);
    socket.on("message", (query, from) => {
      // Read before it was closed.
      if (open !== socket) return;
      const [next, paid] = takeToken(bucket, QUESTIONS, ports.nowMs());
      bucket = next;
      if (!paid) return rest();
      void answer(query).then((bytes) => {
        if (bytes) open?.send(bytes, from.port, from.address, () => undefined);
      });
    });
  }

  scope.own(undefined, () => {
    clearTimeout(timer);
    close();
  });
  await serve();
}
