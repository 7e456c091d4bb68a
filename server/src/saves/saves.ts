// The saves of all players: what nodes bring and fetch, what players choose, and
// what is taken away. Their bytes are locked here, with a key of the player's own,
// before they reach the storage: neither it nor the database can open them, and a
// node never holds a key, only the one save that it plays with.

import { createHash } from "node:crypto";
import type { Clock } from "@nearframe/shared/clock";
import type { Scope } from "@nearframe/shared/lifetime";
import { partBytes, partsOf } from "@nearframe/shared/saves/limits";
import type { LatestSave, SaveCommit, SaveCommitted } from "@nearframe/shared/saves/transfer";
import type { Log } from "../log.ts";
import type { ObjectStorage } from "../storage/ports.ts";
import type { SaveRecord, SaveStore } from "../store/save-ports.ts";
import type { SettingStore } from "../store/ports.ts";
import { decideChoice, decideCommit, SAVE_LIMITS, type CommitDecision, type SaveLimits } from "./decide-commit.ts";
import { LOCK_BYTES, lockPart, unlockPart } from "./lock-part.ts";
import type { SaveNotices, SessionSaves } from "./ports.ts";
import { partKey, partPlace } from "./part-keys.ts";
import { checkSaveSecret, deriveSaveKeys } from "./secret.ts";
import { sweepLeavings } from "./sweep-leavings.ts";
import { readTicket, signTicket, TICKET_LIFE_MS, wantsRenewal, type SaveClaims } from "./ticket.ts";

export type SavePorts = {
  clock: Clock;
  log: Log;
  store: SaveStore & SettingStore;
  storage: ObjectStorage;
};

export type SaveOptions = {
  secret: string;
  /** Where nodes reach this server, if not where they have dialled. */
  url?: string | undefined;
  limits?: SaveLimits;
};

/** What was asked for can't be done; the code says why, the message what to do. */
export class SaveRefusedError extends Error {
  readonly code: string;
  readonly status: number;
  constructor(status: number, code: string, message: string) {
    super(message);
    this.status = status;
    this.code = code;
  }
}

export type Saves = Awaited<ReturnType<typeof openSaves>>;

/** A node that was cut off brings the rest of a save within this, or not at all. */
const UPLOAD_LIFE_MS = 24 * 60 * 60_000;
/** One that is being brought, and one that was given up half way. */
const UPLOADS_PER_SESSION_MAX = 3;

