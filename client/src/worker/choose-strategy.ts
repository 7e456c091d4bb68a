// What the service worker does with a request. Pure.
//
// Code can't get stale: the page itself always comes from the server, and names every
// other file by its hash; a file with a hash in its name never changes.

export type Strategy =
  /** The page: from the server, or the offline page where it can't be reached. */
  | "page"
  /** Kept at its first fetch, and never asked for again. */
  | "keep"
  /** The worker has no part in it. */
  | "leave";

export type AskedFor = { method: string; mode: string; url: string };

/** What has a hash in its name, or whose address changes with its content. */
const KEPT_FOLDERS = ["/assets/", "/art/"] as const;

export function chooseStrategy({ method, mode, url }: AskedFor, origin: string): Strategy {
  const { origin: asked, pathname } = new URL(url);
  if (method !== "GET" || asked !== origin) return "leave";
  if (mode === "navigate") return "page";
  return KEPT_FOLDERS.some((folder) => pathname.startsWith(folder)) ? "keep" : "leave";
}

/** Which of the kept addresses to let go, oldest first, so that old versions don't fill the phone. */
export function chooseOutdated(kept: readonly string[], keptMax: number): readonly string[] {
  return kept.slice(0, Math.max(0, kept.length - keptMax));
}
