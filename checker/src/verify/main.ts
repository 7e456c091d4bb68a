// `npm run verify -- --epoch N`: judges an epoch of checking again from what is public, and
// says of each verdict whether it is what was published. It takes nothing on trust but the
// servers' key, and needs no account, no key of its own, and no server of ours to run.

import { verify as verifyBytes, createPublicKey } from "node:crypto";
import { readFile } from "node:fs/promises";
import { parseArgs } from "node:util";
import { EpochList } from "@nearframe/shared/api/checking";
import { DrawSeed } from "@nearframe/shared/api/draws";
import { PublishedEpoch, verifyEpoch, type VerifyOutcome } from "@nearframe/shared/checking/published";
import { describeIssues } from "@nearframe/shared/protocol/parse";
import * as z from "zod/mini";

const HELP = `Judges an epoch of checking again from public data, and says whether it is what was published.

npm run verify -- --epoch N [--server http://localhost:8080]
npm run verify -- --file EPOCH.json [--before EARLIER.json]

  --epoch N       its number, or "latest"
  --server URL    where it is published (default http://localhost:8080)
  --file F        a published epoch that was kept; --before: the one that it names as the one before
  --key KEY       the servers' key, as you have known it; without it the one that the server, or the file, names
  --json          the outcome as JSON
  --help          this text

It ends with 0 when all is as published, 1 when something is not, 2 when it can't be told.`;

const MISMATCH = 1;
const UNKNOWN = 2;
const REQUEST_MS = 30_000;

class CannotTellError extends Error {}

type Sources = { published: PublishedEpoch; before: PublishedEpoch | undefined; key: string | undefined; hourSeed: string | undefined };

async function main(): Promise<number> {
  const { values } = parseArgs({
    options: {
      epoch: { type: "string" }, server: { type: "string", default: "http://localhost:8080" }, file: { type: "string" }, before: { type: "string" },
      key: { type: "string" }, json: { type: "boolean" }, help: { type: "boolean" },
    },
  });
  if (values.help) {
    console.log(HELP);
    return 0;
  }
  const { file, epoch, server } = values;
  if ((file === undefined) === (epoch === undefined)) throw new CannotTellError("say --epoch N, or --file F; --help tells more");
  const sources = file === undefined ? await fromServer(server.replace(/\/+$/, "").replace(/^ws/, "http"), epoch ?? "") : await fromFiles(file, values.before);
  const { published, before, hourSeed } = sources;
  const outcome = verifyEpoch(published, verifySignature, before, values.key ?? sources.key);
  if (hourSeed !== undefined && hourSeed !== published.hourSeed) outcome.broken.push(`hour ${published.hour} had another seed`);
  const matches = outcome.broken.length === 0 && outcome.verdicts.every((verdict) => verdict.matches);
  if (values.json) console.log(JSON.stringify({ epoch: published.epoch, matches, ...outcome }, undefined, 2));
  else say(published, before, outcome, matches);
  return matches ? 0 : MISMATCH;
}

function say({ epoch, reveals, tasks, checkers, publicKey, previousEpoch }: PublishedEpoch, before: PublishedEpoch | undefined, { broken, verdicts }: VerifyOutcome, matches: boolean): void {
  console.log(`Epoch ${epoch}: ${checkers.length} checkers, ${reveals.length} reports, ${verdicts.length} verdicts, signed by ${publicKey}.`);
  for (const { published, again, matches: same } of verdicts) {
    const isAudit = tasks.some((task) => task.taskId === published.taskId && task.audit !== undefined);
    const { taskId, nodeId, kind, outcome, faults, agreeing, dissenting, absent } = published;
    console.log(`${same ? "  as published" : "  NOT AS PUBLISHED"}  ${taskId} (${kind}${isAudit ? ", an audit of its checkers" : ""}) of ${nodeId}: ${describe(outcome, faults)}; ${agreeing.length} agree, ${dissenting.length} do not, ${absent.length} absent`);
    if (!same) console.log(`      judged again: ${again ? describe(again.outcome, again.faults) : "there is no such task"}`);
    if (same) for (const digest of published.evidence) console.log(`      by report ${digest}`);
  }
  for (const reason of broken) console.log(`  BROKEN  ${reason}`);
  if (!before && previousEpoch !== undefined) console.log(`  Epoch ${previousEpoch} before it was not at hand, so the chain was not followed.`);
  console.log(matches ? "All of it follows from the reports, and is what was published." : "It is not what was published, or does not follow from the reports.");
}

const describe = (outcome: string, faults: readonly string[]): string => (faults.length > 0 ? `${outcome} (${faults.join(", ")})` : outcome);

async function fromServer(server: string, name: string): Promise<Sources> {
  const list = parse(EpochList, await get(`${server}/api/checking/epochs?limit=1`), "the list of epochs");
  const number = name === "latest" ? list.epochs[0]?.epoch : Number(name);
  if (number === undefined || !Number.isInteger(number)) throw new CannotTellError(name === "latest" ? "no epoch has been published yet" : `--epoch takes a number, not ${name}`);
  const epochAt = async (epoch: number) => parse(PublishedEpoch, await get(`${server}/api/checking/epochs/${epoch}`), `epoch ${epoch}`);
  const published = await epochAt(number);
  // Those are kept for a month, and the seeds for a week.
  const before = published.previousEpoch === undefined ? undefined : await epochAt(published.previousEpoch).catch(() => undefined);
  const draw = await get(`${server}/api/draws/${published.hour}`).then((raw) => z.safeParse(DrawSeed, raw).data, () => undefined);
  return { published, before, key: list.publicKey, hourSeed: draw?.seed };
}

async function fromFiles(file: string, before: string | undefined): Promise<Sources> {
  const read = async (name: string) => {
    const text = await readFile(name, "utf8").catch((error: Error) => Promise.reject(new CannotTellError(`${name} can't be read: ${error.message}`)));
    try {
      return parse(PublishedEpoch, JSON.parse(text), name);
    } catch (error) {
      throw error instanceof CannotTellError ? error : new CannotTellError(`${name} is no JSON`);
    }
  };
  return { published: await read(file), before: before === undefined ? undefined : await read(before), key: undefined, hourSeed: undefined };
}

async function get(url: string): Promise<unknown> {
  const response = await fetch(url, { signal: AbortSignal.timeout(REQUEST_MS) }).catch((error: Error) => Promise.reject(new CannotTellError(`${url} can't be reached: ${error.message}`)));
  if (!response.ok) throw new CannotTellError(`${url} answered ${response.status}: ${(await response.text()).slice(0, 300)}`);
  return response.json();
}

function parse<T>(schema: z.ZodMiniType<T>, raw: unknown, what: string): T {
  const parsed = z.safeParse(schema, raw);
  if (parsed.success) return parsed.data;
  throw new CannotTellError(`${what} is not of the form that this version knows: ${describeIssues(parsed.error.issues)}`);
}

function verifySignature(publicKey: string, text: string, signature: string): boolean {
  try {
    const key = createPublicKey({ key: { kty: "OKP", crv: "Ed25519", x: publicKey }, format: "jwk" });
    return verifyBytes(null, Buffer.from(text), key, Buffer.from(signature, "base64url"));
  } catch {
    return false; // 32 bytes that are no key.
  }
}

try {
  process.exitCode = await main();
} catch (error) {
  console.error(`It can't be told: ${error instanceof Error ? error.message : String(error)}`);
  process.exitCode = UNKNOWN;
}
