// Lanternfly. Joins the rules to screen, sound and hands.

import { botHolds } from "./bot.js";
import { createHud } from "./hud.js";
import { listen } from "./input.js";
import { createPainter } from "./painter.js";
import { createSound } from "./sound.js";
import { createSparks } from "./sparks.js";
import { THEME_METRES } from "./themes.js";
import { createWorld, metresOf, scoreOf, step, STEP_S, WATER_Y } from "./world.js";

const BEST_KEY = "lanternfly.best";
/** Nobody means to start again by the press that came too late. */
const REST_S = 0.7;
/** A page that was stopped goes on from where it was, not through all it missed. */
const ELAPSED_S_MAX = 0.1;

const painter = createPainter(document.querySelector("canvas"));
const sparks = createSparks();
const hud = createHud();
const sound = createSound();

/** "title": it plays by itself; "playing"; "over". */
let scene = "title";
let world = createWorld(1);
let best = Number(localStorage.getItem(BEST_KEY)) || 0;
let isBest = false;
let paused = false;
let sceneS = 0;
let timeS = 0;
let owedS = 0;
let beforeMs;

const hands = listen({
  onPress() {
    sound.wake();
    if (paused) paused = false;
    else if (scene === "title" || (scene === "over" && sceneS > REST_S)) start();
  },
  onPause() {
    if (scene === "playing") paused = !paused;
  },
  onMute: () => sound.toggleMute(),
});

function start() {
  // The first press starts the night and catches the first lantern.
  world = createWorld(Math.floor(Math.random() * 2 ** 31));
  painter.forgetTrail();
  enter("playing");
}

function enter(next) {
  scene = next;
  sceneS = 0;
}

function show(event) {
  const { player } = world;
  if (scene === "playing") sound.play(event);
  switch (event.kind) {
    case "grab":
      return sparks.burst({ x: event.lantern.x, y: event.lantern.y, count: 8, speed: 170, sprite: "spark" });
    case "perfect":
      if (scene === "playing") hud.say("perfect", event.x, event.y);
      return sparks.burst({ x: event.x, y: event.y, count: 12, speed: 260, sprite: "spark" });
    case "fly":
      return sparks.burst({ x: event.x, y: event.y, count: 4, speed: 90, sprite: "fly" });
    case "gust":
      if (scene === "playing") hud.say("gust!", player.x, player.y);
      return sparks.burst({ x: player.x, y: player.y, count: 22, speed: 420, sprite: "drop" });
    case "snap":
      if (scene === "playing") hud.say("burnt through", player.x, player.y);
      return sparks.burst({ x: event.lantern.x, y: event.lantern.y + 24, count: 10, speed: 200, sprite: "spark" });
    case "skim-won":
      return scene === "playing" ? hud.say("+1 skip", player.x, player.y) : undefined;
    case "skim":
    case "splash":
      return sparks.burst({ x: event.x, y: WATER_Y, count: event.kind === "skim" ? 26 : 70, speed: 240, sprite: "drop", upwards: 420 });
  }
}

function move(elapsedS) {
  const holding = scene === "playing" ? hands.isHeld() : botHolds(world);
  if (scene !== "playing") hands.isHeld();
  owedS += elapsedS;
  while (owedS >= STEP_S) {
    owedS -= STEP_S;
    for (const event of step(world, holding)) show(event);
  }
  sparks.move(elapsedS);
  if (!world.over) return;
  if (scene === "title") {
    world = createWorld(Math.floor(timeS * 1000));
    painter.forgetTrail();
  } else if (scene === "playing") {
    isBest = scoreOf(world) > best;
    best = Math.max(best, scoreOf(world));
    localStorage.setItem(BEST_KEY, String(best));
    enter("over");
  }
}

function draw(elapsedS) {
  const { context, width } = painter;
  painter.draw(world, sparks, timeS, world.over ? 0 : owedS, scene === "playing");
  hud.drawWords(context, world.player.x - width * 0.3, elapsedS);
  if (scene === "title") hud.drawTitle(context, width, timeS, best);
  if (scene === "playing") hud.drawScore(context, world, width, best);
  if (scene === "over") hud.drawOver(context, world, width, best, isBest, sceneS > REST_S, timeS);
  if (paused) hud.drawPaused(context, width);
}

function frame(nowMs) {
  const elapsedS = Math.min(ELAPSED_S_MAX, (nowMs - (beforeMs ?? nowMs)) / 1000);
  beforeMs = nowMs;
  timeS += elapsedS;
  sceneS += elapsedS;
  sound.keepTime(timeS);
  sound.setHour(Math.floor(metresOf(world) / THEME_METRES));
  if (paused) hands.isHeld();
  else move(elapsedS);
  draw(paused ? 0 : elapsedS);
  requestAnimationFrame(frame);
}
requestAnimationFrame(frame);
