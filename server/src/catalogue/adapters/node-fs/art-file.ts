import { realpath, stat } from "node:fs/promises";
import path from "node:path";
import type { ReadArt } from "../../ports.ts";

const CONTENT_TYPES: Readonly<Record<string, string>> = {
  ".avif": "image/avif",
  ".jpeg": "image/jpeg",
  ".jpg": "image/jpeg",
  ".png": "image/png",
  ".svg": "image/svg+xml",
  ".webp": "image/webp",
};

/** A cover is some hundred kilobytes; past this a phone's page would be slow. */
export const ART_BYTES_MAX = 8 * 1024 * 1024;

export const readArtFile: ReadArt = async (folder, relativePath) => {
  const contentType = CONTENT_TYPES[path.extname(relativePath).toLowerCase()];
  if (!contentType) throw new Error(`a picture must be one of ${Object.keys(CONTENT_TYPES).join(", ")}`);
  const root = await realpath(folder);
  const file = await realpath(path.join(root, relativePath));
  // The manifest can't name a file outside, but a link in the folder could lead there.
  const inside = path.relative(root, file);
  if (inside.startsWith("..") || path.isAbsolute(inside)) throw new Error("a link that leads out of the title's folder");
  const found = await stat(file);
  if (!found.isFile()) throw new Error("not a file");
  if (found.size > ART_BYTES_MAX) throw new Error(`larger than ${ART_BYTES_MAX} bytes`);
  const version = `${found.size.toString(36)}-${Math.round(found.mtimeMs).toString(36)}`;
  return { folder: root, path: inside, contentType, version };
};
