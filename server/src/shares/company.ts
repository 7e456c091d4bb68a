// Those who are together in one session, beside its player, as a value: the links that lead to it, and
// the guests who came by them. Pure; `companies.ts` runs it. The session itself is another machine
// (`session/transition.ts`), which knows nothing of guests.

import { GUESTS_MAX, hasPad, OWNER, SHARES_MAX, VOICES_MAX, type GuestEnd, type GuestRole, type Member, type ShareView } from "@nearframe/shared/friends/roles";
import { PADS_MAX } from "@nearframe/shared/input/messages";

export type Share = {
  readonly code: string;
  readonly sessionId: string;
  /** Who made it: the session's player. */
  readonly playerId: string;
  readonly role: GuestRole;
  /** Whoever comes has this pad; undefined: the next free one that is not the player's own. */
  readonly pad: number | undefined;
  readonly madeAtMs: number;
  readonly expiresAtMs: number;
  readonly revokedAtMs: number | undefined;
};

export type Guest = {
  readonly id: string;
  readonly code: string;
  readonly role: GuestRole;
  readonly pad: number | undefined;
  readonly number: number;
  /** The same browser tab that comes again has its old place. */
  readonly visitor: string;
  /** Who it was before it came again by itself: its player may know it by that. */
  readonly was: string | undefined;
  /** Under which lease it has a seat, or has asked for one; undefined while the session has no node. */
  readonly epoch: number | undefined;
  readonly connected: boolean;
  readonly voice: boolean;
};

export type Company = {
  readonly shares: readonly Share[];
  readonly guests: readonly Guest[];
  /** Who was sent away, the latest last: their pages may not have heard of it, and come again. */
  readonly removed: readonly string[];
  /** The lease of the session's node, once it has shown a picture there. */
  readonly epoch: number | undefined;
  /** The last owner of the session may have given seats to others: until then their guests may come again. */
  readonly strangersUntilMs: number | undefined;
  readonly ownerVoice: boolean;
  readonly lastNumber: number;
};

export const emptyCompany: Company = {
  shares: [], guests: [], removed: [], epoch: undefined, strangersUntilMs: undefined, ownerVoice: false, lastNumber: 0,
};

export type CompanyEvent =
  | { type: "share-made"; share: Share }
  | { type: "share-revoked"; code: string }
  | { type: "guest-came"; guestId: string; code: string; visitor: string; was?: string | undefined }
  | { type: "guest-left"; guestId: string }
  | { type: "guest-removed"; guestId: string }
  | { type: "seat-refused"; guestId: string; epoch: number; why: GuestEnd; detail: string | undefined }
  | { type: "seat-presence"; guestId: string; epoch: number; connected: boolean }
  | { type: "voice-changed"; member: string; on: boolean }
  /** On a node, with a picture; undefined: on its way to one. */
  | { type: "session-placed"; epoch: number | undefined }
  | { type: "session-ended" }
  | { type: "deadline-passed" };

export type CompanyEffect =
  | { type: "open-seat"; guest: Guest; epoch: number }
  | { type: "close-seat"; guestId: string; epoch: number }
  /** All but these. */
  | { type: "keep-seats"; guestIds: readonly string[]; epoch: number }
  | { type: "tell-joined"; guest: Guest }
  | { type: "tell-ended"; guestId: string; reason: GuestEnd; detail: string | undefined }
  | { type: "refuse"; guestId: string; refusal: JoinRefusal }
  | { type: "tell-company" };

export const JOIN_REFUSALS = ["SHARE_UNKNOWN", "GUESTS_TOO_MANY", "PADS_TAKEN", "GUEST_REMOVED"] as const;
export type JoinRefusal = (typeof JOIN_REFUSALS)[number];
export type CompanyStep = readonly [Company, readonly CompanyEffect[]];

/** Pages come again within seconds; who comes by the link later is let in. */
const REMOVED_KEPT_MAX = 4 * GUESTS_MAX;

/** A page that lost its line, or was told to come again, has asked twice by then. */
export const COME_AGAIN_MS = 45_000;

const TELL = { type: "tell-company" } as const;

