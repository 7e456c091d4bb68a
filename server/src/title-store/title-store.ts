// The titles that nodes can fetch: published ones, in their versions, and those in
// this server's own folders, which are packed when a node first asks.
//
// A package is signed with the server's key; a node that has seen the key once takes no
// package from anybody else, wherever the bytes came from.

import { createPrivateKey, createPublicKey, generateKeyPairSync, sign, type KeyObject } from "node:crypto";
import type { Clock } from "@nearframe/shared/clock";
import type { Title } from "@nearframe/shared/title/manifest";
import {
  packageBytes, TitlePackage, type SignedPackage, type TitleVersion,
} from "@nearframe/shared/title-store/package";
import * as z from "zod/mini";
import type { Log } from "../log.ts";
import type { SaveKeys } from "../saves/secret.ts";
import type { ObjectStorage } from "../storage/ports.ts";
import type { SettingStore } from "../store/ports.ts";
import type { TitleVersionStore } from "../store/title-version-ports.ts";
import { folderStamp, packFolder } from "./pack-folder.ts";
import { chunkKey, digestOf, plainForm, storeForm } from "./stored-chunk.ts";
import { readTitleTicket, signTitleTicket } from "./title-ticket.ts";

export type TitleStorePorts = {
  clock: Clock;
  log: Log;
  store: TitleVersionStore & SettingStore;
  storage: ObjectStorage;
  keys: Pick<SaveKeys, "titleTicket">;
};

/** Which titles there are, and where; a published one lies in `publishedFolder`, without its large files. */
export type LocalTitles = {
  find(titleId: string): Title | undefined;
  isPublished(title: Title): boolean;
  /** Other versions are active now. */
  refresh(): Promise<void>;
};

export class TitleRefusedError extends Error {
  readonly status: number;
  readonly code: string;
  constructor(status: number, code: string, message: string) {
    super(message);
    this.status = status;
    this.code = code;
  }
}

export type TitleStore = Awaited<ReturnType<typeof openTitleStore>>;

const KEY_SETTING = "title-signing-key";
/** A larger one is published by its operator, who knows that it takes a while; a session would wait for it. */
const PACKED_BYTES_MAX = 2 * 1024 ** 3;

