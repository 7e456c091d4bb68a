// How large a save may be: what a node refuses to make, and a server to take.

/** One request of a transfer. A link of 300 kbit/s brings one within the server's request limit. */
export const PART_BYTES = 1024 * 1024;

/** Compressed. */
export const ARCHIVE_BYTES_MAX = 256 * 1024 * 1024;
export const PARTS_MAX = ARCHIVE_BYTES_MAX / PART_BYTES;

/** As it lies in the title's home. An archive that unpacks to more is a bomb. */
export const CONTENT_BYTES_MAX = 1024 * 1024 * 1024;
/** Files, folders and links. */
export const ENTRIES_MAX = 50_000;
export const PATH_LENGTH_MAX = 1_000;
export const PATH_DEPTH_MAX = 32;

/** Parts that an archive of so many bytes comes in. */
export function partsOf(archiveBytes: number): number {
  return Math.ceil(archiveBytes / PART_BYTES);
}

/** All are full but the last. */
export function partBytes(archiveBytes: number, index: number): number {
  return Math.min(PART_BYTES, archiveBytes - index * PART_BYTES);
}
