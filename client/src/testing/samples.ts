// Values that tests and the fixture page show and play with.

import type { PublicTitle } from "@nearframe/shared/api/titles";
import type { TitleSaves } from "@nearframe/shared/api/saves";
import type { Device } from "@nearframe/shared/protocol/client-to-server";
import type { Offer, TransportParameters } from "@nearframe/shared/protocol/media";
import type { SessionTitle } from "@nearframe/shared/protocol/server-to-client";
import type { PlayerSample } from "@nearframe/shared/telemetry/samples";
import type { InputNeeds } from "@nearframe/shared/title/manifest";
import { addSecond, type History, type Second } from "../view-model/history.ts";

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

const second: PlayerSample = {
  durationMs: 1_000, width: 1280, height: 720, framesShown: 60, framesDropped: 0, receivedKbps: 8_000,
  packetsLost: 0, lossShare: 0, roundTripMs: 12, jitterBufferMs: 1, decodeMs: 2, freezes: 0, freezeMs: 0, audioGapMs: 0,
};

/** Good seconds, but for what `change` makes of them. */
export function sampleHistory(
  seconds: number,
  change: (second: number) => Partial<PlayerSample> = () => ({}),
  latency: (second: number) => Second["latency"] = () => undefined,
): History {
  let history: History = [];
  for (let i = 0; i < seconds; i++) {
    history = addSecond(history, { atMs: 1_000 * (i + 1), sample: { ...second, ...change(i) }, latency: latency(i) });
  }
  return history;
}

/** A title that was played on two devices from one beginning. */
export const parted: TitleSaves = {
  titleId: "paper-planes",
  diverged: true,
  saves: [
    { saveId: "save-b", sessionId: "s2", takenAtMs: Date.parse("2026-11-22T08:12:00Z"), occasion: "end", archiveBytes: 2_410_000, place: "branch" },
    { saveId: "save-a", sessionId: "s1", takenAtMs: Date.parse("2026-11-21T20:47:00Z"), occasion: "periodic", archiveBytes: 2_380_000, place: "head" },
    { saveId: "save-0", sessionId: "s0", takenAtMs: Date.parse("2026-11-20T19:00:00Z"), occasion: "end", archiveBytes: 2_300_000, place: "past" },
  ],
};
