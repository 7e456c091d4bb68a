// Values that tests and the fixture page show and play with.

import type { PublicTitle } from "@nearframe/shared/api/titles";
import type { Device } from "@nearframe/shared/protocol/client-to-server";
import type { Offer, TransportParameters } from "@nearframe/shared/protocol/media";
import type { SessionTitle } from "@nearframe/shared/protocol/server-to-client";
import type { InputNeeds } from "@nearframe/shared/title/manifest";

export const device: Device = {
  screen: { width: 1280, height: 800, pixelRatio: 1 },
  touch: false,
  rtpCapabilities: {},
};

export const keyboardNeeds: InputNeeds = { keyboard: true, pointer: "none", touch: false };

export function sampleTitle(id: string, more: Partial<PublicTitle> = {}): PublicTitle {
  return {
    id,
    name: id.replace(/(^|-)(\w)/g, (_, gap: string, letter: string) => (gap ? " " : "") + letter.toUpperCase()),
    summary: "One sentence that says what you do in it.",
    publisher: "A publisher",
    credits: "Free licence, by its authors.",
    category: "action",
    art: { cover: `/art/${id}-cover`, hero: `/art/${id}-hero`, accent: "#ff5a36" },
    size: { width: 1280, height: 720 },
    fps: 60,
    input: keyboardNeeds,
    availability: { state: "now" },
    ...more,
  };
}

export function sessionTitle(input: Partial<InputNeeds> = {}): SessionTitle {
  return { id: "some-title", name: "Some Title", size: { width: 1280, height: 720 }, fps: 60, input: { ...keyboardNeeds, ...input } };
}

const transport = (id: string): TransportParameters => ({ id, iceParameters: {}, iceCandidates: [], dtlsParameters: {} });

export const offer: Offer = {
  routerRtpCapabilities: {},
  receive: transport("receive-1"),
  send: transport("send-1"),
  media: [],
  data: [],
};