export async function openTitleStore(ports: TitleStorePorts, url: string | undefined) {
  const { clock, log, store, storage, keys } = ports;
  const { privateKey, publicKey } = await readSigningKey(store);
  /** Of titles in this server's own folders, until their files change. */
  const packed = new Map<string, { stamp: string; signed: Promise<SignedPackage> }>();

  /** `digest`: of a published title's active version. */
  const source = (title: Title, digest: string | undefined) => ({
    ticket: signTitleTicket(title.manifest.id, clock.wallMs(), keys.titleTicket),
    ...(digest !== undefined && { digest }),
    ...(url !== undefined && { url }),
  });

  /** The title that a ticket is for. */
  function readTicket(ticket: string): string {
    const titleId = readTitleTicket(ticket, clock.wallMs(), keys.titleTicket);
    if (titleId !== undefined) return titleId;
    throw new TitleRefusedError(401, "TICKET_REFUSED", "show the ticket that came with the title, before it expires");
  }

  function signText(text: string): SignedPackage {
    return { text, signature: sign(null, Buffer.from(text), privateKey).toString("base64url"), publicKey };
  }

  async function missing(digests: readonly string[]): Promise<string[]> {
    const sizes = await Promise.all(digests.map((digest) => storage.size(chunkKey(digest))));
    return digests.filter((_, index) => sizes[index] === undefined);
  }

  async function putChunk(digest: string, stored: Uint8Array): Promise<void> {
    const plain = await plainForm(stored).catch(() => undefined);
    if (plain && digestOf(plain) === digest) return storage.put(chunkKey(digest), stored);
    throw new TitleRefusedError(400, "DIGEST_WRONG", "the piece is not what its digest says; send it again");
  }

  async function getChunk(digest: string): Promise<Uint8Array> {
    const stored = await storage.get(chunkKey(digest));
    if (stored) return stored;
    throw new TitleRefusedError(404, "CHUNK_UNKNOWN", "there is no such piece; ask for the title's package again");
  }

  /** Makes it the active version of its title. All of its pieces must be there. */
  async function publish(made: TitlePackage): Promise<TitleVersion> {
    const digests = [...new Set(made.files.flatMap(({ chunks }) => chunks.map(([digest]) => digest)))];
    const absent = await missing(digests);
    if (absent.length > 0) throw new TitleRefusedError(409, "CHUNKS_MISSING", `bring the missing ${absent.length} pieces first`);
    const text = JSON.stringify(made);
    const digest = digestOf(Buffer.from(text));
    const titleId = made.manifest.id;
    await storage.put(packageKey(titleId, digest), Buffer.from(text));
    const version = { titleId, digest, bytes: packageBytes(made), publishedAtMs: clock.wallMs() };
    await store.publishTitleVersion(version);
    log.info({ titleId, digest, bytes: version.bytes, chunks: digests.length }, "title published");
    return { ...version, active: true };
  }

  async function activate(titleId: string, digest: string): Promise<TitleVersion> {
    if (await store.activateTitleVersion(titleId, digest)) {
      log.info({ titleId, digest }, "title version activated");
      const version = (await store.titleVersions(titleId)).find((known) => known.digest === digest);
      if (version) return version;
    }
    throw new TitleRefusedError(404, "VERSION_UNKNOWN", "this title has no such version");
  }

  async function readPackage(titleId: string, digest: string): Promise<SignedPackage> {
    const text = await storage.get(packageKey(titleId, digest));
    if (text) return signText(Buffer.from(text).toString());
    throw new TitleRefusedError(404, "VERSION_UNKNOWN", "this title has no such version");
  }

  async function current(titleId: string, titles: LocalTitles): Promise<SignedPackage> {
    const title = titles.find(titleId);
    if (!title) throw new TitleRefusedError(404, "TITLE_UNKNOWN", "there is no such title");
    if (!titles.isPublished(title)) return packLocal(title);
    const active = (await store.titleVersions(titleId)).find((version) => version.active);
    if (!active) throw new TitleRefusedError(404, "TITLE_UNKNOWN", "there is no such title");
    return readPackage(titleId, active.digest);
  }

  async function packLocal(title: Title): Promise<SignedPackage> {
    const { stamp, bytes } = await folderStamp(title.folder);
    if (bytes > PACKED_BYTES_MAX) {
      throw new TitleRefusedError(413, "TITLE_UNPUBLISHED", `"${title.manifest.name}" is too large to be packed at once; publish it with: npm run title -- publish`);
    }
    const known = packed.get(title.folder);
    if (known?.stamp === stamp) return known.signed;
    const signed = pack(title.folder);
    packed.set(title.folder, { stamp, signed });
    // What failed is tried again by the next who asks.
    signed.catch(() => void (packed.get(title.folder)?.signed === signed && packed.delete(title.folder)));
    return signed;
  }

  async function pack(folder: string): Promise<SignedPackage> {
    const made = await packFolder(folder, async (digest, chunk) => {
      if ((await storage.size(chunkKey(digest))) === undefined) await storage.put(chunkKey(digest), await storeForm(chunk));
    });
    log.info({ titleId: made.manifest.id, bytes: packageBytes(made) }, "title packed for nodes that lack it");
    return signText(JSON.stringify(made));
  }

  const readPlain = async (digest: string): Promise<Uint8Array> => plainForm(await getChunk(digest));

  return {
    source, readTicket, missing, putChunk, getChunk, publish, activate, readPackage, current, readPlain,
    versions: (titleId: string) => store.titleVersions(titleId),
    activeVersions: () => store.activeTitleVersions(),
  };
}

/** Throws where the text is no package; what this server has stored is one. */
export function parsePackage(text: string): TitlePackage {
  return z.parse(TitlePackage, JSON.parse(text));
}

function packageKey(titleId: string, digest: string): string {
  return `titles/${titleId}/${digest}.json`;
}

async function readSigningKey(settings: SettingStore): Promise<{ privateKey: KeyObject; publicKey: string }> {
  const made = generateKeyPairSync("ed25519").privateKey.export({ type: "pkcs8", format: "pem" }).toString();
  const privateKey = createPrivateKey(await settings.keepFirst(KEY_SETTING, made));
  const { x = "" } = createPublicKey(privateKey).export({ format: "jwk" });
  return { privateKey, publicKey: x };
}
