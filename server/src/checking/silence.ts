// An audit of a checker's play: whatever the node says of its transports is bent on its way, so that the path
// to them does not come up, as where a network lets no media through. The node does what it always does, and can't
// help it: nobody but who has the right password can ask it for anything. Pure.

import type { Offer, SignalResult, TransportParameters } from "@nearframe/shared/protocol/media";
import { anotherLike } from "./another-like.ts";

export const silenceOffer = (offer: Offer, secret: string): Offer =>
  ({ ...offer, receive: silenceTransport(offer.receive, secret), send: silenceTransport(offer.send, secret) });

/** A new password can be asked for. */
export const silenceResult = (result: SignalResult, secret: string): SignalResult => (result.ok ? { ok: true, value: silenceIce(result.value, secret) } : result);

const silenceTransport = (transport: TransportParameters, secret: string): TransportParameters => ({ ...transport, iceParameters: silenceIce(transport.iceParameters, secret) });

function silenceIce(parameters: TransportParameters["iceParameters"], secret: string): TransportParameters["iceParameters"] {
  const { password } = parameters;
  return typeof password === "string" ? { ...parameters, password: anotherLike(password, secret) } : parameters;
}
