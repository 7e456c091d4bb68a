// What is kept of checking, on any SQL database.

import { FaultName, CHECK_KINDS } from "@nearframe/shared/checking/published";
import * as z from "zod/mini";
import { EpochEvent } from "../checking/epoch.ts";
import { NodeStanding, Reporter } from "../checking/standing.ts";
import type { CheckedPlay } from "../checking/checked-plays.ts";
import type { CheckingStore, KeptVerdict } from "./checking-ports.ts";
import type { SqlDatabase, SqlQueries, SqlRow } from "./database.ts";

const APPEND = `
  insert into checking_journal (epoch, ordinal, events) values ($1, $2, $3::jsonb)
  on conflict (epoch, ordinal) do nothing returning 1`;

const CLOSE = `
  insert into checking_epochs (epoch, ended_at, digest, document) values ($1, $2, $3, $4)
  on conflict (epoch) do nothing returning 1`;

const ADD_VERDICTS = `
  insert into checking_verdicts (epoch, task_id, node_id, at, kind, checked, outcome, faults, reports)
  select epoch, task_id, node_id, at, kind, checked, outcome, faults, reports
  from jsonb_to_recordset($1::jsonb) as added(
    epoch bigint, task_id text, node_id text, at timestamptz, kind text, checked text, outcome text, faults jsonb, reports integer
  )`;

const OVERTURN = `
  update checking_verdicts v set overturned = true
  from jsonb_to_recordset($1::jsonb) as gone(node_id text, task_id text)
  where v.node_id = gone.node_id and v.task_id = gone.task_id`;

const ADD_PLAYS = `
  insert into checking_plays (epoch, task_id, checker_id, node_id, began_at, ended_at, fps_share, loss_share)
  select epoch, task_id, checker_id, node_id, began_at, ended_at, fps_share, loss_share from jsonb_populate_recordset(null::checking_plays, $1::jsonb)`;

const PLAYS = `
  select * from checking_plays
  where node_id in (select jsonb_array_elements_text($1::jsonb)) and ended_at >= $2 and began_at <= $3
  order by began_at, epoch, task_id, checker_id limit $4`;

const MARK_CHECKS = `
  update sessions set is_check = true
  where player_id in (select jsonb_array_elements_text($1::jsonb)) and ended_at is not null and not is_check`;

/** In one order: of two servers that write the same rows in two, each would wait for the other. */
const SAVE_STANDINGS = `
  insert into checking_nodes (node_id, standing)
  select value->>'nodeId', value from jsonb_array_elements($1::jsonb) order by 1
  on conflict (node_id) do update set standing = excluded.standing`;

const SAVE_REPORTERS = `
  insert into checking_reporters (reporter_id, reporter)
  select value->>'reporterId', value from jsonb_array_elements($1::jsonb) order by 1
  on conflict (reporter_id) do update set reporter = excluded.reporter`;

const VERDICTS = `
  select * from (
    select * from checking_verdicts
    where at >= $1 and ($2::jsonb is null or node_id in (select jsonb_array_elements_text($2::jsonb)))
    order by at desc, epoch desc, task_id desc limit $3
  ) as newest order by at, epoch, task_id`;

/** PERF: an array, for by the index these nodes are read alone; joined to them, the whole month of all nodes was. */
const COUNTED = `
  select node_id, kind, faults, count(*)::integer as count, avg(extract(epoch from at))::double precision as at_s
  from checking_verdicts
  where outcome <> 'undecided' and (checked <> 'liveness' or outcome = 'faulty') and not overturned and at >= $2
    and node_id = any(array(select jsonb_array_elements_text($1::jsonb))) and task_id not in (select jsonb_array_elements_text($3::jsonb))
  group by node_id, kind, faults, floor(extract(epoch from at) / 86400)
  order by node_id, at_s`;

/** Drivers give large integers as what holds them all. */
const Big = z.pipe(z.union([z.number(), z.string(), z.bigint()]), z.transform(Number));

const VerdictRow = z.object({
  epoch: Big,
  task_id: z.string(),
  node_id: z.string(),
  at: z.date(),
  kind: z.enum(["routine", "penalty"]),
  checked: z.enum(CHECK_KINDS),
  outcome: z.enum(["undecided", "clear", "faulty"]),
  faults: z.array(FaultName),
  reports: z.int(),
  overturned: z.boolean(),
});
const CountedRow = z.object({ node_id: z.string(), kind: z.enum(["routine", "penalty"]), faults: z.array(FaultName), count: z.int(), at_s: z.number() });
const PlayRow = z.object({
  epoch: Big, task_id: z.string(), checker_id: z.string(), node_id: z.string(), began_at: z.date(), ended_at: z.date(), fps_share: z.number(), loss_share: z.number(),
});
const NameRow = z.object({ epoch: Big, digest: z.string(), ended_at: z.date() });

