// Epochs of two servers on PostgreSQL and NATS: the checkers hang at both, the node at one, and
// each epoch's referee is the other server than the last one's.

import { randomUUID } from "node:crypto";
import type { CheckedNodeDetail, EpochList } from "@nearframe/shared/api/checking";
import { verifyEpoch } from "@nearframe/shared/checking/published";
import { Scope } from "@nearframe/shared/lifetime";
import { verifySignature } from "@nearframe/server/checking/checker-door";
import { openNatsCluster } from "@nearframe/server/cluster/adapters/nats/nats-cluster";
import { rankIndexers } from "@nearframe/server/cluster/rank-indexers";
import { createLog } from "@nearframe/server/log";
import { openPostgresDatabase } from "@nearframe/server/store/adapters/postgres/postgres-database";
import { openSqlStore } from "@nearframe/server/store/sql-store";
import { TEST_NODE } from "@nearframe/server/testing/node-identity";
import { startServer, type RunningServer } from "@nearframe/server/testing/running-server";
import { startNats } from "@nearframe/server/testing/services/start-nats";
import { startPostgres } from "@nearframe/server/testing/services/start-postgres";
import { testScope } from "@nearframe/server/testing/test-scope";
import { expect, test } from "vitest";
import { closedEpochs, EPOCH_MS, get, livenessOf, read, runVerify, startCheckers, startNode } from "./made-up-epoch.ts";

const silentLog = createLog("silent", { write: () => {} });

/** Of these two each is the referee of every other epoch for a while, so that every epoch is closed by another server than opened it. */
function takingTurns(): [string, string] {
  const now = Math.floor(Date.now() / EPOCH_MS);
  for (;;) {
    const ids: [string, string] = [randomUUID(), randomUUID()];
    const referees = Array.from({ length: 6 }, (_, ahead) => rankIndexers({ seed: "checking", requestId: "referee", playerId: String(now + ahead) }, ids)[0]);
    if (referees.every((id, index) => index === 0 || id !== referees[index - 1])) return ids;
  }
}

/** How often it did so with this epoch, by its own log. */
const timesSaid = ({ lines }: RunningServer, what: string, epoch: number) =>
  lines.filter((line) => line.includes(`"epoch":${epoch},`) && line.includes(what)).length;

test("two servers on PostgreSQL and NATS publish each epoch once, the same at both, from checkers at both, and anybody can judge it again", { timeout: 120_000 }, async () => {
  const services = testScope();
  const [nats, postgres] = await Promise.all([startNats(services), startPostgres(services)]);
  const url = await postgres.createDatabase();
  async function joinServer(serverId: string): Promise<RunningServer> {
    const scope = new Scope();
    const cluster = await openNatsCluster({ serverId, url: nats.url, replicas: 1, namespace: "nearframe" }, silentLog, scope);
    const store = await openSqlStore(await openPostgresDatabase({ url }, silentLog, scope));
    return startServer({ scope, cluster, store, checking: { epochMs: EPOCH_MS } });
  }
  const [a, b] = takingTurns();
  const servers = [await joinServer(a), await joinServer(b)] as const;
  const [atNode, elsewhere] = servers;
  await startNode(atNode);
  startCheckers(servers, 5);

  // Two after one another, with a word of each checker on the node.
  const isWhole = ([newer, older]: Parameters<typeof livenessOf>[0][]) =>
    newer !== undefined && older !== undefined && newer.epoch === older.epoch + 1 && livenessOf(newer)?.evidence.length === 5 && livenessOf(older)?.evidence.length === 5;
  const [newer, older] = await closedEpochs(elsewhere, isWhole);
  for (const [published, before] of [[newer!, older], [older!, undefined]] as const) {
    const { epoch } = published;
    const { publicKey } = await get<EpochList>(atNode, "epochs");
    const { broken, verdicts } = verifyEpoch(published, verifySignature, before, publicKey);
    expect(broken).toEqual([]);
    expect(verdicts.every(({ matches }) => matches)).toBe(true);
    // Those at the other server heard the node as well: nobody reports a port that did not answer.
    expect(livenessOf(published)).toMatchObject({ nodeId: TEST_NODE.nodeId, outcome: "clear", absent: [], agreeing: { length: 5 } });
    expect(published.reveals.filter(({ report: { observation } }) => observation.kind === "liveness" && observation.mediaRoundTripMs === undefined)).toEqual([]);
    expect(await read(atNode, `epochs/${epoch}`)).toBe(await read(elsewhere, `epochs/${epoch}`));
    // Opened by one server, closed by the other.
    const opened = servers.map((server) => timesSaid(server, "checking epoch opened", epoch));
    const closed = servers.map((server) => timesSaid(server, "checking epoch closed", epoch));
    expect([[0, 1], [1, 0]]).toContainEqual(opened);
    expect(closed).toEqual(opened.toReversed());
  }

  for (const server of servers) {
    const { node, verdicts } = await get<CheckedNodeDetail>(server, `nodes/${TEST_NODE.nodeId}`);
    expect(node.score?.honesty).toBe(1);
    expect(verdicts.find(({ taskId }) => taskId === livenessOf(newer!)?.taskId)).toMatchObject({ outcome: "clear", reports: 5 });
  }

  const [mine, theirs] = await Promise.all(servers.map(({ port }) => runVerify("--server", `http://127.0.0.1:${port}`, "--epoch", String(newer!.epoch))));
  expect(mine).toEqual([0, expect.stringContaining("is what was published")]);
  expect(theirs).toEqual(mine);
});
