// Everybody but the player in one session: a seat each in the session's room, and a pad for those
// whose role has one. What a guest says reaches the title's pads and nothing else: not the rate, not
// the pipeline. The server decides who is a guest; here it is only done.

import type { Scope } from "@nearframe/shared/lifetime";
import { GUESTS_MAX, hasPad, receivesMedia, type GuestRole } from "@nearframe/shared/friends/roles";
import type { SEAT_REFUSALS } from "@nearframe/shared/friends/messages";
import { forgetGuestPad, makeGuestPad, type GuestPad } from "@nearframe/shared/input/guest-pad";
import { InputDecodeError, readInput } from "@nearframe/shared/input/messages";
import type { Device } from "@nearframe/shared/protocol/device";
import type { Offer, SignalCall } from "@nearframe/shared/protocol/media";
import { parseMessage } from "@nearframe/shared/protocol/parse";
import { PlayerToNode } from "@nearframe/shared/protocol/session-control";
import { applyGuestInput, letGoOfGuestPad } from "../input/guest-pad.ts";
import { padIsUsed } from "../input/held.ts";
import type { InputAction, InputSink } from "../input/ports.ts";
import { createQuietWatch, type QuietWatch } from "../input/quiet-watch.ts";
import type { Rumble } from "../input/rumble.ts";
import { CodecMissingError, type GuestSeat, type Room } from "../sfu/ports.ts";
import { guestCame, keyframeAsked, keyframeLeft, keyframeWanted, noGuestKeyframes, type GuestKeyframes } from "./guest-keyframes.ts";

export type SeatRefusal = (typeof SEAT_REFUSALS)[number];
export type GuestOrder = { guestId: string; role: GuestRole; pad?: number | undefined; device: Device };

export type GuestPorts = {
  /** Undefined before the title has its hands. */
  sink(): InputSink | undefined;
  requestKeyframe(): void;
  nowMs(): number;
  log(detail: string): void;
};

export type GuestEvents = {
  onOffer(guestId: string, offer: Offer): void;
  /** No seat, or none any more; nothing of the guest is left here. */
  onRefused(guestId: string, why: SeatRefusal, detail: string): void;
  onPresence(guestId: string, connected: boolean): void;
};

export interface Guests {
  /** In place of the seat that this guest had. */
  open(order: GuestOrder): void;
  close(guestId: string): void;
  /** Everybody else's seat is closed. */
  keep(guestIds: readonly string[]): void;
  /** Rejects with what to tell the guest. */
  signal(guestId: string, call: SignalCall): Promise<object>;
  /** The session has a room now, or another one: everybody moves. */
  enter(room: Room): void;
  /** A keyframe left. */
  handleKeyframe(): void;
  /** The title shakes a pad. */
  rumble(pad: number, rumble: Rumble): void;
}

/** To connect, and to come back after a loss. */
export const ABSENT_MS_MAX = 20_000;

type Guest = GuestOrder & {
  scope: Scope;
  seat: GuestSeat | undefined;
  hands: GuestPad | undefined;
  quiet: QuietWatch | undefined;
  absence: NodeJS.Timeout | undefined;
};

