import { readdirSync, watch } from "node:fs";
import path from "node:path";
import type { Log } from "../../../log.ts";
import type { WatchFolders } from "../../ports.ts";

/** Each watched folder costs a kernel handle; the rest is seen at the next change or start. */
export const WATCHES_MAX = 1_000;

/**
 * The folders and those directly in them, no deeper: a title's folder may hold a
 * whole game, and only its manifest and its presence matter here.
 */
export function watchFoldersWith(log: Log): WatchFolders {
  return (folders, onChange, scope) => {
    let watches = 0;
    const watchOne = (folder: string): boolean => {
      if (watches >= WATCHES_MAX) return false;
      try {
        const watcher = watch(folder, { persistent: false }, onChange);
        // A watched folder that goes away may end its watch with an error; its parent tells of the change.
        watcher.on("error", (error) => {
          log.debug({ folder, error }, "folder watch failed");
          onChange();
        });
        watches++;
        scope.own(watcher, (watcher) => watcher.close());
        return true;
      } catch (error) {
        log.debug({ folder, error }, "folder can't be watched");
        return false;
      }
    };
    for (const folder of folders) {
      if (!watchOne(folder)) continue;
      for (const item of readdirSync(folder, { withFileTypes: true })) {
        if (item.isDirectory() || item.isSymbolicLink()) watchOne(path.join(folder, item.name));
      }
    }
    if (watches >= WATCHES_MAX) log.warn({ watches }, "too many title folders; changes in some are seen only at the next start");
  };
}
