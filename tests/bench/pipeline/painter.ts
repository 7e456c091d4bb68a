// A program of its own: draws the scene at a steady rate through MIT-SHM, as SDL
// and Qt do, and says when it handed each frame to the X server.
//
//   node painter.ts <display> <xauthority> <width> <height> <fps> <frames>
//
// Prints one line for each frame: number, wall time in ms.

import { promisify } from "node:util";
import type { ShmExtension } from "x11";
import { mappedMemory } from "@nearframe/edge-node/media/capture/adapters/shared-memory";
import { connectX11 } from "@nearframe/edge-node/x11/connect";
import { Scope } from "@nearframe/shared/lifetime";
import { BARCODE_NUMBERS, barcodePlaces, drawBarcode } from "./barcode.ts";
import { createScene } from "./scene.ts";
import { wallMs } from "./wall-time.ts";

const [displayName = "", authority = "", ...numbers] = process.argv.slice(2);
const [width = 0, height = 0, fps = 0, frames = 0] = numbers.map(Number);
const INPUT_OUTPUT = 1;
/** Timers may be late by a millisecond; the rest is waited for on the spot. */
const TIMER_SLACK_MS = 2;
const START_DELAY_MS = 300;
/** After a late frame the next comes no sooner than this much of an interval. */
const LATE_SHARE = 0.8;

const scope = new Scope();
const fail = (error: Error) => {
  throw error;
};
const address = { name: displayName, environment: { XAUTHORITY: authority } };
const { display } = await connectX11(address, scope, fail, { shm: mappedMemory, bufferRequests: false });
const { client } = display;
const screen = display.screen[0];
if (!screen) throw new Error("the display has no screen");
const shm = await promisify<"shm", ShmExtension>(client.require.bind(client))("shm");
const createSegment = promisify(shm.createSegment.bind(shm));
// Two pictures: one may still be read by the server while the next is drawn.
const segments = [await createSegment(width * height * 4), await createSegment(width * height * 4)];
const window = client.AllocID();
client.CreateWindow(window, screen.root, 0, 0, width, height, 0, 0, INPUT_OUTPUT, 0, {
  overrideRedirect: 1,
  backgroundPixel: screen.black_pixel,
});
client.MapWindow(window);
const pen = client.AllocID();
client.CreateGC(pen, window, {});
await client.sync();

const scene = createScene({ width, height });
const places = barcodePlaces({ width, height });
const waiting = new Int32Array(new SharedArrayBuffer(4));
const intervalMs = 1000 / fps;
let dueAtMs = performance.now() + START_DELAY_MS;
const log: string[] = [];
for (let index = 0; index < frames; index++) {
  const segment = segments[index % 2];
  if (!segment) throw new Error("a segment is missing");
  const pixels = new Uint32Array(segment.buffer.buffer, segment.buffer.byteOffset, width * height);
  scene.draw(pixels, index);
  const number = (index + 1) % BARCODE_NUMBERS;
  for (const place of places) drawBarcode(pixels, width, place, number);

  const waitMs = () => dueAtMs - performance.now();
  const timerMs = waitMs() - TIMER_SLACK_MS;
  if (timerMs > 0) await new Promise((resolve) => setTimeout(resolve, timerMs));
  // Returns at once when the time has passed.
  Atomics.wait(waiting, 0, 0, Math.max(0, waitMs()));
  // One that was late does not hurry after the clock: a title at vertical sync could not either.
  dueAtMs = Math.max(dueAtMs + intervalMs, performance.now() + intervalMs * LATE_SHARE);
  log.push(`${number} ${wallMs()}`);
  segment.putImage(window, pen, { width, height, depth: screen.root_depth });
}
await client.sync();
await new Promise<void>((resolve) => void process.stdout.write(`${log.join("\n")}\n`, () => resolve()));
await scope.close();
