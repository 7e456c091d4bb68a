// A player on a bad network, in real Chromium through the relay: the stream goes on,
// in the same session, and the node sends what the link carries.

import { expect, test } from "vitest";
import type { Page } from "playwright";
import { Scope } from "@nearframe/shared/lifetime";
import { CLEAR_LINK, type LinkProfile, type NetProfile } from "../net/link/profile.ts";
import { openBrowser, play } from "../support/browser.ts";
import { impair } from "../support/impaired.ts";
import { freePort, startStack } from "../support/stack.ts";

const MAX_KBPS = 12_000;
const NARROW_KBPS = 3_000;
const BLACKOUT_MS = 2_000;
/** Generous: the machine may be busy, and what is tested is that it happens at all. */
const SOON_MS = 20_000;

const link = (change: Partial<LinkProfile>): LinkProfile => ({ ...CLEAR_LINK, delayMs: 10, ...change });
const profile = (about: string, down: Partial<LinkProfile>): NetProfile => ({ about, madeBy: "by hand", up: link({}), down: link(down) });
const CLEAR = profile("a clear path", {});
const NARROW = profile("3 Mbit/s", { rateKbps: NARROW_KBPS, queueMs: 300 });
const DEAD = profile("nothing comes through", { lossFraction: 1 });

test("a stream follows its link down, outlives a blackout, and keeps its rate while nobody looks", async () => {
  const scope = new Scope();
  try {
    const mediaPort = await freePort();
    const stack = await startStack(
      { environment: { NEARFRAME_MEDIA_PORT: String(mediaPort), NEARFRAME_BITRATE_KBPS: String(MAX_KBPS) } },
      scope,
    );
    const browser = await openBrowser(scope);
    const page = await browser.newPage();
    await makeHideable(page);
    await keepConnections(page);
    const relay = await impair(page, mediaPort, CLEAR, scope);
    await play(page, stack.url, "test-card");
    const sessionId = await sessionOf(page);
    await videoKbpsWithin(page, 1.5 * NARROW_KBPS, Infinity);
    await roundTripIsKnown(page);

    relay.setProfile(NARROW);
    await videoKbpsWithin(page, 1, NARROW_KBPS);
    await framesGoOn(page);

    relay.setProfile(DEAD);
    await page.waitForTimeout(BLACKOUT_MS);
    relay.setProfile(CLEAR);
    await framesGoOn(page);
    expect(await sessionOf(page)).toBe(sessionId);

    await videoKbpsWithin(page, 1.5 * NARROW_KBPS, Infinity);
    await setHidden(page, true);
    await page.waitForTimeout(BLACKOUT_MS);
    await videoKbpsWithin(page, 1.5 * NARROW_KBPS, Infinity);
    await setHidden(page, false);
    await framesGoOn(page);
  } finally {
    await scope.close();
  }
});

const sessionOf = (page: Page) =>
  page.evaluate(() => {
    const session = window.__nearframe?.session;
    return session && "sessionId" in session ? session.sessionId : undefined;
  });

/** The figures are of the last second, so this waits for a whole one. */
async function videoKbpsWithin(page: Page, leastKbps: number, mostKbps: number): Promise<void> {
  await page.waitForFunction(
    ({ leastKbps, mostKbps }) => {
      const kbps = window.__nearframe?.stats()?.videoKbps ?? -1;
      return kbps >= leastKbps && kbps <= (mostKbps ?? Infinity);
    },
    // Infinity does not survive the way into the page.
    { leastKbps, mostKbps: Number.isFinite(mostKbps) ? mostKbps : undefined },
    { timeout: SOON_MS },
  );
}

/** Without it the browser asks for a lost repair again only after 100 ms (`client/src/stream/known-round-trip.ts`). */
async function roundTripIsKnown(page: Page): Promise<void> {
  await page.waitForFunction(
    async () => {
      const { connections } = window as unknown as { connections: RTCPeerConnection[] };
      const receiving = connections.filter((each) => each.getReceivers().some(({ track }) => track.kind === "video"));
      const reports = await Promise.all(receiving.map((each) => each.getStats()));
      return reports.some((report) => [...report.values()].some(({ type, roundTripTimeMeasurements }) => type === "remote-inbound-rtp" && roundTripTimeMeasurements > 0));
    },
    undefined,
    { timeout: SOON_MS, polling: 500 },
  );
}

async function keepConnections(page: Page): Promise<void> {
  await page.addInitScript(() => {
    const connections: RTCPeerConnection[] = [];
    Object.assign(window, {
      connections,
      RTCPeerConnection: class extends RTCPeerConnection {
        constructor(configuration?: RTCConfiguration) {
          super(configuration);
          connections.push(this);
        }
      },
    });
  });
}

async function framesGoOn(page: Page): Promise<void> {
  const before = await page.evaluate(() => document.querySelector("video")?.getVideoPlaybackQuality().totalVideoFrames ?? 0);
  await page.waitForFunction(
    (before) => (document.querySelector("video")?.getVideoPlaybackQuality().totalVideoFrames ?? 0) > before + 30,
    before,
    { timeout: SOON_MS },
  );
}

/** Headless pages are always seen, so this does what a browser does to a hidden one: it tells of no frames. */
async function makeHideable(page: Page): Promise<void> {
  await page.addInitScript(() => {
    const request = HTMLVideoElement.prototype.requestVideoFrameCallback;
    HTMLVideoElement.prototype.requestVideoFrameCallback = function (this: HTMLVideoElement, callback) {
      const whenSeen: VideoFrameRequestCallback = (nowMs, frame) => {
        if (document.visibilityState === "visible") callback(nowMs, frame);
        else request.call(this, whenSeen);
      };
      return request.call(this, whenSeen);
    };
  });
}

async function setHidden(page: Page, hidden: boolean): Promise<void> {
  await page.evaluate((hidden) => {
    Object.defineProperty(document, "visibilityState", { configurable: true, get: () => (hidden ? "hidden" : "visible") });
    document.dispatchEvent(new Event("visibilitychange"));
  }, hidden);
}
