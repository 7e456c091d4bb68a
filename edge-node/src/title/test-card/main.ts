// The test card: a title whose every picture can be read by a machine.

import { Scope } from "@nearframe/shared/lifetime";
import { CODE_MODULUS } from "@nearframe/shared/title/test-card-layout";
import type { CardState } from "@nearframe/shared/title/test-card/picture";
import { nothingTyped, typeKey } from "@nearframe/shared/title/test-card/typed-scene";
import { keyCode } from "@nearframe/shared/input/codes";
import type { XEvent } from "x11";
import { connectX11 } from "../../x11/connect.ts";
import { Painter } from "./painter.ts";
import { Presses } from "./presses.ts";
import { parseSettings } from "./settings.ts";
import { startSpeaker } from "./speaker.ts";
import { Tone } from "./tone.ts";

const { size, fps, toneHz, player } = parseSettings(process.env);
const name = process.env.DISPLAY ?? "";
const environment = process.env.XAUTHORITY === undefined ? {} : { XAUTHORITY: process.env.XAUTHORITY };
// The scope ends with the process: whoever started it kills it.
const { display, closed } = await connectX11({ name, environment }, new Scope(), (error) => quit(error.message));
void closed.then(() => quit("the display hung up"));

const painter = new Painter(display, size);
const presses = new Presses();
const tone = new Tone(toneHz);
startSpeaker(player, tone, quit);
const state: CardState = { frame: 0, flips: 0, wallMs: Date.now(), scene: 0, lastInput: "NOTHING PRESSED YET" };

let typed = nothingTyped;

display.client.on("event", (event: XEvent) => {
  const input = pressed(event);
  if (input === undefined) return;
  state.flips = (state.flips + 1) % CODE_MODULUS;
  state.lastInput = input;
  painter.drawFlip(state.flips);
  tone.click();
  if (event.name !== "KeyPress") return;
  const [next, scene] = typeKey(typed, keyCode((event.keycode ?? 0) - 8));
  typed = next;
  if (scene === undefined || scene === state.scene) return;
  state.scene = scene;
  painter.drawScene(scene);
});

await display.client.sync();
painter.focus();
const startedAtMs = performance.now();
let ticks = 0;
let drawn = true;
tick();

function tick(): void {
  // A server that is behind gets no queue of pictures: this one is left out.
  if (drawn) {
    drawn = false;
    state.frame = (state.frame + 1) % CODE_MODULUS;
    state.wallMs = Date.now();
    painter.drawPicture(state);
    display.client.sync().then(() => (drawn = true), (error: Error) => quit(error.message));
  }
  ticks = Math.max(ticks + 1, Math.ceil(((performance.now() - startedAtMs) * fps) / 1000));
  setTimeout(tick, startedAtMs + (ticks * 1000) / fps - performance.now());
}

/** What was pressed, in words; undefined for all else. */
function pressed(event: XEvent): string | undefined {
  const keycode = event.keycode ?? 0;
  if (event.name === "ButtonPress") return `BUTTON ${keycode}`;
  if (event.name !== "KeyPress" && event.name !== "KeyRelease") return undefined;
  const timeMs = Number(event.time);
  if (!presses.take({ down: event.name === "KeyPress", keycode, timeMs })) return undefined;
  return `KEY ${keyCode(keycode - 8) ?? keycode}`;
}

function quit(why: string): never {
  console.error(`The test card ends: ${why}.`);
  process.exit(1);
}
