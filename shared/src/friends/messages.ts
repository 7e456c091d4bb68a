// What is said about guests: by players and guests to the server, by the server to them, and
// between server and node. Spread into the unions of `protocol/`.

import * as z from "zod/mini";
import { Device } from "../protocol/device.ts";
import { Epoch, Id, Offer, SignalCall } from "../protocol/media.ts";
import { SessionTitle } from "../protocol/session-title.ts";
import { GUEST_ENDS, GUESTS_MAX, GuestRole, Member, MemberId, PadSeat, SHARE_MS_MAX, SHARE_MS_MIN, ShareCode, ShareView } from "./roles.ts";

const Detail = z.string().check(z.maxLength(500));
/** Passed on unread between two browsers that connect to each other; a description of a call has 3 KiB. */
const PeerSignal = z.looseObject({});

/** Says how two browsers find each other, as `RTCIceServer`; what the operator set, or nothing. */
export const IceServer = z.strictObject({
  urls: z.string().check(z.maxLength(200), z.regex(/^(stuns?|turns?):/)),
  username: z.optional(z.string().check(z.maxLength(200))),
  credential: z.optional(z.string().check(z.maxLength(200))),
});
export type IceServer = z.infer<typeof IceServer>;

export const FRIENDS_FROM_CLIENT = [
  /** A link to this session, by its player. Answered by `share.made`. `pad`: always this one, and whoever came last has it. */
  z.strictObject({
    type: z.literal("share.make"),
    requestId: Id,
    sessionId: Id,
    role: GuestRole,
    lastsMs: z.int().check(z.gte(SHARE_MS_MIN), z.lte(SHARE_MS_MAX)),
    pad: z.optional(PadSeat),
  }),
  /** Answered by `session.company`. */
  z.strictObject({ type: z.literal("share.list"), sessionId: Id }),
  /** The link works no more, and whoever came by it goes. */
  z.strictObject({ type: z.literal("share.revoke"), sessionId: Id, code: ShareCode }),
  z.strictObject({ type: z.literal("guest.remove"), sessionId: Id, guestId: Id }),
  /** By a link. Answered by `guest.joined`, and then `guest.offer`. `wasGuestId`: of one who comes again by itself, from the same page. */
  z.strictObject({ type: z.literal("guest.join"), requestId: Id, code: ShareCode, device: Device, wasGuestId: z.optional(Id) }),
  /** As `session.signal`, and answered like it. */
  z.strictObject({ type: z.literal("guest.signal"), sessionId: Id, guestId: Id, epoch: Epoch, callId: z.int(), signal: SignalCall }),
  z.strictObject({ type: z.literal("guest.leave"), sessionId: Id, guestId: Id }),
  /** To another of the same session. */
  z.strictObject({ type: z.literal("friend.signal"), sessionId: Id, to: MemberId, data: PeerSignal }),
  /** Whether this member speaks with the others. */
  z.strictObject({ type: z.literal("friend.voice"), sessionId: Id, on: z.boolean() }),
] as const;

export const FRIENDS_TO_CLIENT = [
  z.strictObject({ type: z.literal("share.made"), requestId: Id, sessionId: Id, share: ShareView }),
  /** Who is together in the session, to each of them, whenever that changes; the links to its player alone. */
  z.strictObject({
    type: z.literal("session.company"),
    sessionId: Id,
    you: MemberId,
    members: z.array(Member).check(z.maxLength(32)),
    shares: z.optional(z.array(ShareView).check(z.maxLength(32))),
    iceServers: z.array(IceServer).check(z.maxLength(8)),
  }),
  z.strictObject({
    type: z.literal("guest.joined"),
    requestId: Id,
    sessionId: Id,
    guestId: Id,
    role: GuestRole,
    pad: z.optional(PadSeat),
    title: SessionTitle,
  }),
  /** How to reach the node; another one when the session has moved or changed its codec. */
  z.strictObject({ type: z.literal("guest.offer"), sessionId: Id, guestId: Id, epoch: Epoch, offer: Offer }),
  z.strictObject({ type: z.literal("guest.ended"), sessionId: Id, guestId: Id, reason: z.enum(GUEST_ENDS), detail: z.optional(Detail) }),
  z.strictObject({ type: z.literal("friend.signal"), sessionId: Id, from: MemberId, data: PeerSignal }),
] as const;

export const FRIENDS_TO_NODE = [
  /** A seat for somebody else in a session that runs; answered by `seat.offer` or `seat.refused`. */
  z.strictObject({
    type: z.literal("seat.open"),
    sessionId: Id,
    epoch: Epoch,
    guestId: Id,
    role: GuestRole,
    pad: z.optional(PadSeat),
    device: Device,
  }),
  z.strictObject({ type: z.literal("seat.close"), sessionId: Id, epoch: Epoch, guestId: Id }),
  /** The session has another owner, who knows these guests: every other seat is closed. */
  z.strictObject({ type: z.literal("seat.keep"), sessionId: Id, epoch: Epoch, guestIds: z.array(Id).check(z.maxLength(GUESTS_MAX)) }),
  /** Answered by `session.signal.reply`. */
  z.strictObject({ type: z.literal("seat.signal"), sessionId: Id, epoch: Epoch, guestId: Id, callId: z.int(), signal: SignalCall }),
] as const;

/** Why a node gives a guest no seat, or takes it away. */
export const SEAT_REFUSALS = ["codec", "full", "failed"] as const;

export const FRIENDS_FROM_NODE = [
  z.strictObject({ type: z.literal("seat.offer"), sessionId: Id, epoch: Epoch, guestId: Id, offer: Offer }),
  z.strictObject({ type: z.literal("seat.refused"), sessionId: Id, epoch: Epoch, guestId: Id, why: z.enum(SEAT_REFUSALS), detail: z.optional(Detail) }),
  z.strictObject({ type: z.literal("seat.presence"), sessionId: Id, epoch: Epoch, guestId: Id, connected: z.boolean() }),
] as const;
