// What the catalogue needs of the file system, beside reading folders.

import type { Scope } from "@nearframe/shared/lifetime";

/** A picture or a clip on disk, as the HTTP side needs it. */
export type ArtFile = {
  /** The folder that the file must lie in, and its path inside it. */
  folder: string;
  path: string;
  contentType: string;
  /** Changes when the file does. */
  version: string;
};

/** Rejects with one sentence if the picture, or the clip, can't be served. */
export type ReadArt = (folder: string, path: string, medium: "picture" | "clip") => Promise<ArtFile>;

/**
 * Calls `onChange` after something in or directly below `folders` has changed,
 * until the scope closes. MAY call it too often, or for a change that means
 * nothing. A folder that is not there is not watched.
 */
export type WatchFolders = (folders: readonly string[], onChange: () => void, scope: Scope) => void;
