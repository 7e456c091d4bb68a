// The playing browser's end of phones that are pads: one line each, what comes over it handed to the
// player's own hands, and pings answered with how much farther it is to the node.

import type { IceServer } from "@nearframe/shared/friends/messages";
import type { Member } from "@nearframe/shared/friends/roles";
import { makeGuestPad, releaseGuestPad, takeGuestInput, type GuestPad } from "@nearframe/shared/input/guest-pad";
import { InputDecodeError, readInput, type PadState } from "@nearframe/shared/input/messages";
import type { Scope } from "@nearframe/shared/lifetime";
import { parseMessage } from "@nearframe/shared/protocol/parse";
import type { Behavior } from "../behavior.ts";
import { padIsUsed } from "../input/input-state.ts";
import type { Timers } from "../timers.ts";
import type { Company } from "./company.ts";
import { PadMessage, type PeerSignal } from "./pad-messages.ts";
import type { OpenPeer, PeerLink } from "./peer.ts";

export type PadHostPorts = {
  company: Behavior<Company>;
  timers: Timers;
  openPeer: OpenPeer;
  iceServers(): readonly IceServer[];
  sendSignal(to: string, signal: PeerSignal): void;
  /** From here to the node and back; undefined while that is not known. */
  nodeRoundTripMs(): number | undefined;
  /** At the guest's seat; undefined: let go, or gone. */
  onPad(guestId: string, pad: PadState | undefined): void;
};

type Phone = { scope: Scope; call: string; peer: PeerLink; pad: GuestPad; stopQuiet: () => void };

/** A phone says fifteen times a second what it holds; that a line is dead is known only after many seconds. */
export const QUIET_MS_MAX = 2_000;

export function createPadHost(scope: Scope, ports: PadHostPorts) {
  const phones = new Map<string, Phone>();

  function drop(guestId: string): void {
    const phone = phones.get(guestId);
    if (!phone) return;
    phones.delete(guestId);
    phone.stopQuiet();
    ports.onPad(guestId, undefined);
    void phone.scope.close("the phone is gone");
  }

  function open(member: Member & { pad: number }, call: string): Phone {
    drop(member.id);
    const phoneScope = scope.child();
    const counts = () => phones.get(member.id) === phone;
    const peer = ports.openPeer(phoneScope, { initiator: false, iceServers: ports.iceServers() }, {
      onSignal: (signal) => ports.sendSignal(member.id, { topic: "pad", call, signal }),
      onOpen() {},
      onData(data) {
        if (!counts()) return;
        if (typeof data === "string") answer(phone, data);
        else take(member.id, phone, data);
      },
      onStream() {},
      onClosed: () => counts() && drop(member.id),
    });
    const phone: Phone = { scope: phoneScope, call, peer, pad: makeGuestPad(member.pad), stopQuiet: () => {} };
    phones.set(member.id, phone);
    return phone;
  }

  function answer({ peer }: Phone, text: string): void {
    const message = parseMessage(PadMessage, text);
    if (!message.ok || message.value.type !== "ping") return;
    const onwardMs = ports.nodeRoundTripMs();
    const pong: PadMessage = { type: "pong", id: message.value.id, ...(onwardMs !== undefined && { onwardMs }) };
    peer.send(JSON.stringify(pong));
  }

  function take(guestId: string, phone: Phone, bytes: Uint8Array): void {
    try {
      const next = takeGuestInput(phone.pad, readInput(bytes));
      const changed = JSON.stringify(next.held) !== JSON.stringify(phone.pad.held);
      phone.pad = next;
      if (changed) ports.onPad(guestId, next.held);
      watchQuiet(guestId, phone);
    } catch (error) {
      if (!(error instanceof InputDecodeError)) throw error;
      console.warn("nearframe: a phone sent what no pad sends:", error.message);
    }
  }

  function watchQuiet(guestId: string, phone: Phone): void {
    phone.stopQuiet();
    if (!phone.pad.held || !padIsUsed(phone.pad.held)) return;
    phone.stopQuiet = ports.timers.after(QUIET_MS_MAX, () => {
      phone.pad = releaseGuestPad(phone.pad);
      ports.onPad(guestId, undefined);
    });
  }

  const follow = () => {
    const here = new Set(ports.company.value.members.map(({ id }) => id));
    for (const guestId of [...phones.keys()]) if (!here.has(guestId)) drop(guestId);
  };
  scope.own(ports.company.subscribe(follow), (stop) => stop());
  scope.own(undefined, () => {
    for (const { stopQuiet } of phones.values()) stopQuiet();
    for (const [guestId, phone] of phones) if (releaseGuestPad(phone.pad) !== phone.pad) ports.onPad(guestId, undefined);
  });

  return {
    /** A phone calls, or goes on with a call. Only those who are in the session with a pad are heard. */
    handleSignal(from: string, { call, signal }: PeerSignal): void {
      const member = ports.company.value.members.find(({ id }) => id === from);
      if (member?.pad === undefined || member.role === "owner") return;
      const known = phones.get(from);
      const phone = known?.call === call ? known : open({ ...member, pad: member.pad }, call);
      phone.peer.signal(signal);
    },
  };
}
