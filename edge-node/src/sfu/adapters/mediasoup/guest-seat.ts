// Somebody else's place in a player's room. The picture comes from the room's mirror, whose requests
// for keyframes are heard apart from the player's; nothing here estimates a link or tells of receipts,
// so nothing a guest's network does can reach the player's rate.

import type { types } from "mediasoup";
import type { Scope } from "@nearframe/shared/lifetime";
import { Channel } from "@nearframe/shared/media/profile";
import { hasPad, receivesMedia, type GuestRole } from "@nearframe/shared/friends/roles";
import type { GuestSeat, GuestSeatEvents, GuestSeatOptions } from "../../ports.ts";
import { answerSignals, makeOffer, openOutgoing, openTransports, refuseUndecodable, watchConnection, type SeatContext, type SentLabel } from "./seat-parts.ts";

type GuestSeatContext = SeatContext & {
  /** What the player's seat consumes; only to see whether a browser could. */
  sources: readonly types.Producer[];
  /** Picture and sound for those who watch. */
  mirrored(seatScope: Scope): Promise<readonly types.Producer[]>;
};

export async function openGuestSeat(
  context: GuestSeatContext,
  { device, role }: GuestSeatOptions,
  events: GuestSeatEvents,
  scope: Scope,
): Promise<GuestSeat> {
  const { router, direct } = context;
  const rtpCapabilities = device.rtpCapabilities as types.RtpCapabilities;
  const watches = receivesMedia(role);
  if (watches) refuseUndecodable(router, context.sources, rtpCapabilities);
  const producers = watches ? await context.mirrored(scope) : [];
  const [receive, send] = await openTransports(context, {}, scope);
  watchConnection([receive, send], events);
  const control = await openOutgoing(direct, receive, Channel.control, { ordered: true }, scope);
  const consumers = await Promise.all(
    producers.map((producer) => receive.consume({ producerId: producer.id, rtpCapabilities, enableRtx: true })),
  );
  return {
    offer: makeOffer(router, { receive, send }, consumers, [control]),
    signal: answerSignals(
      { direct, transports: [receive, send] },
      (label) => (mayOpen(role, label) ? undefined : `a guest who is here as "${role}" has no channel ${label}`),
      (label, message) => (label === Channel.control ? events.onControl(message.toString("utf8")) : events.onInput(message)),
      scope,
    ),
    sendControl(message) {
      if (!control.consumer.closed && !control.isFull()) control.producer.send(JSON.stringify(message));
    },
  };
}

function mayOpen(role: GuestRole, label: SentLabel): boolean {
  if (label === Channel.control) return true;
  return hasPad(role) && (label === Channel.inputState || label === Channel.inputEdges);
}
