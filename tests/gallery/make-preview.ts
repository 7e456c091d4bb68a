// Makes a title's preview, the clip that moves while a player waits, from its own play:
//
//   node tests/gallery/make-preview.ts freedoom [--out FILE]
//
// Plays the title on a stack of its own in Chromium, records what it shows while the keys
// below are pressed, and packs some seconds of it with ffmpeg: 480 wide, 15 frames a second,
// no sound, H.264, which every browser plays.

import { writeFile, mkdtemp, rm, stat } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { parseArgs } from "node:util";
import ffmpegInstaller from "@ffmpeg-installer/ffmpeg";
import ffmpeg from "fluent-ffmpeg";
import type { Page } from "playwright";
import { Scope } from "@nearframe/shared/lifetime";
import { openBrowser, play } from "../support/browser.ts";
import { ROOT, startStack } from "../support/stack.ts";

/** Keys to hold one after another, each for so long; nothing is a pause. */
type Moves = readonly (readonly [key: string | undefined, ms: number])[];
type Script = { before: Moves; recorded: Moves };

const times = (count: number, moves: Moves): Moves => Array.from({ length: count }, () => moves).flat();

const SCRIPTS: Readonly<Record<string, Script>> = {
  freedoom: {
    before: [[undefined, 2_000]],
    recorded: [["w", 1_600], ["ArrowRight", 350], ["w", 1_400], ["Control", 500], ["ArrowLeft", 500], ["w", 1_500], ["Control", 700], ["ArrowRight", 400], ["w", 1_300]],
  },
  lanternfly: {
    before: [[undefined, 1_500], [" ", 100], [undefined, 800]],
    recorded: times(9, [[" ", 620], [undefined, 330]]),
  },
  supertux: {
    before: [[undefined, 3_000], ["Enter", 100], [undefined, 1_500], ["Enter", 100], [undefined, 2_500], ["Enter", 100], [undefined, 3_000], ["Escape", 100], [undefined, 2_000], ["Enter", 100], [undefined, 3_500]],
    recorded: times(6, [["ArrowRight", 900], [" ", 500]]),
  },
  "tux-racer": {
    before: [[undefined, 3_000], ["Enter", 100], [undefined, 1_500], ["Enter", 100], [undefined, 1_500], ["Enter", 100], [undefined, 1_500], ["Enter", 100], [undefined, 6_000]],
    recorded: times(4, [["ArrowUp", 1_400], ["ArrowLeft", 300], ["ArrowRight", 300]]),
  },
};
const SECONDS = 8;
const WIDTH = 480;
const FPS = 15;

async function perform(page: Page, moves: Moves): Promise<void> {
  for (const [key, ms] of moves) {
    if (key !== undefined) await page.keyboard.down(key);
    await page.waitForTimeout(ms);
    if (key !== undefined) await page.keyboard.up(key);
  }
}

const startRecording = (page: Page) =>
  page.evaluate(() => {
    const stream = document.querySelector("video")?.srcObject;
    if (!(stream instanceof MediaStream)) throw new Error("the page shows no picture");
    const recorder = new MediaRecorder(stream, { mimeType: "video/webm;codecs=vp8", videoBitsPerSecond: 8_000_000 });
    const pieces: Blob[] = [];
    recorder.ondataavailable = ({ data }) => pieces.push(data);
    recorder.start(500);
    Object.assign(window, { recorder, pieces });
  });

async function stopRecording(page: Page): Promise<Buffer> {
  const text = await page.evaluate(async () => {
    const { recorder, pieces } = window as unknown as { recorder: MediaRecorder; pieces: Blob[] };
    await new Promise((resolve) => {
      recorder.onstop = resolve;
      recorder.stop();
    });
    const bytes = new Uint8Array(await new Blob(pieces).arrayBuffer());
    let text = "";
    for (let i = 0; i < bytes.length; i += 8_192) text += String.fromCharCode(...bytes.subarray(i, i + 8_192));
    return btoa(text);
  });
  return Buffer.from(text, "base64");
}

const pack = (from: string, to: string) =>
  new Promise<void>((resolve, reject) => {
    ffmpeg(from)
      .setFfmpegPath(ffmpegInstaller.path)
      .duration(SECONDS)
      .noAudio()
      .videoFilters(`fps=${FPS},scale=${WIDTH}:-2:flags=lanczos`)
      .videoCodec("libx264")
      .outputOptions("-preset", "veryslow", "-crf", "31", "-pix_fmt", "yuv420p", "-movflags", "+faststart")
      .on("end", () => resolve())
      .on("error", reject)
      .save(to);
  });

const { values, positionals } = parseArgs({ allowPositionals: true, options: { out: { type: "string" } } });
for (const titleId of positionals) {
  const script = SCRIPTS[titleId];
  if (!script) throw new Error(`there are moves for ${Object.keys(SCRIPTS).join(", ")}; add what to press in ${titleId}`);
  const out = values.out ?? path.join(ROOT, "edge-node/titles", titleId, "art/preview.mp4");
  const scope = new Scope();
  const folder = scope.own(await mkdtemp(path.join(os.tmpdir(), "nearframe-preview-")), (it) => rm(it, { recursive: true, force: true }));
  try {
    const stack = await startStack({}, scope);
    const browser = await openBrowser(scope);
    const page = await browser.newPage();
    await play(page, stack.url, titleId);
    await perform(page, script.before);
    await startRecording(page);
    await perform(page, script.recorded);
    const recorded = path.join(folder, "recorded.webm");
    await writeFile(recorded, await stopRecording(page));
    await pack(recorded, out);
    console.log(`${titleId}: ${out}, ${Math.round((await stat(out)).size / 1024)} KiB`);
  } finally {
    await scope.close();
  }
}
