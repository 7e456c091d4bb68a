import { realpath, stat } from "node:fs/promises";
import path from "node:path";
import type { ReadArt } from "../../ports.ts";

const PICTURES: Readonly<Record<string, string>> = {
  ".avif": "image/avif",
  ".jpeg": "image/jpeg",
  ".jpg": "image/jpeg",
  ".png": "image/png",
  ".svg": "image/svg+xml",
  ".webp": "image/webp",
};
const CLIPS: Readonly<Record<string, string>> = { ".mp4": "video/mp4", ".webm": "video/webm" };

/** A cover is some hundred kilobytes; past this a phone's page would be slow. */
export const ART_BYTES_MAX = 8 * 1024 * 1024;
/** It shares the line with the session that is starting. */
export const CLIP_BYTES_MAX = 1024 * 1024;

export const readArtFile: ReadArt = async (folder, relativePath, medium) => {
  const types = medium === "clip" ? CLIPS : PICTURES;
  const bytesMax = medium === "clip" ? CLIP_BYTES_MAX : ART_BYTES_MAX;
  const contentType = types[path.extname(relativePath).toLowerCase()];
  if (!contentType) throw new Error(`a ${medium} must be one of ${Object.keys(types).join(", ")}`);
  const root = await realpath(folder);
  const file = await realpath(path.join(root, relativePath));
  // The manifest can't name a file outside, but a link in the folder could lead there.
  const inside = path.relative(root, file);
  if (inside.startsWith("..") || path.isAbsolute(inside)) throw new Error("a link that leads out of the title's folder");
  const found = await stat(file);
  if (!found.isFile()) throw new Error("not a file");
  if (found.size > bytesMax) throw new Error(`larger than ${bytesMax} bytes`);
  const version = `${found.size.toString(36)}-${Math.round(found.mtimeMs).toString(36)}`;
  return { folder: root, path: inside, contentType, version };
};
