// `npm run edge -- --appeal`: asks the server to have a fresh committee of checkers look
// again at the penalty that keeps this node out, or where none does, to look again at play on it that
// counts for nothing. Signed with the node's key, so it is run with the node's own --data, beside the running node.

import { setTimeout as wait } from "node:timers/promises";
import type { AppealRequest, CheckedNodeDetail } from "@nearframe/shared/api/checking";
import { ConfigError, parseConfig } from "./node/config.ts";
import { IdentityError, openIdentity } from "./node/identity.ts";
import { httpAddress } from "./node/server-addresses.ts";

const REQUEST_MS = 10_000;
/** The referee may be just changing. */
const NOTED_WITHIN_MS = 30_000;
const LOOK_EVERY_MS = 1_000;

class AppealError extends Error {}

async function main(): Promise<void> {
  const { dataFolder, serverUrls } = parseConfig(process.env);
  const reason = process.env["NEARFRAME_APPEAL_REASON"] ?? "";
  const server = httpAddress(serverUrls[0] ?? "");
  const { nodeId, publicKey, signed } = await openIdentity(dataFolder);
  const untilMs = Date.now() + NOTED_WITHIN_MS;
  const earlier = (await shown(server, nodeId))?.appeal;
  let node: CheckedNodeDetail["node"] | undefined;
  for (;;) {
    const request: AppealRequest = signed({ type: "node.appeal" as const, nodeId, publicKey, atMs: Date.now(), reason });
    const response = await call(`${server}/api/checking/appeals`, { method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify(request) });
    if (!response.ok) throw new AppealError(`${nodeId}: ${((await response.json()) as { message?: string }).message ?? response.statusText}`);
    node = await shown(server, nodeId);
    // It may be decided already.
    if (node?.appeal?.state === "asked" || node?.appeal?.atMs !== earlier?.atMs) break;
    if (Date.now() > untilMs) throw new AppealError("the server took the appeal, and nobody has noted it yet; ask again in a minute");
    await wait(LOOK_EVERY_MS);
  }
  const then = node?.quarantine ? "a fresh committee of eleven looks again in the next epoch" : "the play of the last week is looked at again within a minute, by all that was told since";
  console.log(`${nodeId} appeals: ${then}. ${server}/api/checking/nodes/${nodeId} shows what becomes of it.`);
}

async function shown(server: string, nodeId: string): Promise<CheckedNodeDetail["node"] | undefined> {
  const found = await call(`${server}/api/checking/nodes/${nodeId}`, {});
  return found.ok ? ((await found.json()) as CheckedNodeDetail).node : undefined;
}

function call(url: string, options: RequestInit): Promise<Response> {
  return fetch(url, { ...options, signal: AbortSignal.timeout(REQUEST_MS) }).catch((error: Error) => {
    throw new AppealError(`${url} can't be reached: ${error.message}`);
  });
}

main().catch((error: unknown) => {
  console.error(error instanceof ConfigError || error instanceof IdentityError || error instanceof AppealError ? error.message : error);
  process.exit(1);
});
