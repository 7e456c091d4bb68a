// Takes a picture of every screen, upright and sideways, for docs/gallery.md:
//
//   node tests/gallery/take-pictures.ts [--out FOLDER] [--only NAME,NAME]
//
// The screens come from the client's fixture page, plain values without a server; the
// titles on them are this repository's own, with their artwork.

import { mkdir, readFile, writeFile } from "node:fs/promises";
import path from "node:path";
import { parseArgs } from "node:util";
import { createServer } from "vite";
import { chromium, type Browser, type Page } from "playwright";
import { parseManifest, type TitleManifest } from "@nearframe/shared/title/manifest";
import { ROOT } from "../support/stack.ts";
import { SHOTS, type Shot } from "./shots.ts";

const TITLES = ["freedoom", "supertux", "tux-racer", "lanternfly", "phone", "test-card"];
const TITLES_FOLDER = path.join(ROOT, "edge-node/titles");
const QUALITY = 72;

const SCREENS = {
  portrait: { viewport: { width: 390, height: 844 }, deviceScaleFactor: 1.5, isMobile: true, hasTouch: true },
  landscape: { viewport: { width: 844, height: 390 }, deviceScaleFactor: 1.5, isMobile: true, hasTouch: true },
  desktop: { viewport: { width: 1280, height: 720 }, deviceScaleFactor: 1 },
} as const;

async function manifests(): Promise<TitleManifest[]> {
  return Promise.all(
    TITLES.map(async (id) => {
      const file = path.join(TITLES_FOLDER, id, "title.json");
      const parsed = parseManifest(await readFile(file, "utf8"), file);
      if (!parsed.ok) throw new Error(parsed.problems.map(({ field, reason }) => `${file}: ${field}: ${reason}`).join("\n"));
      return parsed.manifest;
    }),
  );
}

async function openFixture(browser: Browser, shot: Shot, titles: readonly TitleManifest[]): Promise<Page> {
  const context = await browser.newContext({ ...SCREENS[shot.on], reducedMotion: shot.clip ? "no-preference" : "reduce", colorScheme: "dark" });
  const page = await context.newPage();
  page.on("pageerror", (error) => console.error(`${shot.name}: ${error.message}`));
  await page.route(/\/art\//, async (route) => {
    const [, id = "", kind = ""] = /\/art\/([a-z-]+)\/(cover|hero|icon|preview)$/.exec(route.request().url()) ?? [];
    const art = titles.find((title) => title.id === id)?.art;
    const file = art?.[kind as "cover" | "hero" | "icon" | "preview"];
    return file === undefined ? route.abort() : route.fulfill({ path: path.join(TITLES_FOLDER, id, file) });
  });
  const shown = titles.map(({ id, name, summary, publisher, credits, category, art, size, fps, input }) => ({
    id, name, summary, publisher, credits, category, size, fps, input,
    art: {
      cover: `/art/${id}/cover`, hero: `/art/${id}/hero`, accent: art.accent,
      ...(art.icon !== undefined && { icon: `/art/${id}/icon` }),
      ...(art.preview !== undefined && { preview: `/art/${id}/preview` }),
    },
    availability: { state: "now" },
  }));
  await page.addInitScript((titles) => Object.assign(window, { __fixtureTitles: titles, __fixturePhone: "/art/phone/cover" }), shown);
  return page;
}

async function takePicture(page: Page, url: string, shot: Shot, file: string): Promise<number> {
  const query = new URLSearchParams({ screen: shot.screen, ...shot.settings });
  await page.goto(`${url}fixture/index.html?${query}`, { waitUntil: "networkidle" });
  await page.locator("#root > *").first().waitFor();
  await page.evaluate(async () => {
    await document.fonts.ready;
    const images = [...document.images];
    // Lazy pictures far from the screen never start by themselves.
    for (const image of images) image.loading = "eager";
    await Promise.all(images.map((image) => image.decode().catch(() => undefined)));
  });
  if (shot.seen) await page.locator(shot.seen).scrollIntoViewIfNeeded();
  if (shot.clip) {
    await page.locator("video[data-moves=true]").evaluate(async (video) => {
      const clip = video as HTMLVideoElement;
      while (clip.currentTime < 2) await new Promise((resolve) => clip.addEventListener("timeupdate", resolve, { once: true }));
      clip.pause();
      await Promise.all(clip.getAnimations().map(({ finished }) => finished));
    });
  }
  const session = await page.context().newCDPSession(page);
  const { data } = await session.send("Page.captureScreenshot", { format: "webp", quality: QUALITY });
  const bytes = Buffer.from(data, "base64");
  await writeFile(file, bytes);
  return bytes.length;
}

const { values } = parseArgs({
  options: { out: { type: "string", default: path.join(ROOT, "docs/images/gallery") }, only: { type: "string" } },
});
const wanted = values.only?.split(",");
const shots = SHOTS.filter(({ name }) => wanted === undefined || wanted.some((each) => name.startsWith(each)));
await mkdir(values.out, { recursive: true });
const titles = await manifests();
const server = await createServer({ root: path.join(ROOT, "client"), configFile: path.join(ROOT, "client/vite.config.ts"), logLevel: "error", server: { port: 0, hmr: false } });
await server.listen();
const url = server.resolvedUrls?.local[0];
if (url === undefined) throw new Error("the client's pages are served nowhere");
const browser = await chromium.launch({ executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium", args: ["--no-sandbox", "--disable-gpu"] });
try {
  for (const shot of shots) {
    const page = await openFixture(browser, shot, titles);
    const bytes = await takePicture(page, url, shot, path.join(values.out, `${shot.name}.webp`));
    console.log(`${shot.name}: ${Math.round(bytes / 1024)} KiB`);
    await page.context().close();
  }
} finally {
  await browser.close();
  await server.close();
}