export function nextCompany(company: Company, event: CompanyEvent, nowMs: number): CompanyStep {
  switch (event.type) {
    case "share-made": {
      const shares = [...company.shares.filter((share) => works(share, nowMs)), event.share];
      return [{ ...company, shares }, [TELL]];
    }
    case "share-revoked": {
      const share = company.shares.find(({ code }) => code === event.code);
      if (!share) return [company, []];
      const rest = { ...company, shares: company.shares.filter((other) => other !== share) };
      return dismiss(rest, (guest) => guest.code === event.code, "revoked", [TELL]);
    }
    case "guest-came":
      return come(company, event, nowMs);
    case "guest-left":
      return dismiss(company, ({ id }) => id === event.guestId, "left");
    case "guest-removed":
      return remove(company, event.guestId);
    case "seat-refused": {
      const guest = seated(company, event);
      return guest ? dismiss(company, (each) => each === guest, event.why, [], event.detail, true) : [company, []];
    }
    case "seat-presence": {
      const guest = seated(company, event);
      if (!guest || guest.connected === event.connected) return [company, []];
      return [change(company, guest.id, { connected: event.connected }), [TELL]];
    }
    case "voice-changed":
      return changeVoice(company, event);
    case "session-placed":
      return place(company, event.epoch);
    case "session-ended":
      return dismiss({ ...company, shares: [], epoch: undefined }, () => true, "session-ended", [], undefined, true);
    case "deadline-passed": {
      const [left, effects] = expire(company, nowMs);
      const [kept, more] = forgetStrangers(left, nowMs);
      return [kept, [...effects, ...more]];
    }
  }
}

export const works = ({ expiresAtMs, revokedAtMs }: Share, nowMs: number): boolean => revokedAtMs === undefined && nowMs < expiresAtMs;

export const mayShare = (company: Company, nowMs: number): boolean =>
  company.shares.filter((share) => works(share, nowMs)).length < SHARES_MAX;

/** When `deadline-passed` is due: the next link runs out, or the time of those who have not come again. */
export function companyDeadlineMs({ shares, strangersUntilMs }: Company): number | undefined {
  const dueMs = Math.min(...shares.map(({ expiresAtMs }) => expiresAtMs), strangersUntilMs ?? Infinity);
  return dueMs === Infinity ? undefined : dueMs;
}

function expire(company: Company, nowMs: number): CompanyStep {
  const over = new Set(company.shares.filter((share) => !works(share, nowMs)).map(({ code }) => code));
  if (over.size === 0) return [company, []];
  const rest = { ...company, shares: company.shares.filter(({ code }) => !over.has(code)) };
  return dismiss(rest, ({ code }) => over.has(code), "expired", [TELL]);
}

function forgetStrangers(company: Company, nowMs: number): CompanyStep {
  const { strangersUntilMs, guests, epoch } = company;
  if (strangersUntilMs === undefined || nowMs < strangersUntilMs) return [company, []];
  const known = { ...company, strangersUntilMs: undefined };
  // On its way to another node it has left all seats behind.
  return [known, epoch === undefined ? [] : [{ type: "keep-seats", guestIds: guests.map(({ id }) => id), epoch }]];
}

function come(company: Company, { guestId, code, visitor, was }: CompanyEvent & { type: "guest-came" }, nowMs: number): CompanyStep {
  const refuse = (refusal: JoinRefusal): CompanyStep => [company, [{ type: "refuse", guestId, refusal }]];
  const share = company.shares.find((each) => each.code === code && works(each, nowMs));
  if (!share) return refuse("SHARE_UNKNOWN");
  if (was !== undefined && company.removed.includes(was)) return refuse("GUEST_REMOVED");
  // Itself, come again; and whoever has the pad that is this link's.
  const replaced = company.guests.filter(
    (guest) => (guest.code === code && guest.visitor === visitor) || (share.pad !== undefined && guest.pad === share.pad),
  );
  const before = replaced.find((guest) => guest.visitor === visitor && guest.code === code);
  const [rest, effects] = dismiss(company, (guest) => replaced.includes(guest), "replaced");
  if (rest.guests.length >= GUESTS_MAX) return refuse("GUESTS_TOO_MANY");
  const pad = hasPad(share.role) ? (share.pad ?? before?.pad ?? freePad(rest)) : undefined;
  if (hasPad(share.role) && pad === undefined) return refuse("PADS_TAKEN");
  const number = before?.number ?? company.lastNumber + 1;
  const guest: Guest = { id: guestId, code, role: share.role, pad, number, visitor, was, epoch: rest.epoch, connected: false, voice: false };
  return [
    { ...rest, guests: [...rest.guests, guest], lastNumber: Math.max(number, company.lastNumber) },
    [
      ...effects.filter(({ type }) => type !== "tell-company"),
      { type: "tell-joined", guest },
      ...(rest.epoch === undefined ? [] : [{ type: "open-seat", guest, epoch: rest.epoch } as const]),
      TELL,
    ],
  ];
}

