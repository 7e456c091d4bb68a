// Bad networks, in real Chromium through the relay: what a step down, bursts of
// loss and a drive do to a stream that is playing.

import type { Page } from "playwright";
import { SessionQuality } from "@nearframe/shared/api/quality";
import { Scope } from "@nearframe/shared/lifetime";
import { CLEAR_LINK, type LinkProfile, type NetProfile } from "../../net/link/profile.ts";
import { loadProfile } from "../../net/profiles.ts";
import type { Relay } from "../../net/relay/relay.ts";
import { openBrowser, play } from "../../support/browser.ts";
import { delaysMs, freezesMs, installFrameProbe, longestFreezeMs, takeFrames, type SeenFrame } from "../../support/frame-probe.ts";
import { impair } from "../../support/impaired.ts";
import { freePort, startStack } from "../../support/stack.ts";
import { percentiles, rounded, type BenchRow } from "../rows.ts";
import { explainMinute, type Losses } from "./explain-minute.ts";

const SETTLE_MS = 6_000;
const STEP_WATCH_MS = 8_000;
const LOSS_WATCH_MS = 60_000;
/** What is felt as a stutter; more than a repair that comes at once costs. */
const STUTTER_MS = 100;
/** Two minutes and the time that the server gives their last seconds to arrive. */
const DRIVE_WATCH_MS = 135_000;
/** As fast as before the step, this much later than its path allows. */
const SETTLED_DELAY_MS = 100;
const MAX_KBPS = 20_000;
/** What G.1072 calls acceptable. */
const GOOD_MOS = 3.6;

const link = (change: Partial<LinkProfile>): LinkProfile => ({ ...CLEAR_LINK, delayMs: 10, ...change });
const profile = (about: string, down: Partial<LinkProfile>): NetProfile => ({ about, madeBy: "by hand", up: link({}), down: link(down) });

const CLEAR = profile("20 Mbit/s, 20 ms round trip", { rateKbps: 20_000, queueMs: 300 });
const NARROW = profile("5 Mbit/s, 20 ms round trip", { rateKbps: 5_000, queueMs: 300 });
const BURSTS = profile("3 % lost in bursts of 4", { burstLoss: { fraction: 0.03, packets: 4 } });

export async function runNetworkBench(): Promise<BenchRow[]> {
  return [...(await stepDown()), ...(await burstLoss()), ...(await drive())];
}

async function stepDown(): Promise<BenchRow[]> {
  await using scope = new Scope();
  const { page, relay } = await playThrough(CLEAR, scope);
  const before = percentiles(delaysMs(await watch(page, SETTLE_MS)));
  const steppedAtMs = Date.now();
  relay.setProfile(NARROW);
  const frames = await watch(page, STEP_WATCH_MS);
  const link = relay.stats().down;
  const after = percentiles(delaysMs(frames));
  const late = frames.filter(({ delayMs }) => delayMs !== undefined && delayMs > SETTLED_DELAY_MS);
  const settledMs = Math.max(0, (late.at(-1)?.shownAtMs ?? steppedAtMs) - steppedAtMs);
  const p95 = after.p95 ?? Infinity;
  return [
    { name: "frame delay on 20 Mbit/s, 20 ms round trip", unit: "ms", ...before, goal: null, met: null },
    { name: "step from 20 to 5 Mbit/s: frame delay", unit: "ms", ...after, goal: "p95 under 100", met: p95 < 100 },
    { name: "step from 20 to 5 Mbit/s: last frame later than 100 ms", unit: "ms after the step", value: rounded(settledMs), goal: "under 1000", met: settledMs < 1000 },
    { name: "step from 20 to 5 Mbit/s: longest freeze", unit: "ms", value: rounded(longestFreezeMs(frames)), goal: null, met: null },
    // Of the relay alone, so whatever the machine does to Chromium: how far the rate was behind the link.
    { name: "step from 20 to 5 Mbit/s: longest queue before the link", unit: "ms", value: rounded(link.queueMsMax), goal: null, met: null },
    { name: "step from 20 to 5 Mbit/s: packets that found no room in it", unit: "packets", value: link.dropped.queue, goal: null, met: null },
    { name: "step from 20 to 5 Mbit/s: frames whose clock can't be read", unit: `of ${frames.length}`, value: frames.length - delaysMs(frames).length, goal: null, met: null },
  ];
}

