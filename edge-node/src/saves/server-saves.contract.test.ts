// The node's side of a transfer against a server that breaks off, is busy, refuses, or
// answers with other bytes.

import { createHash, randomBytes } from "node:crypto";
import { writeFile } from "node:fs/promises";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { buffer } from "node:stream/consumers";
import { afterEach, beforeEach, expect, test } from "vitest";
import { Scope } from "@nearframe/shared/lifetime";
import { PART_BYTES } from "@nearframe/shared/saves/limits";
import type { SaveCommit } from "@nearframe/shared/saves/transfer";
import { createPrivateFolder } from "../process/private-folder.ts";
import { createServerSaves } from "./server-saves.ts";

const ARCHIVE = randomBytes(3 * PART_BYTES + 77);
const DIGEST = createHash("sha256").update(ARCHIVE).digest("hex");
const SAVE = { saveId: "0e3f0e34-6f0b-4c1c-8d8e-0b8b2a4d7b10", archiveBytes: ARCHIVE.length, archiveDigest: DIGEST, contentBytes: 1, entries: 1 };
const COMMIT: SaveCommit = { archiveBytes: ARCHIVE.length, archiveDigest: DIGEST, contentBytes: 1, entries: 1, takenAtMs: 1, occasion: "end", settled: true };

let scope: Scope;
let file: string;
let url: string;
let requests: { method: string; path: string; ticket: string }[];
let parts: Map<string, Buffer>;
/** True if it has answered, or broken off. */
let disturb: (request: IncomingMessage, response: ServerResponse, count: number) => boolean;

beforeEach(async () => {
  scope = new Scope();
  file = join(await createPrivateFolder("transfer", scope), "archive");
  await writeFile(file, ARCHIVE);
  requests = [];
  parts = new Map();
  disturb = () => false;
  const http = createServer((request, response) => {
    const path = request.url ?? "";
    requests.push({ method: request.method ?? "", path, ticket: request.headers.authorization ?? "" });
    if (disturb(request, response, requests.length)) return;
    void (async () => {
      const body = await buffer(request);
      if (request.method === "PUT") parts.set(path.slice(path.indexOf("/parts/")), body);
      if (request.method === "PUT") return void response.writeHead(204).end();
      if (request.method === "POST") return void response.end(JSON.stringify({ saveId: SAVE.saveId, place: "head", ticket: "newer" }));
      if (path.endsWith("/latest")) return void response.end(JSON.stringify({ save: SAVE }));
      const index = Number(path.split("/").at(-1));
      response.end(ARCHIVE.subarray(index * PART_BYTES, (index + 1) * PART_BYTES));
    })();
  });
  await new Promise<void>((resolve) => http.listen(0, "127.0.0.1", resolve));
  scope.own(http, async () => {
    http.closeAllConnections();
    await new Promise((resolve) => http.close(resolve));
  });
  url = `http://127.0.0.1:${(http.address() as AddressInfo).port}`;
});
afterEach(() => scope.close());

const saves = () => createServerSaves({ ticket: "first" }, [url]);
const soon = () => AbortSignal.timeout(20_000);
const brought = () => Buffer.concat([0, 1, 2, 3].map((index) => parts.get(`/parts/${index}`) ?? Buffer.alloc(0)));

test("what breaks off, and what is refused for a moment, is brought again, and nothing else is", async () => {
  disturb = (request, response, count) => {
    if (count === 1) return request.socket.destroy() !== undefined;
    if (count !== 3) return false;
    request.resume();
    return response.writeHead(503).end() !== undefined;
  };
  const progress: number[] = [];
  expect(await saves().bring(file, COMMIT, soon(), (bytes) => void progress.push(bytes))).toMatchObject({ place: "head" });
  expect(brought().equals(ARCHIVE)).toBe(true);
  expect(requests.filter(({ method }) => method === "PUT")).toHaveLength(4 + 2);
  expect(progress.at(-1)).toBe(ARCHIVE.length);
});

test("a server that is away is passed over for one that is there", async () => {
  const away = createServerSaves({ ticket: "first" }, ["http://127.0.0.1:9", url]);
  expect(await away.latest(soon())).toEqual(SAVE);
});

test("a newer ticket is shown from then on", async () => {
  const mine = saves();
  await mine.bring(file, COMMIT, soon());
  await mine.latest(soon());
  expect(requests.at(-1)?.ticket).toBe("Bearer newer");
});

test("a refusal for good is told at once", async () => {
  disturb = (request, response) => {
    request.resume();
    response.writeHead(409).end('{"code":"UPLOAD_GIVEN_UP"}');
    return true;
  };
  await expect(saves().bring(file, COMMIT, soon())).rejects.toMatchObject({ kind: "refused", message: expect.stringContaining("UPLOAD_GIVEN_UP") as string });
});

test("who gives up hears why it took so long", async () => {
  disturb = (request) => request.socket.destroy() !== undefined;
  await expect(saves().latest(AbortSignal.timeout(500))).rejects.toMatchObject({ kind: "unreachable" });
});

test("an archive is fetched whole, in order", async () => {
  expect((await buffer(saves().fetch(SAVE, soon()))).equals(ARCHIVE)).toBe(true);
});

test.each([
  ["has other bytes", (index: number) => Buffer.alloc(index === 3 ? 77 : PART_BYTES)],
  ["is too short", () => Buffer.alloc(10)],
])("an archive that %s is damaged", async (_name, part) => {
  disturb = (request, response) => {
    response.end(part(Number((request.url ?? "").split("/").at(-1))));
    return true;
  };
  await expect(buffer(saves().fetch(SAVE, soon()))).rejects.toMatchObject({ kind: "damaged" });
});