/**
 * One who is here, or was here under that id: of a line that was lost, or of a process that is gone, whose seat the
 * node may still have.
 */
function remove(company: Company, guestId: string): CompanyStep {
  const isMeant = ({ id, was }: Guest) => id === guestId || was === guestId;
  const ids = new Set([guestId, ...company.guests.filter(isMeant).map(({ id }) => id)]);
  const removed = [...company.removed.filter((id) => !ids.has(id)), ...ids].slice(-REMOVED_KEPT_MAX);
  const [rest, effects] = dismiss({ ...company, removed }, isMeant, "removed");
  if (company.epoch === undefined || company.guests.some(({ id }) => id === guestId)) return [rest, effects];
  return [rest, [{ type: "close-seat", guestId, epoch: company.epoch }, ...effects]];
}

/** The first is the player's own. */
function freePad({ guests }: Company): number | undefined {
  for (let pad = 1; pad < PADS_MAX; pad++) if (!guests.some((guest) => guest.pad === pad)) return pad;
  return undefined;
}

function place(company: Company, epoch: number | undefined): CompanyStep {
  if (company.epoch === epoch) return [company, []];
  // The old node has closed their seats with the session.
  const guests = company.guests.map((guest) => ({ ...guest, epoch, connected: false }));
  const effects = epoch === undefined ? [] : guests.map((guest) => ({ type: "open-seat", guest, epoch }) as const);
  return [{ ...company, epoch, guests }, guests.length === 0 ? [] : [...effects, TELL]];
}

function changeVoice(company: Company, { member, on }: CompanyEvent & { type: "voice-changed" }): CompanyStep {
  const speaking = (company.ownerVoice ? 1 : 0) + company.guests.filter(({ voice }) => voice).length;
  if (on && speaking >= VOICES_MAX) return [company, [TELL]];
  if (member === OWNER) return company.ownerVoice === on ? [company, []] : [{ ...company, ownerVoice: on }, [TELL]];
  const guest = company.guests.find(({ id }) => id === member);
  return !guest || guest.voice === on ? [company, []] : [change(company, member, { voice: on }), [TELL]];
}

/** What a node says of a seat counts under the lease that the seat is of. */
function seated({ guests }: Company, { guestId, epoch }: { guestId: string; epoch: number }): Guest | undefined {
  return guests.find((guest) => guest.id === guestId && guest.epoch === epoch);
}

function dismiss(
  company: Company,
  goes: (guest: Guest) => boolean,
  reason: GuestEnd,
  more: readonly CompanyEffect[] = [],
  detail?: string,
  seatIsGone = false,
): CompanyStep {
  const going = company.guests.filter(goes);
  if (going.length === 0) return [company, more];
  const effects = going.flatMap(({ id, epoch }): CompanyEffect[] => [
    { type: "tell-ended", guestId: id, reason, detail },
    ...(seatIsGone || epoch === undefined ? [] : [{ type: "close-seat", guestId: id, epoch } as const]),
  ]);
  return [
    { ...company, guests: company.guests.filter((guest) => !going.includes(guest)) },
    [...effects, ...more.filter(({ type }) => type !== "tell-company"), TELL],
  ];
}

function change(company: Company, guestId: string, changes: Partial<Guest>): Company {
  return { ...company, guests: company.guests.map((guest) => (guest.id === guestId ? { ...guest, ...changes } : guest)) };
}

export function membersOf({ guests, ownerVoice }: Company): Member[] {
  return [
    { id: OWNER, role: "owner", number: 0, pad: 0, connected: true, voice: ownerVoice },
    ...guests.map(({ id, role, number, pad, connected, voice }): Member => ({
      id, role, number, connected, voice, ...(pad !== undefined && { pad }),
    })),
  ];
}

export const viewShare = ({ code, role, pad, expiresAtMs }: Share): ShareView => ({ code, role, expiresAtMs, ...(pad !== undefined && { pad }) });
