// Plays samples as they fall due, through PulseAudio's own player program.
//
// A pipe would take most of a second of sound and make every click late; so
// samples are made by the clock, a little ahead of the moment they are heard.

import { spawn } from "node:child_process";
import { createInterface } from "node:readline";
import { SAMPLE_RATE, type Tone } from "./tone.ts";

const TICK_MS = 10;
/** Spare, for a tick that comes late. */
const LEAD_MS = 5;
/** After a longer pause (a stopped machine) the sound goes on from now. */
const CATCH_UP_MS_MAX = 100;
/** From here on samples are heard; what was written before would stay ahead of them for good. */
const PLAYING_LINE = /Stream successfully created/;

export function startSpeaker(player: string, tone: Tone, onEnd: (why: string) => void): void {
  const child = spawn(
    player,
    ["--verbose", "--playback", "--raw", "--format=s16le", `--rate=${SAMPLE_RATE}`, "--channels=1", "--latency-msec=10"],
    { stdio: ["pipe", "ignore", "pipe"], env: { ...process.env, LC_ALL: "C" } },
  );
  let lastLine = "it said nothing";
  child.once("error", (error) => onEnd(`${player} could not be started: ${error.message}`));
  child.once("exit", () => onEnd(`${player} ended: ${lastLine}`));
  child.stdin.on("error", (error) => onEnd(`${player} takes no more sound: ${error.message}`));
  createInterface(child.stderr).on("line", (line) => {
    lastLine = line;
    if (PLAYING_LINE.test(line)) playFromNow();
  });

  function playFromNow(): void {
    let dueFromMs = performance.now() - LEAD_MS;
    setInterval(() => {
      const nowMs = performance.now();
      dueFromMs = Math.max(dueFromMs, nowMs - CATCH_UP_MS_MAX);
      const count = Math.floor(((nowMs - dueFromMs) * SAMPLE_RATE) / 1000);
      dueFromMs += (count * 1000) / SAMPLE_RATE;
      // A player that does not keep up gets no queue to fall behind with.
      if (child.stdin.writableLength === 0) child.stdin.write(tone.next(count));
    }, TICK_MS);
  }
}
