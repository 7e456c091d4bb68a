// "stun:stun.example.org:3478,turn:user:secret@turn.example.org:3478" as browsers want to be told of it.

import { IceServer } from "@nearframe/shared/friends/messages";
import * as z from "zod/mini";

const ENTRY = /^(stuns?|turns?):(?:([^:@]+):([^@]+)@)?([^@\s,]+)$/;
export const ICE_SERVERS_MAX = 8;

/** Undefined where it is not such a list. A relay needs a name and a secret; what only tells an address takes none. */
export function readIceServers(text: string): IceServer[] | undefined {
  const servers: IceServer[] = [];
  for (const entry of text.split(",")) {
    const [, scheme, username, credential, place] = ENTRY.exec(entry.trim()) ?? [];
    if (scheme === undefined || scheme.startsWith("turn") !== (username !== undefined)) return undefined;
    const parsed = z.safeParse(IceServer, { urls: `${scheme}:${place}`, ...(username !== undefined && { username, credential }) });
    if (!parsed.success) return undefined;
    servers.push(parsed.data);
  }
  return servers.length <= ICE_SERVERS_MAX ? servers : undefined;
}
