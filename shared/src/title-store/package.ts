// A title as it travels: which files it has, and of which pieces each is made. Pieces
// are named by what is in them, so that two versions share what they have in common,
// and whoever has the package's digest can check every byte of the title.
//
//   GET  /transfer/titles/TITLE/current    ticket  -> SignedPackage, of the version that is active
//   GET  /transfer/titles/chunks/DIGEST    ticket  -> a piece, as it is stored
//   POST /transfer/titles/missing          admin   Digests -> Digests: those that are not there yet
//   PUT  /transfer/titles/chunks/DIGEST    admin   a piece, as it is stored
//   POST /transfer/titles                  admin   TitlePackage -> TitleVersion: signed, and active from now on
//   GET  /transfer/titles/TITLE            admin   -> TitleVersions, newest first
//   POST /transfer/titles/TITLE/activate   admin   {digest} -> TitleVersion

import * as z from "zod/mini";
import { Digest } from "../saves/transfer.ts";
import { Ticket } from "../saves/save-grant.ts";
import { TitleManifest } from "../title/manifest.ts";

export const TITLES_PATH = "/transfer/titles";

/** Of a piece, before it is compressed. */
export const CHUNK_BYTES_MAX = 4 * 1024 * 1024;
/** As stored: a byte that says how, and at worst the piece as it is. */
export const STORED_CHUNK_BYTES_MAX = CHUNK_BYTES_MAX + 1;
/** The package itself, as text; a title of 150 GB has about as much. */
export const PACKAGE_BYTES_MAX = 16 * 1024 * 1024;
export const FILES_MAX = 200_000;
export const DIGESTS_AT_ONCE_MAX = 1_000;

const FilePath = z.string().check(
  z.minLength(1), z.maxLength(1_000),
  z.regex(/^(?!\/)(?!.*(^|\/)\.{1,2}(\/|$))(?!.*\/\/)(?!.*\/$)[^\0]+$/),
);

export const PackageFile = z.strictObject({
  path: FilePath,
  executable: z.boolean(),
  /** Digest and bytes of each piece, in order. */
  chunks: z.array(z.tuple([Digest, z.int().check(z.gte(1), z.lte(CHUNK_BYTES_MAX))])),
});
export type PackageFile = z.infer<typeof PackageFile>;

export const TitlePackage = z.strictObject({
  format: z.literal(1),
  manifest: TitleManifest,
  /** In the order of their paths. */
  files: z.array(PackageFile).check(z.minLength(1), z.maxLength(FILES_MAX)),
});
export type TitlePackage = z.infer<typeof TitlePackage>;

/** The text is what is signed and what the digest is of; it is parsed when both are right. */
export const SignedPackage = z.strictObject({
  text: z.string().check(z.maxLength(PACKAGE_BYTES_MAX)),
  /** Ed25519, base64url. */
  signature: z.string().check(z.maxLength(100)),
  /** The server's, raw, base64url. */
  publicKey: z.string().check(z.maxLength(60)),
});
export type SignedPackage = z.infer<typeof SignedPackage>;

export const Digests = z.strictObject({ digests: z.array(Digest).check(z.maxLength(DIGESTS_AT_ONCE_MAX)) });
export type Digests = z.infer<typeof Digests>;

export const TitleVersion = z.strictObject({
  titleId: z.string(),
  digest: Digest,
  active: z.boolean(),
  publishedAtMs: z.number(),
  bytes: z.int(),
});
export type TitleVersion = z.infer<typeof TitleVersion>;
export const TitleVersions = z.strictObject({ versions: z.array(TitleVersion) });

/** Where a node finds a title that it lacks. */
export const TitleSource = z.strictObject({
  ticket: Ticket,
  /** Of the version that is active; left out for one that lies in a server's own folder. */
  digest: z.optional(Digest),
  /** If not at the server that the node has dialled. */
  url: z.optional(z.string().check(z.maxLength(2048), z.regex(/^https?:\/\//))),
});
export type TitleSource = z.infer<typeof TitleSource>;

export function packageBytes({ files }: TitlePackage): number {
  return files.reduce((sum, { chunks }) => sum + chunks.reduce((bytes, [, size]) => bytes + size, 0), 0);
}
