// A piece of a title as it is stored and sent: a byte that says how, then the piece,
// compressed by zstd where that makes it smaller.

import { createHash } from "node:crypto";
import { promisify } from "node:util";
import { constants, zstdCompress, zstdDecompress } from "node:zlib";
import { CHUNK_BYTES_MAX } from "@nearframe/shared/title-store/package";

const compress = promisify(zstdCompress);
const decompress = promisify(zstdDecompress);

const Form = { plain: 0, zstd: 1 } as const;
/** Titles are published once and fetched often, mostly over lines that are slower than this decompresses. */
const LEVEL = 6;

export function chunkKey(digest: string): string {
  return `chunks/${digest.slice(0, 2)}/${digest}`;
}

export function digestOf(bytes: Uint8Array): string {
  return createHash("sha256").update(bytes).digest("hex");
}

export async function storeForm(chunk: Uint8Array): Promise<Buffer> {
  const compressed = await compress(chunk, { params: { [constants.ZSTD_c_compressionLevel]: LEVEL } });
  const smaller = compressed.length < chunk.length;
  return Buffer.concat([Buffer.of(smaller ? Form.zstd : Form.plain), smaller ? compressed : chunk]);
}

/** Throws for what is no stored piece, or unpacks to more than one may have. */
export async function plainForm(stored: Uint8Array): Promise<Uint8Array> {
  const body = stored.subarray(1);
  if (stored[0] === Form.zstd) return decompress(body, { maxOutputLength: CHUNK_BYTES_MAX });
  if (stored[0] === Form.plain && body.length <= CHUNK_BYTES_MAX) return body;
  throw new Error("this is no piece of a title");
}
