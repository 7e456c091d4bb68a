// `npm run title -- publish FOLDER`: brings a title to a server's store, and makes it
// the version that players get. Also lists versions, and goes back to an older one.

import { parseArgs } from "node:util";
import { readFile } from "node:fs/promises";
import path from "node:path";
import { DIGESTS_AT_ONCE_MAX, Digests, packageBytes, TITLES_PATH, TitleVersion, TitleVersions } from "@nearframe/shared/title-store/package";
import * as z from "zod/mini";
import { ADMIN_TOKEN_FILE } from "./admin-token.ts";
import { packFolder, PackError } from "./pack-folder.ts";
import { storeForm } from "./stored-chunk.ts";

const HELP = `Brings titles to a Nearframe server.

  npm run title -- publish FOLDER           make the title in FOLDER what players get
  npm run title -- versions TITLE           what was published of it, newest first
  npm run title -- activate TITLE VERSION   go back to an older version; its first letters are enough

  --server URL    default http://localhost:8080
  --token TOKEN   default NEARFRAME_ADMIN_TOKEN, or the one in the data folder of a server on this machine
`;
const REPOSITORY = path.join(import.meta.dirname, "../../..");
const REQUEST_MS = 60_000;
const ATTEMPTS = 5;
const PIECES_AT_ONCE = 4;

class UsageError extends Error {}

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { server: { type: "string", default: "http://localhost:8080" }, token: { type: "string" }, help: { type: "boolean" } },
});
const server = values.server.replace(/\/+$/, "");

async function main(): Promise<void> {
  const [command, first = "", second = ""] = positionals;
  if (values.help || command === undefined) return console.log(HELP);
  if (command === "publish" && first !== "") return publish(path.resolve(first));
  if (command === "versions" && first !== "") return list(await versionsOf(first));
  if (command === "activate" && second !== "") return activate(first, second);
  throw new UsageError(`this is no command of mine.\n\n${HELP}`);
}

async function publish(folder: string): Promise<void> {
  let sent = 0;
  let waiting: { digest: string; chunk: Uint8Array }[] = [];
  const flush = async () => {
    const batch = waiting;
    waiting = [];
    const digests = [...new Set(batch.map(({ digest }) => digest))];
    const { digests: missing } = z.parse(Digests, await call("POST", "/missing", { digests }));
    const wanted = batch.filter(({ digest }, index) => missing.includes(digest) && batch.findIndex((other) => other.digest === digest) === index);
    await Promise.all(
      Array.from({ length: PIECES_AT_ONCE }, async () => {
        for (let piece = wanted.shift(); piece; piece = wanted.shift()) {
          await call("PUT", `/chunks/${piece.digest}`, await storeForm(piece.chunk));
          sent += piece.chunk.length;
        }
      }),
    );
  };
  const made = await packFolder(folder, async (digest, chunk) => {
    waiting.push({ digest, chunk });
    // A batch is what one asks at once, and no more than lies well in memory.
    const bytes = waiting.reduce((sum, piece) => sum + piece.chunk.length, 0);
    if (waiting.length >= DIGESTS_AT_ONCE_MAX || bytes > 64 * 1024 * 1024) await flush();
  });
  await flush();
  const version = z.parse(TitleVersion, await call("POST", "", made));
  const total = packageBytes(made);
  console.log(`${made.manifest.name} ${version.digest.slice(0, 12)} is what players get now: ${megabytes(total)}, of which ${megabytes(sent)} were new to the server.`);
}

async function versionsOf(titleId: string): Promise<TitleVersion[]> {
  return z.parse(TitleVersions, await call("GET", `/${encodeURIComponent(titleId)}`)).versions;
}

function list(versions: readonly TitleVersion[]): void {
  if (versions.length === 0) return console.log("Nothing was published of it.");
  for (const { digest, publishedAtMs, bytes, active } of versions) {
    console.log(`${digest.slice(0, 12)}  ${new Date(publishedAtMs).toISOString()}  ${megabytes(bytes)}${active ? "  active" : ""}`);
  }
}

async function activate(titleId: string, start: string): Promise<void> {
  const meant = (await versionsOf(titleId)).filter(({ digest }) => digest.startsWith(start));
  const [version, ...more] = meant;
  if (!version || more.length > 0) throw new UsageError(`"${start}" is the beginning of ${meant.length} versions; see: npm run title -- versions ${titleId}`);
  await call("POST", `/${encodeURIComponent(titleId)}/activate`, { digest: version.digest });
  console.log(`${titleId} ${version.digest.slice(0, 12)} is what players get now.`);
}

async function call(method: string, below: string, body?: object | Buffer): Promise<unknown> {
  const token = await readToken();
  const headers = { authorization: `Bearer ${token}`, "content-type": Buffer.isBuffer(body) ? "application/octet-stream" : "application/json" };
  for (let attempt = 1; ; attempt++) {
    try {
      const response = await fetch(`${server}${TITLES_PATH}${below}`, {
        method,
        headers,
        signal: AbortSignal.timeout(REQUEST_MS),
        ...(body && { body: Buffer.isBuffer(body) ? new Uint8Array(body) : JSON.stringify(body) }),
      });
      const text = await response.text();
      if (response.ok) return text === "" ? undefined : JSON.parse(text);
      if (response.status < 500 || attempt === ATTEMPTS) throw new UsageError(`the server refused (${response.status}): ${text.slice(0, 500)}`);
    } catch (error) {
      if (error instanceof UsageError) throw error;
      if (attempt === ATTEMPTS) throw new UsageError(`${server} does not answer: ${(error as Error).message}; is the server running there?`);
    }
    await new Promise((resolve) => setTimeout(resolve, attempt * 500));
  }
}

async function readToken(): Promise<string> {
  const given = values.token ?? process.env["NEARFRAME_ADMIN_TOKEN"];
  if (given) return given;
  const file = path.join(process.env["NEARFRAME_DATA"] || path.join(REPOSITORY, ".nearframe"), ADMIN_TOKEN_FILE);
  try {
    return (await readFile(file, "utf8")).trim();
  } catch {
    throw new UsageError(`There is no token in ${file}: give the server's admin token with --token or NEARFRAME_ADMIN_TOKEN.`);
  }
}

function megabytes(bytes: number): string {
  return `${(bytes / 1e6).toFixed(1)} MB`;
}

main().catch((error: unknown) => {
  const known = error instanceof UsageError || error instanceof PackError;
  console.error(known ? error.message : error);
  process.exit(1);
});