export function sqlChecking(database: SqlDatabase): CheckingStore {
  return {
    async appendToEpoch(epoch, ordinal, events) {
      return (await database.query(APPEND, [epoch, ordinal, JSON.stringify(events)])).length > 0;
    },
    async openEpochs() {
      const rows = await database.query("select epoch, events from checking_journal order by epoch, ordinal");
      const byEpoch = new Map<number, EpochEvent[][]>();
      for (const row of rows) {
        const epoch = z.parse(Big, row["epoch"]);
        byEpoch.set(epoch, [...(byEpoch.get(epoch) ?? []), z.parse(z.array(EpochEvent), row["events"])]);
      }
      return [...byEpoch].map(([epoch, batches]) => ({ epoch, batches }));
    },
    closeEpoch: ({ epoch, endedAtMs, digest, document, verdicts, standings, reporters, overturned, checkPlayerIds, plays }) =>
      database.transaction(async (queries) => {
        const rows = await queries.query(CLOSE, [epoch, new Date(endedAtMs), digest, document]);
        // Closed by somebody else: what is left of its journal is nobody's either.
        await queries.query("delete from checking_journal where epoch = $1", [epoch]);
        if (rows.length === 0) return false;
        if (verdicts.length > 0) await queries.query(ADD_VERDICTS, [JSON.stringify(verdicts.map(toRow))]);
        if (overturned.length > 0) await queries.query(OVERTURN, [JSON.stringify(overturned.map(({ nodeId, taskId }) => ({ node_id: nodeId, task_id: taskId })))]);
        if (plays.length > 0) await queries.query(ADD_PLAYS, [JSON.stringify(plays.map(toPlayRow))]);
        if (checkPlayerIds.length > 0) await queries.query(MARK_CHECKS, [JSON.stringify(checkPlayerIds)]);
        await saveStandings(queries, standings);
        await saveReporters(queries, reporters);
        return true;
      }),
    async findEpoch(epoch) {
      const [row] = await database.query("select document from checking_epochs where epoch = $1", [epoch]);
      return z.parse(z.optional(z.string()), row?.["document"]);
    },
    async newestEpochs(count, before) {
      const rows = await database.query(
        "select epoch, digest, ended_at from checking_epochs where $2::bigint is null or epoch < $2 order by epoch desc limit $1",
        [count, before ?? null],
      );
      return rows.map((raw) => {
        const row = z.parse(NameRow, raw);
        return { epoch: row.epoch, digest: row.digest, endedAtMs: row.ended_at.getTime() };
      });
    },
    async keptVerdicts({ nodeIds, sinceMs, newestMax }) {
      const rows = await database.query(VERDICTS, [new Date(sinceMs), nodeIds ? JSON.stringify(nodeIds) : null, newestMax]);
      return rows.map(toVerdict);
    },
    async countedVerdicts({ nodeIds, sinceMs, withoutTaskIds }) {
      const rows = await database.query(COUNTED, [JSON.stringify(nodeIds), new Date(sinceMs), JSON.stringify(withoutTaskIds)]);
      return rows.map((raw) => {
        const { node_id: nodeId, kind, faults, count, at_s } = z.parse(CountedRow, raw);
        return { nodeId, kind, faults, count, atMs: Math.round(at_s * 1_000) };
      });
    },
    async checkedPlays({ nodeIds, fromMs, untilMs, most }) {
      return (await database.query(PLAYS, [JSON.stringify(nodeIds), new Date(fromMs), new Date(untilMs), most])).map(toPlay);
    },
    async standings(nodeIds) {
      const rows = await database.query(
        "select standing from checking_nodes where $1::jsonb is null or node_id in (select jsonb_array_elements_text($1::jsonb)) order by node_id",
        [nodeIds ? JSON.stringify(nodeIds) : null],
      );
      return rows.map((row) => z.parse(NodeStanding, row["standing"]));
    },
    saveStandings: (standings) => saveStandings(database, standings),
    async reporters(reporterIds) {
      const rows = await database.query(
        "select reporter from checking_reporters where reporter_id in (select jsonb_array_elements_text($1::jsonb))",
        [JSON.stringify(reporterIds)],
      );
      return rows.map((row) => z.parse(Reporter, row["reporter"]));
    },
    saveReporters: (reporters) => saveReporters(database, reporters),
    async trimChecking({ beforeMs, knocksBeforeMs }) {
      const before = new Date(beforeMs);
      await database.query("delete from checking_epochs where ended_at < $1", [before]);
      await database.query("delete from checking_verdicts where at < $1 or (at < $2 and checked = 'liveness' and outcome <> 'faulty')", [before, new Date(knocksBeforeMs)]);
      await database.query("delete from checking_plays where ended_at < $1", [before]);
    },
  };
}

export async function saveStandings(queries: SqlQueries, standings: readonly NodeStanding[]): Promise<void> {
  if (standings.length > 0) await queries.query(SAVE_STANDINGS, [JSON.stringify(standings)]);
}

async function saveReporters(queries: SqlQueries, reporters: readonly Reporter[]): Promise<void> {
  if (reporters.length > 0) await queries.query(SAVE_REPORTERS, [JSON.stringify(reporters)]);
}

function toRow({ epoch, taskId, nodeId, atMs, kind, check, outcome, faults, reports }: KeptVerdict): object {
  return { epoch, task_id: taskId, node_id: nodeId, at: new Date(atMs).toISOString(), kind, checked: check, outcome, faults, reports };
}

function toVerdict(raw: SqlRow): KeptVerdict {
  const row = z.parse(VerdictRow, raw);
  const { epoch, kind, outcome, faults, reports, overturned } = row;
  return { epoch, taskId: row.task_id, nodeId: row.node_id, atMs: row.at.getTime(), kind, check: row.checked, outcome, faults, reports, overturned };
}

function toPlayRow({ epoch, taskId, checkerId, nodeId, beganAtMs, endedAtMs, fpsShare, lossShare }: CheckedPlay): object {
  return {
    epoch, task_id: taskId, checker_id: checkerId, node_id: nodeId, began_at: new Date(beganAtMs).toISOString(), ended_at: new Date(endedAtMs).toISOString(),
    fps_share: fpsShare, loss_share: lossShare,
  };
}

function toPlay(raw: SqlRow): CheckedPlay {
  const row = z.parse(PlayRow, raw);
  return {
    epoch: row.epoch, taskId: row.task_id, checkerId: row.checker_id, nodeId: row.node_id, beganAtMs: row.began_at.getTime(), endedAtMs: row.ended_at.getTime(),
    fpsShare: row.fps_share, lossShare: row.loss_share,
  };
}
