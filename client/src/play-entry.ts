// The part of the page that only players need: mediasoup-client, input, the stage.
// Loaded apart, so that the first page stays small. The one file that joins the play
// page's parts to real browsers.

import type { Scope } from "@nearframe/shared/lifetime";
import type { Device as DeviceDescription } from "@nearframe/shared/protocol/client-to-server";
import type { Decoder } from "@nearframe/shared/media/video-codecs";
import type { Offer } from "@nearframe/shared/protocol/media";
import type { ControlLink } from "./stream/control-link.ts";
import { measureDecoders } from "./stream/decoders.ts";
import { loadMediaDevice, UnfitDeviceError } from "./stream/media-device.ts";
import type { DeviceReport } from "./stream/play-session.ts";
import { followNetwork } from "./stream/network-changes.ts";
import { openPath, type Path, type PathEvents } from "./stream/receiver.ts";
import type { CallNode } from "./stream/signal-calls.ts";
import { browserTimers } from "./timers.ts";
import type { Behavior } from "./behavior.ts";
import type { PageOrigin } from "./view-model/follow-returns.ts";
import { followOrientation } from "./view-model/orientation.ts";
import { browserSenseSources } from "./view-model/sense-sources.ts";
import { createPlay, type Play } from "./view-model/play.ts";
import type { ServerApi } from "./view-model/server-api.ts";
import type { Settings } from "./view-model/settings.ts";

type MediaDevice = Awaited<ReturnType<typeof loadMediaDevice>>;

/** Asked once a page: it opens a peer connection to read what the browser can do. */
let loading: Promise<MediaDevice> | undefined;
const mediaDevice = () => (loading ??= loadMediaDevice());

let measuring: Promise<Decoder[] | undefined> | undefined;
const decoders = () => (measuring ??= measureDecoders(navigator.mediaCapabilities));
/** The node can choose without; a player who waits can't do anything else. */
const DECODERS_WAIT_MS = 300;

/** Gets what can be got before the tap. */
export function warmUp(): void {
  // A device that can't play says so when it is asked to.
  mediaDevice().catch(() => undefined);
  void decoders();
}

/** What the page keeps and knows of the player. */
export type PlayerOfPage = { link: ControlLink; storage: Storage | undefined; settings: Behavior<Settings>; api: ServerApi; takesOver?: boolean };

export function createBrowserPlay(scope: Scope, titleId: string, tappedAtMs: number, player: PlayerOfPage): Play {
  return createPlay(scope, titleId, tappedAtMs, {
    ...player,
    orientation: followOrientation(scope, window),
    timers: browserTimers,
    makeId: () => crypto.getRandomValues(new Uint32Array(4)).join("-"),
    page: document,
    window,
    origin: pageOrigin(),
    senseSources: browserSenseSources(window),
    pageVisible: () => document.visibilityState === "visible",
    describeDevice,
    describePage: () => ({
      language: navigator.language.slice(0, 35),
      browser: navigator.userAgent.slice(0, 300),
      width: Math.round(window.innerWidth),
      height: Math.round(window.innerHeight),
    }),
    fullscreenOffered: document.fullscreenEnabled === true,
    writeClipboard(text) {
      // Browsers without a secure address have none, and a page that nobody looks at may not write.
      navigator.clipboard?.writeText(text).catch((error: Error) => console.info("nearframe: what the title copied can't be kept:", error.message));
    },
    touchFirst: window.matchMedia("(pointer: coarse)").matches,
    random32: () => crypto.getRandomValues(new Uint32Array(1))[0] ?? 0,
    followNetwork: (networkScope, onChanged) => followNetwork(networkScope, window, onChanged),
    openPath: openBrowserPath,
  });
}

/** Chromium's `wasDiscarded` is not in TypeScript's DOM. */
function pageOrigin(): PageOrigin {
  const [entry] = performance.getEntriesByType("navigation") as PerformanceNavigationTiming[];
  return { navigation: entry?.type, discarded: (document as Document & { wasDiscarded?: boolean }).wasDiscarded === true };
}

export const openBrowserPath = async (scope: Scope, offer: Offer, call: CallNode, events: PathEvents): Promise<Path> =>
  openPath(scope, offer, { device: await mediaDevice(), call }, events);

export async function describeDevice(): Promise<DeviceReport> {
  try {
    const [device, measured] = await Promise.all([mediaDevice(), Promise.race([decoders(), waited()])]);
    return { ok: true, device: describe(device, measured) };
  } catch (error) {
    if (error instanceof UnfitDeviceError) return { ok: false, cause: error.unfit, detail: error.message };
    return { ok: false, cause: "player-broken", detail: String(error) };
  }
}

const waited = () => new Promise<undefined>((resolve) => browserTimers.after(DECODERS_WAIT_MS, () => resolve(undefined)));

function describe(device: MediaDevice, decoders: Decoder[] | undefined): DeviceDescription {
  const { screen, devicePixelRatio, navigator } = window;
  const pixels = (length: number) => Math.min(16_384, Math.max(1, Math.round(length)));
  return {
    screen: {
      width: pixels(screen.width),
      height: pixels(screen.height),
      pixelRatio: Math.min(16, Math.max(0.25, devicePixelRatio)),
    },
    touch: navigator.maxTouchPoints > 0,
    rtpCapabilities: { ...device.recvRtpCapabilities },
    ...(decoders === undefined ? {} : { decoders }),
  };
}
