// Small valid things for tests.

import type { Device } from "@nearframe/shared/protocol/client-to-server";
import type { Offer } from "@nearframe/shared/protocol/media";
import type { Title, TitleManifest } from "@nearframe/shared/title/manifest";

export function manifest(change: Partial<TitleManifest> = {}): TitleManifest {
  return {
    id: "freedoom",
    name: "Freedoom",
    summary: "A test.",
    publisher: "Nearframe",
    credits: "None.",
    category: "action",
    art: { cover: "cover.svg", hero: "hero.svg", accent: "#aabbcc" },
    runtime: "native",
    command: ["chocolate-doom"],
    size: { width: 1280, height: 720 },
    fps: 60,
    input: { keyboard: true, pointer: "relative", touch: false },
    savePaths: [],
    resources: { cpuCores: 1, memoryMb: 256, gpu: false, network: false },
    startTimeoutS: 20,
    ...change,
  };
}

export function title(change: Partial<TitleManifest> = {}): Title {
  return { manifest: manifest(change), folder: "/titles/freedoom" };
}

export const device: Device = {
  screen: { width: 1920, height: 1080, pixelRatio: 1 },
  touch: false,
  rtpCapabilities: {},
};

const transport = (id: string) => ({ id, iceParameters: {}, iceCandidates: [], dtlsParameters: {} });

export const offer: Offer = {
  routerRtpCapabilities: {},
  receive: transport("t-receive"),
  send: transport("t-send"),
  media: [],
  data: [],
};