export async function openSaves(ports: SavePorts, options: SaveOptions, scope: Scope) {
  const { clock, log, store, storage } = ports;
  const limits = options.limits ?? SAVE_LIMITS;
  await checkSaveSecret(options.secret, store);
  const keys = deriveSaveKeys(options.secret);
  const listeners = new Set<SaveNotices>();
  sweepLeavings({ clock, log, store, storage }, scope);

  const sessionSaves: SessionSaves = {
    grant({ sessionId, epoch, playerId, title }) {
      const { id: titleId, savePaths } = title.manifest;
      if (savePaths.length === 0) return undefined;
      const ticket = signTicket({ sessionId, epoch, playerId, titleId, expiresAtMs: clock.wallMs() + TICKET_LIFE_MS }, keys.ticket);
      return { ticket, ...(options.url !== undefined && { url: options.url }) };
    },
    async latest(playerId, titleId) {
      const head = await store.findHead(playerId, titleId);
      return head && { saveId: head.id, savedAtMs: head.savedAtMs, archiveBytes: head.archiveBytes };
    },
    listen(notices, listening) {
      listeners.add(notices);
      listening.own(notices, () => void listeners.delete(notices));
    },
  };

  function readClaims(ticket: string): SaveClaims {
    const claims = readTicket(ticket, keys.ticket, clock.wallMs());
    if (claims) return claims;
    throw new SaveRefusedError(401, "TICKET_REFUSED", "show the ticket that came with session.start, before it expires");
  }

  /** Only the newest epoch's node may have its ticket prolonged. */
  async function renewal(claims: SaveClaims): Promise<{ ticket?: string }> {
    const newest = await store.noteEpoch(claims.sessionId, claims.epoch, clock.wallMs());
    if (newest > claims.epoch || !wantsRenewal(claims, clock.wallMs())) return {};
    return { ticket: signTicket({ ...claims, expiresAtMs: clock.wallMs() + TICKET_LIFE_MS }, keys.ticket) };
  }

  async function latestFor(claims: SaveClaims): Promise<LatestSave> {
    const renewed = await renewal(claims);
    const head = await store.findHead(claims.playerId, claims.titleId);
    if (!head) return renewed;
    const { id: saveId, archiveBytes, archiveDigest, contentBytes, entries } = head;
    return { save: { saveId, archiveBytes, archiveDigest, contentBytes, entries }, ...renewed };
  }

  async function readPart(claims: SaveClaims, saveId: string, index: number): Promise<Uint8Array> {
    const { playerId, titleId } = claims;
    const save = (await store.savesOfPlayer(playerId)).find(({ id }) => id === saveId);
    if (save?.titleId !== titleId || index >= partsOf(save.archiveBytes)) throw unknownSave();
    const locked = await storage.get(partKey(save, saveId, index));
    if (!locked) throw new SaveRefusedError(410, "SAVE_GONE", "this save has just been forgotten; ask for the latest");
    return unlockPart(locked, keys.ofSave(playerId, saveId), partPlace(titleId, saveId, index));
  }

  async function writePart(claims: SaveClaims, saveId: string, index: number, part: Uint8Array, digest: Buffer): Promise<void> {
    if (!createHash("sha256").update(part).digest().equals(digest)) {
      throw new SaveRefusedError(400, "DIGEST_WRONG", "the part is not what its Content-Digest says; send it again");
    }
    const { playerId, titleId, sessionId } = claims;
    const uploads = await store.uploadsOfSession(sessionId);
    if (!uploads.includes(saveId)) {
      if (uploads.length >= UPLOADS_PER_SESSION_MAX) {
        throw new SaveRefusedError(429, "UPLOADS_TOO_MANY", "finish the saves that this session has begun to bring");
      }
      if ((await store.savesOfPlayer(playerId)).some(({ id }) => id === saveId)) {
        throw new SaveRefusedError(409, "SAVE_KEPT", "this save is kept and does not change any more; begin a new one");
      }
      const dueAtMs = clock.wallMs() + UPLOAD_LIFE_MS;
      if (!(await store.noteUpload({ saveId, playerId, titleId, sessionId }, dueAtMs))) {
        throw new SaveRefusedError(409, "UPLOAD_GIVEN_UP", "this save took too long to bring; begin a new one");
      }
    }
    const locked = lockPart(part, keys.ofSave(playerId, saveId), partPlace(titleId, saveId, index));
    await storage.put(partKey(claims, saveId, index), locked);
  }

  async function commit(claims: SaveClaims, saveId: string, what: SaveCommit): Promise<SaveCommitted> {
    const { playerId, titleId, sessionId, epoch } = claims;
    const renewed = await renewal(claims);
    const current = (await store.noteEpoch(sessionId, epoch, clock.wallMs())) === epoch;
    const nowMs = clock.wallMs();
    const { parentId, ...about } = what;
    const added: SaveRecord = { id: saveId, playerId, titleId, sessionId, epoch, parentId, place: "head", savedAtMs: nowMs, ...about };
    const known = (await store.savesOfPlayer(playerId)).find(({ id }) => id === saveId);
    if (!known) await checkParts(added);
    let decision: CommitDecision | undefined;
    await store.changeSaves(playerId, saveId, nowMs, (saves, uploadKept) => {
      decision = decideCommit(saves, added, current, limits);
      if (decision.type !== "taken" || !uploadKept) return { moved: [], forgotten: [] };
      const { place, moved, forgotten } = decision;
      return { added: { ...added, place }, moved, forgotten };
    });
    const place = await placeAfter(decision, playerId, saveId);
    log.info({ sessionId, titleId, saveId, place, archiveBytes: what.archiveBytes, occasion: what.occasion }, "save kept");
    if (place === "branch" && !known) {
      for (const notices of listeners) notices.onDiverged({ playerId, titleId, sessionId, saveId });
    }
    return { saveId, place, ...renewed };
  }

  async function placeAfter(decision: CommitDecision | undefined, playerId: string, saveId: string) {
    if (decision?.type === "full") {
      throw new SaveRefusedError(507, "SAVES_FULL", "the player's saves take up all the room that they may; let the player choose among branches");
    }
    const kept = (await store.savesOfPlayer(playerId)).find(({ id }) => id === saveId);
    if (kept) return kept.place;
    throw new SaveRefusedError(409, "UPLOAD_GIVEN_UP", "no parts of this save are kept; begin a new one");
  }

  async function checkParts(save: SaveRecord): Promise<void> {
    const indices = Array.from({ length: partsOf(save.archiveBytes) }, (_, index) => index);
    const sizes = await Promise.all(indices.map((index) => storage.size(partKey(save, save.id, index))));
    const missing = indices.filter((index) => sizes[index] !== partBytes(save.archiveBytes, index) + LOCK_BYTES);
    if (missing.length === 0) return;
    throw new SaveRefusedError(409, "PARTS_MISSING", `bring these parts first: ${missing.slice(0, 20).join(", ")}`);
  }

  /** Undefined if the player has no such save. */
  async function choose(playerId: string, titleId: string, saveId: string): Promise<SaveRecord[] | undefined> {
    let found = false;
    await store.changeSaves(playerId, undefined, clock.wallMs(), (saves) => {
      const chosen = saves.find((save) => save.id === saveId && save.titleId === titleId);
      found = chosen !== undefined;
      return { moved: chosen ? decideChoice(saves, chosen) : [], forgotten: [] };
    });
    if (!found) return undefined;
    log.info({ playerId, titleId, saveId }, "save chosen");
    return (await store.savesOfPlayer(playerId)).filter((save) => save.titleId === titleId);
  }

  const ofPlayer = (playerId: string): Promise<SaveRecord[]> => store.savesOfPlayer(playerId);

  return { ...sessionSaves, readClaims, latestFor, readPart, writePart, commit, choose, ofPlayer };
}

function unknownSave(): SaveRefusedError {
  return new SaveRefusedError(404, "SAVE_UNKNOWN", "this player has no such save of this title");
}
