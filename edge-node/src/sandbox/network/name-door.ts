// The name server of a title that may reach some names and nothing else: it answers for those alone, and lets out to
// an address only once a name that is allowed has led there. A name that leads home (10.0.0.0/8 and its like) leads nowhere.

import type { Socket } from "node:dgram";
import type { Scope } from "@nearframe/shared/lifetime";
import { isAllowedName } from "@nearframe/shared/title/network-names";
import { ADDRESSES_MAX, DnsCode, DnsType, readDnsQuestion, writeDnsAnswer } from "./dns-message.ts";

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
/** What is asked meanwhile is dropped; resolvers ask again. */
const LOOK_UPS_AT_ONCE_MAX = 32;

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
    const question = readDnsQuestion(query);
    if (!question) return undefined;
    const answer = (code: DnsCode, addresses: readonly string[] = []) => writeDnsAnswer(question, code, addresses, TTL_S);
    if (!isAllowedName(question.name, names)) return answer(DnsCode.noSuchName);
    // The title's network has no IPv6, and needs nothing else.
    if (question.type !== DnsType.A) return answer(DnsCode.ok);
    if (lookUps >= LOOK_UPS_AT_ONCE_MAX) return undefined;
    lookUps += 1;
    try {
      const addresses = (await lookUp(question.name)).filter(isPublic).slice(0, ADDRESSES_MAX);
      await Promise.all(addresses.map(openWay));
      return answer(addresses.length === 0 ? DnsCode.noSuchName : DnsCode.ok, addresses);
    } catch {
      return answer(DnsCode.failed);
    } finally {
      lookUps -= 1;
    }
  };
}

/** `socket`: bound where the title's resolver asks. It is the scope's from now on. */
export function serveNames(socket: Socket, ports: NameDoorPorts, scope: Scope): void {
  const answer = createNameDoor(ports);
  scope.own(socket, () => void socket.close());
  // The title's own networking can't break it; what is no answer, its resolver asks for again.
  socket.on("error", () => undefined);
  socket.on("message", (query, from) => {
    void answer(query).then((bytes) => {
      if (bytes && !scope.closed) socket.send(bytes, from.port, from.address, () => undefined);
    });
  });
}
