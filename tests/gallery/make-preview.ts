// Makes a title's preview, the clip that moves while a player waits, from its own play:
//
//   node tests/gallery/make-preview.ts freedoom [--out FILE] [--seconds N]
//
// Plays the title on a stack of its own in Chromium, records what it shows while the keys
// below are pressed, and packs some seconds of it with ffmpeg: 480 wide, 15 frames a second,
// no sound, H.264, which every browser plays. A game that can show a recorded run of itself,
// or begin in the middle, is run so.

import { cp, mkdtemp, readFile, rm, stat, writeFile } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { parseArgs } from "node:util";
import ffmpegInstaller from "@ffmpeg-installer/ffmpeg";
import ffmpeg from "fluent-ffmpeg";
import type { Page } from "playwright";
import { Scope } from "@nearframe/shared/lifetime";
import { MANIFEST_FILE } from "@nearframe/shared/title/load-titles";
import { openBrowser, play } from "../support/browser.ts";
import { ROOT, startStack } from "../support/stack.ts";

/** Keys to hold together, with spaces between, one step after another; none is a pause. */
type Moves = readonly (readonly [keys: string, ms: number])[];
type Script = {
  before: Moves;
  recorded: Moves;
  /** Left out of what was recorded, at its beginning. */
  skipS?: number;
  /** Of which so much is taken. */
  seconds?: number;
  /** In place of the title's own. */
  command?: readonly string[];
};

const times = (count: number, moves: Moves): Moves => Array.from({ length: count }, () => moves).flat();

const SCRIPTS: Readonly<Record<string, Script>> = {
  // Somebody's run through a level, which comes with the game.
  freedoom: {
    command: ["chocolate-doom", "-iwad", "/usr/share/games/doom/freedoom1.wad", "-playdemo", "demo1"],
    before: [["", 2_000]],
    recorded: [["", 22_500]],
    skipS: 13.5,
  },
  // It plays by itself behind its name.
  lanternfly: {
    before: [["", 3_000]],
    recorded: [["", 8_500]],
  },
  supertux: {
    command: ["supertux2", "--renderer", "sdl", "--fullscreen", "--geometry", "1280x720", "/usr/share/games/supertux2/levels/world1/welcome_antarctica.stl"],
    before: [["", 4_000]],
    recorded: times(10, [["ArrowRight", 700], ["ArrowRight Space", 500]]),
    // The level's name, which is shown first; and the run's end under a snowball.
    skipS: 3.3,
    seconds: 4,
  },
  "tux-racer": {
    before: [["", 3_000], ["Enter", 100], ["", 1_500], ["Enter", 100], ["", 1_500], ["Enter", 100], ["", 1_500], ["Enter", 100], ["", 6_000]],
    recorded: times(4, [["ArrowUp", 1_400], ["ArrowLeft", 300], ["ArrowRight", 300]]),
  },
};
const SECONDS = 8;
const WIDTH = 480;
const FPS = 15;
const TITLES = path.join(ROOT, "edge-node/titles");

async function perform(page: Page, moves: Moves): Promise<void> {
  for (const [keys, ms] of moves) {
    const held = keys.split(" ").filter(Boolean);
    for (const key of held) await page.keyboard.down(key);
    await page.waitForTimeout(ms);
    for (const key of held.toReversed()) await page.keyboard.up(key);
  }
}

/** A copy of the title that runs another command, under a name of its own. */
async function copyWith(titleId: string, command: readonly string[], folder: string): Promise<string> {
  const copyId = `${titleId}-clip`;
  const copy = path.join(folder, "titles", copyId);
  await cp(path.join(TITLES, titleId), copy, { recursive: true });
  const file = path.join(copy, MANIFEST_FILE);
  const manifest = JSON.parse(await readFile(file, "utf8")) as object;
  await writeFile(file, JSON.stringify({ ...manifest, id: copyId, command }));
  return copyId;
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

const pack = (from: string, to: string, skipS: number, seconds: number) =>
  new Promise<void>((resolve, reject) => {
    ffmpeg(from)
      .setFfmpegPath(ffmpegInstaller.path)
      // A recording has no index to seek by: it is read from its beginning.
      .seek(skipS)
      .duration(seconds)
      .noAudio()
      .videoFilters(`fps=${FPS},scale=${WIDTH}:-2:flags=lanczos`)
      .videoCodec("libx264")
      .outputOptions("-preset", "veryslow", "-crf", "31", "-maxrate", "125k", "-bufsize", "250k", "-pix_fmt", "yuv420p", "-movflags", "+faststart")
      .on("end", () => resolve())
      .on("error", reject)
      .save(to);
  });

const { values, positionals } = parseArgs({ allowPositionals: true, options: { out: { type: "string" }, seconds: { type: "string" } } });
for (const titleId of positionals) {
  const script = SCRIPTS[titleId];
  if (!script) throw new Error(`there are moves for ${Object.keys(SCRIPTS).join(", ")}; add what to press in ${titleId}`);
  const out = values.out ?? path.join(TITLES, titleId, "art/preview.mp4");
  const scope = new Scope();
  const folder = scope.own(await mkdtemp(path.join(os.tmpdir(), "nearframe-preview-")), (it) => rm(it, { recursive: true, force: true }));
  try {
    const played = script.command ? await copyWith(titleId, script.command, folder) : titleId;
    const stack = await startStack(script.command ? { titles: [path.join(folder, "titles")] } : {}, scope);
    const browser = await openBrowser(scope);
    const page = await browser.newPage();
    await play(page, stack.url, played);
    await perform(page, script.before);
    await startRecording(page);
    await perform(page, script.recorded);
    const recorded = path.join(folder, "recorded.webm");
    await writeFile(recorded, await stopRecording(page));
    await pack(recorded, out, script.skipS ?? 0, Number(values.seconds ?? script.seconds ?? SECONDS));
    console.log(`${titleId}: ${out}, ${Math.round((await stat(out)).size / 1024)} KiB`);
  } finally {
    await scope.close();
  }
}
