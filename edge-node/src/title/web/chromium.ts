// How Chromium has to be started to be a screen for one page, and nothing else.

import { fileURLToPath } from "node:url";
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

export function chromiumArguments(settings: WebSettings, port: number): string[] {
  const { size, page, id } = settings;
  const host = titleHost(id);
  const address = page.startsWith("https://") ? page : `http://${host}/${page}`;
  // The first rule that fits counts.
  const names = [`MAP ${host} 127.0.0.1:${port}`, ...(settings.network ? [] : ["MAP * ~NOTFOUND"])];
  return [
    // One page, the whole screen, no questions.
    "--kiosk",
    `--app=${address}`,
    `--window-size=${size.width},${size.height}`,
    "--window-position=0,0",
    "--force-device-scale-factor=1",
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
    // The screen is drawn by the CPU, and is always looked at.
    "--disable-gpu",
    "--disable-background-timer-throttling",
    "--disable-backgrounding-occluded-windows",
    "--disable-renderer-backgrounding",
    // A spare process for the next page, of which there is none: 75 MB.
    "--disable-features=SpareRendererForSitePerProcess,Translate,MediaRouter,HardwareMediaKeyHandling",
    ...(settings.privileged ? ["--no-sandbox", "--test-type"] : []),
  ];
}