export function createGuests(ports: GuestPorts, events: GuestEvents, scope: Scope): Guests {
  const guests = new Map<string, Guest>();
  let room: Room | undefined;
  let keyframes: GuestKeyframes = noGuestKeyframes;
  let keyframeTimer: NodeJS.Timeout | undefined;
  scope.own(guests, () => {
    clearTimeout(keyframeTimer);
    for (const { absence } of guests.values()) clearTimeout(absence);
  });

  function open(order: GuestOrder): void {
    // The session is ending; its guests hear that from the server.
    if (scope.closed) return;
    close(order.guestId);
    if (guests.size >= GUESTS_MAX) return events.onRefused(order.guestId, "full", `a session has at most ${GUESTS_MAX} guests`);
    const hands = hasPad(order.role) && order.pad !== undefined ? makeGuestPad(order.pad) : undefined;
    const guest: Guest = { ...order, scope: scope.child(), seat: undefined, hands, quiet: undefined, absence: undefined };
    if (hands) guest.quiet = watchQuiet(guest);
    guests.set(order.guestId, guest);
    awaitPresence(guest);
    if (receivesMedia(order.role)) keyframes = guestCame(keyframes);
    if (room) void takeSeat(guest, room);
  }

  async function takeSeat(guest: Guest, where: Room): Promise<void> {
    const { guestId, role, device, scope: mine } = guest;
    try {
      const seat = await where.openGuestSeat(
        { role, device },
        {
          onInput: (bytes) => hear(guest, bytes),
          onControl: (text) => handleControl(guest, text),
          onConnected() {
            clearTimeout(guest.absence);
            events.onPresence(guestId, true);
          },
          onDisconnected() {
            if (mine.closed) return;
            letGo(guest);
            awaitPresence(guest);
            events.onPresence(guestId, false);
          },
        },
        mine,
      );
      if (mine.closed) return;
      guest.seat = seat;
      events.onOffer(guestId, seat.offer);
    } catch (error) {
      if (mine.closed || scope.closed) return;
      const why = error instanceof CodecMissingError ? "codec" : "failed";
      refuse(guest, why, error instanceof Error ? error.message : String(error));
    }
  }

  function refuse(guest: Guest, why: SeatRefusal, detail: string): void {
    close(guest.guestId);
    events.onRefused(guest.guestId, why, detail);
  }

  function awaitPresence(guest: Guest): void {
    clearTimeout(guest.absence);
    guest.absence = setTimeout(() => refuse(guest, "failed", "no path came up, or it was lost for too long"), ABSENT_MS_MAX);
  }

  function close(guestId: string): void {
    const guest = guests.get(guestId);
    if (!guest) return;
    guests.delete(guestId);
    clearTimeout(guest.absence);
    letGo(guest);
    guest.scope.close("the guest has gone").catch((error: Error) => ports.log(`closing a guest's seat: ${error.message}`));
  }

  function hear(guest: Guest, bytes: Uint8Array): void {
    if (!guest.hands || guest.scope.closed) return;
    try {
      const [hands, actions] = applyGuestInput(guest.hands, readInput(bytes));
      guest.hands = hands;
      apply(actions);
      guest.quiet?.hear();
    } catch (error) {
      if (!(error instanceof InputDecodeError)) throw error;
      ports.log(`a guest's input: ${error.message}`);
    }
  }

  function watchQuiet(guest: Guest): QuietWatch {
    const holds = () => guest.hands?.held !== undefined && padIsUsed(guest.hands.held);
    return createQuietWatch({ nowMs: ports.nowMs, holds, letGo: () => letGo(guest) }, guest.scope);
  }

  function letGo(guest: Guest): void {
    if (!guest.hands) return;
    const [hands, actions] = letGoOfGuestPad(guest.hands);
    guest.hands = forgetGuestPad(hands);
    apply(actions);
  }

  function apply(actions: readonly InputAction[]): void {
    const sink = ports.sink();
    if (!sink || actions.length === 0 || sink.lacks.pad !== undefined || scope.closed) return;
    sink.apply(actions).catch((error: Error) => {
      if (!scope.closed) ports.log(`a guest's input was not applied: ${error.message}`);
    });
  }

  /** A guest may ask how far away the node is. All else that a player may say is the player's to say. */
  function handleControl(guest: Guest, text: string): void {
    const message = parseMessage(PlayerToNode, text);
    if (!message.ok || message.value.type !== "ping") return;
    const { id, sentAtMs } = message.value;
    guest.seat?.sendControl({ type: "pong", id, sentAtMs, nodeAtMs: ports.nowMs() });
  }

  function keyframeLater(): void {
    clearTimeout(keyframeTimer);
    const { dueAtMs } = keyframes;
    if (dueAtMs === undefined) return;
    keyframeTimer = setTimeout(() => {
      keyframes = keyframeAsked(keyframes, ports.nowMs());
      ports.requestKeyframe();
    }, Math.max(0, dueAtMs - ports.nowMs()));
  }

  return {
    open,
    close,
    keep(guestIds) {
      for (const guestId of [...guests.keys()]) if (!guestIds.includes(guestId)) close(guestId);
    },
    async signal(guestId, call) {
      const seat = guests.get(guestId)?.seat;
      if (!seat) throw new Error("no such guest in this session");
      return seat.signal(call);
    },
    enter(next) {
      room = next;
      next.onGuestKeyframeWanted(() => {
        if (room !== next || scope.closed) return;
        keyframes = keyframeWanted(keyframes, ports.nowMs());
        keyframeLater();
      });
      for (const { guestId, role, pad, device } of [...guests.values()]) open({ guestId, role, pad, device });
    },
    handleKeyframe() {
      keyframes = keyframeLeft(keyframes, ports.nowMs());
      if (keyframes.dueAtMs === undefined) clearTimeout(keyframeTimer);
    },
    rumble(pad, rumble) {
      // Every page knows its own pad as the first.
      for (const { hands, seat } of guests.values()) if (hands?.seat === pad) seat?.sendControl({ type: "rumble", pad: 0, ...rumble });
    },
  };
}
