// A session's saves at the server: fetches the newest, brings new ones. The node
// dials out, in small requests that are repeated until they succeed or the caller gives
// up: so whatever breaks off goes on where it was.

import { createHash, randomUUID } from "node:crypto";
import { open, type FileHandle } from "node:fs/promises";
import { Readable } from "node:stream";
import { setTimeout as sleep } from "node:timers/promises";
import { partBytes, partsOf } from "@nearframe/shared/saves/limits";
import type { SaveGrant } from "@nearframe/shared/saves/save-grant";
import { LatestSave, SaveCommitted, SAVES_PATH, type SaveCommit } from "@nearframe/shared/saves/transfer";
import * as z from "zod/mini";
import { SaveError } from "./save-error.ts";

export type SavedRef = NonNullable<LatestSave["save"]>;
export type Progress = (bytesDone: number, bytesTotal: number) => void;

export interface ServerSaves {
  /** Undefined where the player has none. */
  latest(signal: AbortSignal): Promise<SavedRef | undefined>;
  /** The archive's bytes. Fails at the end if they are not the ones that were brought. */
  fetch(save: SavedRef, signal: AbortSignal, onProgress?: Progress): Readable;
  /** Brings the archive in `file` as a new save. */
  bring(file: string, commit: SaveCommit, signal: AbortSignal, onProgress?: Progress): Promise<SaveCommitted>;
}

/** Enough to fill a long path; each holds one part in memory. */
const PARTS_AT_ONCE = 4;
const REQUEST_MS = 30_000;
const RETRY_FIRST_MS = 200;
const RETRY_LAST_MS = 5_000;

/** `serverUrls`: servers that have the saves, unless the grant says where they are. */
export function createServerSaves(grant: SaveGrant, serverUrls: readonly string[]): ServerSaves {
  const bases = (grant.url === undefined ? serverUrls : [grant.url]).map((url) => `${url.replace(/\/+$/, "")}${SAVES_PATH}`);
  /** The one that answered last; the next is asked where it does not. */
  let chosen = 0;
  let { ticket } = grant;

  /** Repeated until it succeeds, is refused for good, or `signal` ends it. */
  async function call(method: string, path: string, signal: AbortSignal, request: { headers?: Record<string, string>; body?: Uint8Array<ArrayBuffer> | string } = {}): Promise<Buffer> {
    let waitMs = RETRY_FIRST_MS;
    let last: unknown;
    for (;;) {
      try {
        signal.throwIfAborted();
        const response = await fetch(`${bases[chosen % bases.length]}${path}`, {
          method,
          ...request,
          headers: { authorization: `Bearer ${ticket}`, ...request.headers },
          redirect: "error",
          signal: AbortSignal.any([signal, AbortSignal.timeout(REQUEST_MS)]),
        });
        const body = Buffer.from(await response.arrayBuffer());
        if (response.ok) return body;
        last = new SaveError("refused", `the server refused the save (${response.status}): ${body.toString().slice(0, 300)}`);
        if (!isPassing(response.status)) throw last;
      } catch (error) {
        if (error === last) throw error;
        if (signal.aborted) throw gaveUp(last ?? error);
        last = error;
        chosen += 1;
      }
      await sleep(waitMs, undefined, { signal }).catch(() => undefined);
      waitMs = Math.min(2 * waitMs, RETRY_LAST_MS);
    }
  }

  function keepTicket(renewed: string | undefined): void {
    if (renewed !== undefined) ticket = renewed;
  }

  async function* parts(save: SavedRef, signal: AbortSignal, onProgress: Progress): AsyncGenerator<Buffer> {
    const { saveId, archiveBytes, archiveDigest } = save;
    const count = partsOf(archiveBytes);
    const ahead: Promise<Buffer>[] = [];
    const hash = createHash("sha256");
    let bytes = 0;
    for (let index = 0; index < count; index++) {
      for (let next = index + ahead.length; next < Math.min(count, index + PARTS_AT_ONCE); next++) {
        const fetching = call("GET", `/${saveId}/parts/${next}`, signal);
        // Heard when its turn comes.
        fetching.catch(() => undefined);
        ahead.push(fetching);
      }
      const part = await (ahead.shift() as Promise<Buffer>);
      if (part.length !== partBytes(archiveBytes, index)) throw new SaveError("damaged", `part ${index} of the save has ${part.length} bytes`);
      hash.update(part);
      bytes += part.length;
      onProgress(bytes, archiveBytes);
      yield part;
    }
    if (hash.digest("hex") !== archiveDigest) throw new SaveError("damaged", "the save is not what was brought to the server");
  }

  async function bringPart(handle: FileHandle, saveId: string, index: number, archiveBytes: number, signal: AbortSignal): Promise<number> {
    const part = Buffer.alloc(partBytes(archiveBytes, index));
    const { bytesRead } = await handle.read(part, 0, part.length, index * partBytes(archiveBytes, 0));
    if (bytesRead !== part.length) throw new Error("the archive is shorter than it was");
    const digest = createHash("sha256").update(part).digest("base64");
    const headers = { "content-type": "application/octet-stream", "content-digest": `sha-256=:${digest}:` };
    await call("PUT", `/${saveId}/parts/${index}`, signal, { headers, body: part });
    return part.length;
  }

  return {
    async latest(signal) {
      const { save, ticket: renewed } = z.parse(LatestSave, JSON.parse((await call("GET", "/latest", signal)).toString()));
      keepTicket(renewed);
      return save;
    },
    fetch: (save, signal, onProgress = () => {}) => Readable.from(parts(save, signal, onProgress), { objectMode: false }),
    async bring(file, commit, signal, onProgress = () => {}) {
      const saveId = randomUUID();
      const { archiveBytes } = commit;
      await using handle = await open(file);
      const indices = Array.from({ length: partsOf(archiveBytes) }, (_, index) => index);
      let bytes = 0;
      const carry = async () => {
        for (let index = indices.shift(); index !== undefined; index = indices.shift()) {
          const brought = await bringPart(handle, saveId, index, archiveBytes, signal);
          bytes += brought;
          onProgress(bytes, archiveBytes);
        }
      };
      await Promise.all(Array.from({ length: PARTS_AT_ONCE }, carry));
      const headers = { "content-type": "application/json" };
      const answer = await call("POST", `/${saveId}`, signal, { headers, body: JSON.stringify(commit) });
      const committed = z.parse(SaveCommitted, JSON.parse(answer.toString()));
      keepTicket(committed.ticket);
      return committed;
    },
  };
}

/** It may be better in a moment: too many at once, or a server in trouble. */
function isPassing(status: number): boolean {
  return status === 408 || status === 429 || status >= 500;
}

function gaveUp(last: unknown): SaveError {
  if (last instanceof SaveError) return last;
  return new SaveError("unreachable", `the server did not answer in time: ${(last as Error).message}`, { cause: last });
}
