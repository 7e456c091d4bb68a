// A session's saves on its node: laid into the home before the title starts, archived
// every so often while it runs, and once more when it has ended.
//
// Should title, node or link die, the last archive that reached the server counts.

import { mkdir } from "node:fs/promises";
import { withTimeout, type Scope } from "@nearframe/shared/lifetime";
import type { Occasion } from "@nearframe/shared/saves/transfer";
import type { KeepSavesOptions, KeptSaves } from "../session/ports.ts";
import { fingerprintSaves, makeArchive } from "./make-archive.ts";
import type { Outbox } from "./outbox.ts";
import { restoreArchive } from "./restore-archive.ts";
import { SaveError } from "./save-error.ts";
import { createServerSaves } from "./server-saves.ts";

export type KeepSavesPorts = {
  /** Any of them has the saves, unless the grant says where they are. */
  serverUrls: readonly string[];
  outbox: Outbox;
  intervalMs: number;
  wallMs(): number;
  log(detail: string): void;
};

/** A session that can't have its save in this time is better begun on another node. */
const RESTORE_MS = 15_000;
/** A player who comes back at once finds the save: the session ends when it is brought, unless that takes longer. */
const FINAL_WAIT_MS = 20_000;
const CLOSE_MARGIN_MS = 5_000;
/** A title that always writes is archived all the same, once in so many turns. */
const UNSETTLED_TURNS_MAX = 3;

/** Rejects with `SaveError`: a title that began without its save would save over what the player had. */
export async function keepSaves(options: KeepSavesOptions, ports: KeepSavesPorts, scope: Scope): Promise<KeptSaves> {
  const { grant, savePaths } = options;
  const { outbox, log } = ports;
  const server = createServerSaves(grant, ports.serverUrls);
  let crashed = false;
  let unsettledTurns = 0;
  let savedAtMs: number | undefined;
  let turn: Promise<void> | undefined;
  const superseded = new AbortController();

  let home = "";
  let parentId = await restore();
  let kept = await fingerprintSaves(home, savePaths);
  scope.own(undefined, finish, FINAL_WAIT_MS + CLOSE_MARGIN_MS);
  scope.own(setInterval(takeTurn, ports.intervalMs), clearInterval);
  return {
    noteCrash: () => void (crashed = true),
    get savedAtMs() {
      return savedAtMs;
    },
  };

  async function restore(): Promise<string | undefined> {
    const signal = AbortSignal.any([scope.signal, AbortSignal.timeout(RESTORE_MS)]);
    const began = performance.now();
    const save = await server.latest(signal);
    home = await options.openHome(save !== undefined);
    await mkdir(home, { recursive: true, mode: 0o700 });
    if (!save) return undefined;
    await restoreArchive({ source: server.fetch(save, signal), home, savePaths, signal }).catch((error: unknown) => {
      if (!signal.aborted || scope.closed) throw error;
      throw new SaveError("unreachable", `a save of ${save.archiveBytes} bytes could not be fetched in ${RESTORE_MS / 1000} s`, { cause: error });
    });
    log(`save restored: ${save.archiveBytes} bytes in ${Math.round(performance.now() - began)} ms`);
    return save.saveId;
  }

  /** One at a time: one that takes longer than the interval takes the place of the next. */
  function takeTurn(): void {
    turn ??= archive("periodic", AbortSignal.any([scope.signal, superseded.signal]))
      .catch((error: unknown) => {
        if (!scope.closed) log(`the save could not be kept, and is tried again: ${describe(error)}`);
      })
      .finally(() => (turn = undefined));
  }

  /** Archives what changed since the last time, and resolves when the server has it. */
  async function archive(occasion: Occasion, signal: AbortSignal): Promise<void> {
    if ((await fingerprintSaves(home, savePaths)) === kept) return;
    const file = outbox.reserve();
    if (file === undefined) throw new Error("too many saves wait for the server already");
    const takenAtMs = ports.wallMs();
    const beganAtMs = performance.now();
    const made = await makeArchive({ home, savePaths, file, signal }).catch(async (error: unknown) => {
      await outbox.discard(file);
      throw error;
    });
    if (occasion === "periodic" && !made.settled && ++unsettledTurns < UNSETTLED_TURNS_MAX) return outbox.discard(file);
    unsettledTurns = 0;
    const { fingerprint, ...about } = made;
    const commit = { ...about, occasion, takenAtMs, ...(parentId !== undefined && { parentId }) };
    // The last one is carried to its end even when the session does not wait for that.
    const given = occasion === "periodic" ? [signal] : [];
    const { saveId } = await outbox.deliver(file, (ending) => server.bring(file, commit, AbortSignal.any([ending, ...given])));
    parentId = saveId;
    kept = fingerprint;
    savedAtMs = beganAtMs;
  }

  async function finish(): Promise<void> {
    // What is on its way is older than what comes now.
    superseded.abort();
    await turn;
    const began = performance.now();
    const last = archive(crashed ? "crash" : "end", AbortSignal.timeout(FINAL_WAIT_MS)).then(
      () => log(`the last save was kept after ${Math.round(performance.now() - began)} ms`),
      (error: unknown) => log(`the last save could not be kept; the one before stands: ${describe(error)}`),
    );
    await withTimeout(last, FINAL_WAIT_MS, "the last save is still on its way").catch((error: Error) => {
      log(`${error.message}; the session ends without waiting for it`);
    });
  }
}

function describe(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
