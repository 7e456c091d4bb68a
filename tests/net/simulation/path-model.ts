// Both directions of a path on a timeline: the same links as the relay's, without sockets.

import { makeLink, passPacket } from "../link/link.ts";
import type { LinkProfile } from "../link/profile.ts";
import type { Timeline } from "./timeline.ts";

export type Carry = (payloadBytes: number, arrive: () => void) => void;

export function openPath(profile: LinkProfile, seed: number, timeline: Timeline): Carry {
  let link = makeLink(profile, seed, timeline.nowMs);
  return (payloadBytes, arrive) => {
    const [next, passage] = passPacket(link, payloadBytes, timeline.nowMs);
    link = next;
    if (passage.kind === "dropped") return;
    timeline.at(passage.atMs, arrive);
    if (passage.duplicated) timeline.at(passage.atMs, arrive);
  };
}
