// Titles whose saves have parted: two devices have saved from one beginning, and the player
// says from which to go on. Nothing is overwritten meanwhile.

import type { TitleSaves } from "@nearframe/shared/api/saves";
import type { Scope } from "@nearframe/shared/lifetime";
import { createSource, type Behavior } from "../behavior.ts";
import type { ControlLink } from "../stream/control-link.ts";
import type { ServerApi } from "./server-api.ts";

export interface SaveChoices {
  readonly diverged: Behavior<readonly TitleSaves[]>;
  /** Rejects when the server did not take it; then the choice still waits. */
  choose(titleId: string, saveId: string): Promise<void>;
}

export type SaveChoicePorts = { api: Pick<ServerApi, "fetchSaves" | "chooseSave">; link: Pick<ControlLink, "status" | "onMessage"> };

export function createSaveChoices(scope: Scope, { api, link }: SaveChoicePorts): SaveChoices {
  const diverged = createSource<readonly TitleSaves[]>([]);
  let asking = false;
  let askAgain = false;

  async function load(): Promise<void> {
    if (asking) return void (askAgain = true);
    asking = true;
    try {
      const { titles } = await api.fetchSaves();
      if (!scope.closed) diverged.set(titles.filter((title) => title.diverged));
    } catch (error) {
      // Asked again with the next line to the server; a choice can wait.
      console.info("nearframe: the saves could not be read:", error);
    }
    asking = false;
    if (!askAgain || scope.closed) return;
    askAgain = false;
    await load();
  }

  const followStatus = () => link.status.value.is === "open" && void load();
  scope.own(link.status.subscribe(followStatus), (stop) => stop());
  scope.own(link.onMessage((message) => message.type === "saves.diverged" && void load()), (stop) => stop());
  followStatus();
  return {
    diverged: diverged.behavior,
    async choose(titleId, saveId) {
      const chosen = await api.chooseSave(titleId, saveId);
      const others = diverged.behavior.value.filter((title) => title.titleId !== titleId);
      diverged.set(chosen.diverged ? [...others, chosen] : others);
    },
  };
}

export type SaveOption = { saveId: string; takenAtMs: number; occasion: TitleSaves["saves"][number]["occasion"]; megabytes: number; newest: boolean; standing: "head" | "branch" };

/** What there is to choose between, newest first: the one that goes on as it is, and each that was made beside it. */
export function saveOptions({ saves }: TitleSaves): readonly SaveOption[] {
  const offered = saves.flatMap(({ saveId, takenAtMs, occasion, archiveBytes, place }) =>
    place === "past" ? [] : [{ saveId, takenAtMs, occasion, megabytes: archiveBytes / 1_000_000, standing: place }],
  );
  const newestMs = Math.max(...offered.map(({ takenAtMs }) => takenAtMs));
  return offered.map((option) => ({ ...option, newest: option.takenAtMs === newestMs })).sort((a, b) => b.takenAtMs - a.takenAtMs);
}
