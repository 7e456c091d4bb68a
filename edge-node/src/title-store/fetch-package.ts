// Fetches a title's package and its pieces, and believes none of them before it has
// checked it: the package by the server's signature, each piece by its digest.

import { createHash, createPublicKey, verify } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import { promisify } from "node:util";
import { zstdDecompress } from "node:zlib";
import { CHUNK_BYTES_MAX, SignedPackage, TitlePackage, TITLES_PATH, type TitleSource } from "@nearframe/shared/title-store/package";
import * as z from "zod/mini";
import { TitleMissingError } from "./title-error.ts";

const decompress = promisify(zstdDecompress);

export type FetchedPackage = { digest: string; text: string; made: TitlePackage };

export interface TitleServer {
  current(titleId: string, signal: AbortSignal): Promise<FetchedPackage>;
  /** The piece itself. */
  chunk(digest: string, bytes: number, signal: AbortSignal): Promise<Uint8Array>;
}

/** A piece of 4 MB over 1 Mbit/s. A server that packs a folder of its own answers later, and is asked again. */
const REQUEST_MS = 60_000;
const RETRY_FIRST_MS = 200;
const RETRY_LAST_MS = 10_000;
const Form = { plain: 0, zstd: 1 } as const;

/** `isTrusted` is asked for the key of whoever signed. */
export function createTitleServer(source: TitleSource, serverUrls: readonly string[], isTrusted: (publicKey: string) => Promise<boolean>): TitleServer {
  const bases = (source.url === undefined ? serverUrls : [source.url]).map((url) => `${url.replace(/\/+$/, "")}${TITLES_PATH}`);
  /** The one that answered last; the next is asked where it does not. */
  let chosen = 0;

  /** Repeated until it succeeds, is refused for good, or `signal` ends it. */
  async function get(path: string, signal: AbortSignal): Promise<Buffer> {
    for (let waitMs = RETRY_FIRST_MS; ; waitMs = Math.min(2 * waitMs, RETRY_LAST_MS)) {
      signal.throwIfAborted();
      const answer = await attempt(`${bases[chosen % bases.length]}${path}`, signal).catch((error: unknown) => {
        if (error instanceof TitleMissingError) throw error;
        signal.throwIfAborted();
        chosen += 1;
        return undefined;
      });
      if (answer) return answer;
      await sleep(waitMs, undefined, { signal });
    }
  }

  /** Undefined for what may be better in a moment. */
  async function attempt(address: string, signal: AbortSignal): Promise<Buffer | undefined> {
    const response = await fetch(address, {
      headers: { authorization: `Bearer ${source.ticket}` },
      redirect: "error",
      signal: AbortSignal.any([signal, AbortSignal.timeout(REQUEST_MS)]),
    });
    const body = Buffer.from(await response.arrayBuffer());
    if (response.ok) return body;
    if (response.status === 408 || response.status === 429 || response.status >= 500) return undefined;
    throw new TitleMissingError(`the server refused the title (${response.status}): ${body.toString().slice(0, 300)}`);
  }

  return {
    async current(titleId, signal) {
      const signed = z.parse(SignedPackage, JSON.parse((await get(`/${titleId}/current`, signal)).toString()));
      if (!isSigned(signed)) throw new TitleMissingError("the title's package is not signed by who it says");
      if (!(await isTrusted(signed.publicKey))) {
        throw new TitleMissingError("the title's package is signed with another key than the server's first; if the server was made anew, remove publisher-key from the node's titles folder");
      }
      const made = z.parse(TitlePackage, JSON.parse(signed.text));
      if (made.manifest.id !== titleId) throw new TitleMissingError(`the server sent the package of another title, ${made.manifest.id}`);
      return { digest: sha256(Buffer.from(signed.text)), text: signed.text, made };
    },
    async chunk(digest, bytes, signal) {
      const chunk = await plainForm(await get(`/chunks/${digest}`, signal));
      if (chunk.length === bytes && sha256(chunk) === digest) return chunk;
      throw new TitleMissingError(`piece ${digest.slice(0, 12)} of the title is not what its digest says`);
    },
  };
}

export function sha256(bytes: Uint8Array): string {
  return createHash("sha256").update(bytes).digest("hex");
}

function isSigned({ text, signature, publicKey }: SignedPackage): boolean {
  try {
    const key = createPublicKey({ key: { kty: "OKP", crv: "Ed25519", x: publicKey }, format: "jwk" });
    return verify(null, Buffer.from(text), key, Buffer.from(signature, "base64url"));
  } catch {
    // What is no key has signed nothing.
    return false;
  }
}

async function plainForm(stored: Buffer): Promise<Uint8Array> {
  const body = stored.subarray(1);
  if (stored[0] === Form.zstd) return decompress(body, { maxOutputLength: CHUNK_BYTES_MAX });
  if (stored[0] === Form.plain) return body;
  throw new TitleMissingError("the server sent what is no piece of a title");
}
