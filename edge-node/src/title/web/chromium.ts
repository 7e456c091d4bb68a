// How Chromium has to be started to be a screen for one page, and nothing else.

import { fileURLToPath } from "node:url";
import type { Sense } from "@nearframe/shared/title/senses";
import type { TitleSize } from "@nearframe/shared/title/manifest";

export type WebSettings = {
  chromium: string;
  setpriv: string;
  id: string;
  folder: string;
  /** A path in `folder`, or an https address. */
  page: string;
  size: TitleSize;
  profile: string;
  network: boolean;
  /** With a network: all that it may reach; left out: whatever is public. */
  networkNames?: readonly string[] | undefined;
  /** It has a graphics card to draw with. */
  onCard: boolean;
  /** It draws with WebGL, card or no card. */
  webgl: boolean;
  /** The page understands fingers. */
  touch: boolean;
  /** What it may have of the player's device, once the player grants it. */
  sensors: readonly Sense[];
  /** Chromium's own sandbox can't be had by root. */
  privileged: boolean;
};

/** An extension of ours that keeps the browser's own keys from doing anything. */
const GUARD_FOLDER = fileURLToPath(new URL("guard", import.meta.url));

/** The settings come from `runtimes/web.ts` of the same version, so only their being JSON is in doubt. */
export function parseWebSettings(text: string): WebSettings {
  return JSON.parse(text) as WebSettings;
}

/**
 * The name under which a title sees itself, whatever port it is served on: what
 * it stores belongs to this origin, and is found again in the next session.
 */
export const titleHost = (id: string): string => `${id}.localhost`;

export const addressOf = ({ page, id }: WebSettings): string => (page.startsWith("https://") ? page : `http://${titleHost(id)}/${page}`);

/** Whose permissions the player's grants are. */
export const originOf = (settings: WebSettings): string => new URL(addressOf(settings)).origin;

/**
 * A page that asks for sensors or a touch screen before they are there never asks again, and the window's first page
 * does not wait for the DevTools. So it begins empty where there are any, or a camera, and goes on from there.
 */
export const opensLater = ({ sensors, touch }: Pick<WebSettings, "sensors" | "touch">): boolean =>
  touch || sensors.includes("motion") || sensors.includes("camera");

/** The sandbox holds these too; a page is told at once, and where there is no sandbox these are what there is. */
function outsideRules({ network, networkNames }: Pick<WebSettings, "network" | "networkNames">): string[] {
  if (network && !networkNames) return [];
  return ["MAP * ~NOTFOUND", ...(network ? (networkNames ?? []).map((name) => `EXCLUDE ${name}`) : [])];
}

/**
 * On a card the pages and their WebGL are drawn by Vulkan, as titles on cards are: a session's display is no screen of
 * any card. Chromium's list of cards that it distrusts knows desktops; the operator has chosen this one. (Its own
 * pages by Vulkan without ANGLE, --enable-features=Vulkan, do not come up on Mesa 22.) Without a card, by the processor: WebGL by SwiftShader, which
 * takes about 100 MB, and which Chromium calls unsafe as pages reach a compiler by it. Here they are in a sandbox besides.
 */
function drawingArguments({ onCard, webgl }: Pick<WebSettings, "onCard" | "webgl">): string[] {
  if (onCard) return ["--ignore-gpu-blocklist", "--use-angle=vulkan"];
  return ["--disable-gpu", ...(webgl ? ["--enable-unsafe-swiftshader"] : [])];
}

export function chromiumArguments(settings: WebSettings, port: number): string[] {
  const { size } = settings;
  const host = titleHost(settings.id);
  // The first rule that fits counts.
  const names = [`MAP ${host} 127.0.0.1:${port}`, ...outsideRules(settings)];
  return [
    // One page, the whole screen, no questions.
    "--kiosk",
    `--app=${opensLater(settings) ? "about:blank" : addressOf(settings)}`,
    `--window-size=${size.width},${size.height}`,
    "--window-position=0,0",
    "--force-device-scale-factor=1",
    // Ours alone: no port, so neither the page nor anybody else on the machine can reach it.
    "--remote-debugging-pipe",
    `--user-data-dir=${settings.profile}`,
    "--no-first-run",
    "--no-default-browser-check",
    "--disable-infobars",
    "--noerrdialogs",
    "--disable-session-crashed-bubble",
    "--hide-crash-restore-bubble",
    "--disable-pinch",
    // Without a desktop it has a dozen complaints, which would push the last words of a crash out of the log.
    "--log-level=3",
    "--overscroll-history-navigation=0",
    "--password-store=basic",
    "--autoplay-policy=no-user-gesture-required",
    // Only the page itself reaches out.
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-default-apps",
    `--disable-extensions-except=${GUARD_FOLDER}`,
    `--load-extension=${GUARD_FOLDER}`,
    "--disable-domain-reliability",
    "--disable-breakpad",
    "--disable-quic",
    "--no-pings",
    `--host-resolver-rules=${names.join(", ")}`,
    ...drawingArguments(settings),
    // It is always looked at.
    "--disable-background-timer-throttling",
    "--disable-backgrounding-occluded-windows",
    "--disable-renderer-backgrounding",
    // A spare process for the next page, of which there is none: 75 MB.
    "--disable-features=SpareRendererForSitePerProcess,Translate,MediaRouter,HardwareMediaKeyHandling",
    ...(settings.privileged ? ["--no-sandbox", "--test-type"] : []),
  ];
}