async function burstLoss(): Promise<BenchRow[]> {
  await using scope = new Scope();
  const { page, relay } = await playThrough(CLEAR, scope);
  await watch(page, SETTLE_MS);
  relay.setProfile(BURSTS);
  const frames = await watch(page, LOSS_WATCH_MS);
  const freezeMs = longestFreezeMs(frames);
  return [
    { name: "3 % burst loss: longest freeze", unit: "ms", value: rounded(freezeMs), goal: "under 150", met: freezeMs < 150 },
    { name: `3 % burst loss: freezes over ${STUTTER_MS} ms`, unit: "a minute", value: rounded((freezesMs(frames).filter((ms) => ms > STUTTER_MS).length * 60_000) / LOSS_WATCH_MS), goal: null, met: null },
    { name: "3 % burst loss: frames shown", unit: "1/s", value: rounded((frames.length * 1000) / LOSS_WATCH_MS), goal: null, met: null },
    { name: "3 % burst loss: frame delay", unit: "ms", ...percentiles(delaysMs(frames)), goal: null, met: null },
  ];
}

async function drive(): Promise<BenchRow[]> {
  await using scope = new Scope();
  const { page } = await playThrough(await loadProfile("lte-drive"), scope);
  const frames = await watch(page, DRIVE_WATCH_MS);
  const minutes = await readMinutes(page);
  const scores = minutes.map(({ mos }) => mos);
  const worst = minutes.toSorted((a, b) => a.mos - b.mos)[0];
  const goodShare = scores.filter((mos) => mos >= GOOD_MOS).length / scores.length;
  return [
    { name: "LTE drive: share of minutes with MOS 3.6 or better", unit: `of ${scores.length} minutes`, value: rounded(goodShare), goal: "1", met: goodShare === 1 },
    { name: "LTE drive: worst minute", unit: "MOS", value: rounded(Math.min(...scores)), goal: null, met: null },
    ...lossRows(worst && explainMinute(worst)),
    { name: "LTE drive: frame delay", unit: "ms", ...percentiles(delaysMs(frames)), goal: null, met: null },
    { name: "LTE drive: frames shown", unit: "1/s", value: rounded((frames.length * 1000) / DRIVE_WATCH_MS), goal: null, met: null },
    { name: "LTE drive: longest freeze", unit: "ms", value: rounded(longestFreezeMs(frames)), goal: null, met: null },
  ];
}

async function playThrough(network: NetProfile, scope: Scope): Promise<{ page: Page; relay: Relay }> {
  const mediaPort = await freePort();
  const stack = await startStack(
    { environment: { NEARFRAME_MEDIA_PORT: String(mediaPort), NEARFRAME_BITRATE_KBPS: String(MAX_KBPS) } },
    scope,
  );
  const browser = await openBrowser(scope);
  const page = await browser.newPage();
  const relay = await impair(page, mediaPort, network, scope);
  await play(page, stack.url, "test-card");
  await installFrameProbe(page);
  return { page, relay };
}

function lossRows(losses: Losses | undefined): BenchRow[] {
  if (!losses) return [];
  const row = (of: string, value: number): BenchRow => ({ name: `LTE drive: worst minute, lost to ${of}`, unit: "MOS", value: rounded(value), goal: null, met: null });
  return [row("frames that were never shown", losses.lostFrames), row("few bits", losses.fewBits), row("delay", losses.delay), row("freezes", losses.freezes)];
}

/** The minutes that the server has scored so far. */
async function readMinutes(page: Page): Promise<SessionQuality["minutes"]> {
  const answer = await page.evaluate(async () => {
    const session = window.__nearframe?.session;
    if (!session || !("sessionId" in session)) throw new Error("the page plays no session");
    const response = await fetch(`/api/sessions/${session.sessionId}/quality`, {
      headers: { authorization: `Bearer ${localStorage.getItem("nearframe.token")}` },
    });
    if (!response.ok) throw new Error(`the server answered ${response.status} when asked for the session's quality`);
    return (await response.json()) as unknown;
  });
  const { minutes } = SessionQuality.parse(answer);
  if (minutes.length === 0) throw new Error("the server scored no minute of the drive");
  return minutes;
}

async function watch(page: Page, durationMs: number): Promise<SeenFrame[]> {
  await takeFrames(page);
  await page.waitForTimeout(durationMs);
  return takeFrames(page);
}
