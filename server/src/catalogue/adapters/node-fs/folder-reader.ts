import { access, readdir, readFile } from "node:fs/promises";
import type { FolderReader } from "@nearframe/shared/title/load-titles";

/** A manifest is some kilobytes; and it must fit into one message to a node, beside the player's device. */
export const MANIFEST_BYTES_MAX = 24 * 1024;

export const nodeFolderReader: FolderReader = {
  async listFolders(path) {
    const items = await readdir(path, { withFileTypes: true });
    // A link to a folder counts: publishers keep their titles where they like.
    return items
      .filter((item) => (item.isDirectory() || item.isSymbolicLink()) && !item.name.startsWith("."))
      .map((item) => item.name)
      .sort();
  },
  async readText(path) {
    let bytes: Buffer;
    try {
      bytes = await readFile(path);
    } catch (error) {
      if (isAbsence(error)) return undefined;
      throw error;
    }
    if (bytes.byteLength > MANIFEST_BYTES_MAX) throw new Error(`larger than ${MANIFEST_BYTES_MAX} bytes`);
    return bytes.toString("utf8");
  },
  exists: (path) =>
    access(path).then(
      () => true,
      (error: unknown) => {
        if (isAbsence(error)) return false;
        throw error;
      },
    ),
};

function isAbsence(error: unknown): boolean {
  const { code } = error as NodeJS.ErrnoException;
  // ENOTDIR: a file stands where the folder would be.
  return code === "ENOENT" || code === "ENOTDIR";
}
