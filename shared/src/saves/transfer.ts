// What node and server say to each other about saves, over HTTP. The node shows
// its ticket as a bearer token.
//
//   GET  /transfer/saves/latest               what to begin from         -> LatestSave
//   GET  /transfer/saves/ID/parts/INDEX       a part of its archive      -> bytes
//   PUT  /transfer/saves/ID/parts/INDEX       a part of a new one        bytes, with Content-Digest (RFC 9530)
//   POST /transfer/saves/ID                   all parts are there        SaveCommit -> SaveCommitted
//
// Every call may be repeated: a part that is brought twice is there once, and a
// commit that is repeated hears what the first one did.

import * as z from "zod/mini";
import { ARCHIVE_BYTES_MAX, CONTENT_BYTES_MAX, ENTRIES_MAX } from "./limits.ts";
import { Ticket } from "./save-grant.ts";

export const SAVES_PATH = "/transfer/saves";

export const SaveId = z.string().check(z.regex(/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/));
/** SHA-256, in hexadecimal. */
export const Digest = z.string().check(z.regex(/^[0-9a-f]{64}$/));

/** Why it was made: while the title ran, after it had ended well, or after it had crashed. */
export const OCCASIONS = ["periodic", "end", "crash"] as const;
export type Occasion = (typeof OCCASIONS)[number];

export const SaveArchive = z.strictObject({
  archiveBytes: z.int().check(z.gte(1), z.lte(ARCHIVE_BYTES_MAX)),
  archiveDigest: Digest,
  contentBytes: z.int().check(z.gte(0), z.lte(CONTENT_BYTES_MAX)),
  entries: z.int().check(z.gte(0), z.lte(ENTRIES_MAX)),
});
export type SaveArchive = z.infer<typeof SaveArchive>;

export const SaveCommit = z.extend(SaveArchive, {
  /** The save that this session began from or made last; left out where it began from none. */
  parentId: z.optional(SaveId),
  takenAtMs: z.number().check(z.gte(0)),
  occasion: z.enum(OCCASIONS),
  /** False if the title was writing all the while, so that files may not fit together. */
  settled: z.boolean(),
});
export type SaveCommit = z.infer<typeof SaveCommit>;

/** A ticket that takes the place of the one shown, before that expires. */
const renewal = { ticket: z.optional(Ticket) };

export const SaveCommitted = z.strictObject({
  saveId: SaveId,
  /** `branch`: another session has saved since this one began; both are kept, and the player chooses. */
  place: z.enum(["head", "past", "branch"]),
  ...renewal,
});
export type SaveCommitted = z.infer<typeof SaveCommitted>;

export const LatestSave = z.strictObject({
  /** Left out where there is none. */
  save: z.optional(z.extend(SaveArchive, { saveId: SaveId })),
  ...renewal,
});
export type LatestSave = z.infer<typeof LatestSave>;
