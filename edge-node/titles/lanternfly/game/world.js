// The rules: a moth that swings from lantern to lantern on a thread of silk, over a
// lake. Hold to swing, let go to fly. Knows nothing of screens, sounds or keys.
//
// Lengths are in points of a view 720 high, y downwards; times in seconds.

import { makeRandom } from "./random.js";

export const VIEW_HEIGHT = 720;
export const WATER_Y = 640;
export const METRE = 50;
/** The rules are stepped this often, however often they are drawn. */
export const STEP_S = 1 / 240;

const GRAVITY = 1300;
const SPEED_MAX = 1350;
const REACH = 430;
const REACH_BEHIND = 50;
const THREAD_MIN = 95;
/** The thread is drawn in while it holds, which is what makes a swing faster than a fall. */
const REEL_PER_S = 70;
const PUMP = 320;
/** A lantern's flame burns through the thread; a cracked one's at once nearly. */
const BURN_S = 2.4;
const BURN_CRACKED_S = 0.75;
const FLY_REACH = 46;
const SKIM_SPEED_MIN = 520;
const SKIMS_MAX = 3;
const FLIES_PER_SKIM = 20;
/** Let go this steeply upwards, and it was perfect. */
const PERFECT = { from: 0.42, to: 1.05 };

export const POINTS = { metre: 1, fly: 10, perfect: 25 };

export function createWorld(seed) {
  const world = {
    random: makeRandom(seed),
    timeS: 0,
    player: { x: 0, y: 300, vx: 0, vy: 0, tilt: 0 },
    lanterns: [{ x: 130, y: 150, kind: "paper", lit: 1 }],
    flies: [],
    thread: undefined,
    /** Pressing while nothing is in reach does nothing until the next press. */
    wasHolding: false,
    /** How often the lake may still be touched. */
    skims: 2,
    fliesCaught: 0,
    perfects: 0,
    chain: 0,
    over: false,
  };
  lookAhead(world);
  return world;
}

export const metresOf = (world) => Math.max(0, Math.floor(world.player.x / METRE));

export const scoreOf = (world) =>
  metresOf(world) * POINTS.metre + world.fliesCaught * POINTS.fly + world.perfects * POINTS.perfect;

/** The lantern that a press would catch now. */
export function lanternInReach(world) {
  const { x, y } = world.player;
  let best;
  let bestCost = Infinity;
  for (const lantern of world.lanterns) {
    const dx = lantern.x - x;
    const dy = lantern.y - y;
    const distance = Math.hypot(dx, dy);
    if (distance > REACH || dx < -REACH_BEHIND || dy > 20) continue;
    // A lantern ahead and above gives the longest swing.
    const cost = Math.abs(distance - 230) - dx * 0.9;
    if (cost < bestCost) [best, bestCost] = [lantern, cost];
  }
  return best;
}

/** Moves the world on by STEP_S; returns what happened, in order. */
export function step(world, holding) {
  if (world.over) return [];
  const events = [];
  const { player } = world;
  world.timeS += STEP_S;

  if (holding && !world.wasHolding) grab(world, events);
  if (!holding && world.thread) letGo(world, events);
  world.wasHolding = holding;

  player.vy += GRAVITY * STEP_S;
  if (world.thread) swing(world, events);
  const speed = Math.hypot(player.vx, player.vy);
  if (speed > SPEED_MAX) {
    player.vx *= SPEED_MAX / speed;
    player.vy *= SPEED_MAX / speed;
  }
  player.x += player.vx * STEP_S;
  player.y += player.vy * STEP_S;
  if (world.thread) keepOnThread(world);
  player.tilt += (Math.atan2(player.vy, Math.max(60, player.vx)) - player.tilt) * Math.min(1, STEP_S * 10);

  catchFlies(world, events);
  touchWater(world, events);
  for (const lantern of world.lanterns) {
    const target = world.thread?.lantern === lantern ? 1 : lantern.used ? 0.25 : 0.7;
    lantern.lit += (target - lantern.lit) * STEP_S * 5;
  }
  lookAhead(world);
  return events;
}

function grab(world, events) {
  const lantern = lanternInReach(world);
  if (!lantern) return;
  const { player } = world;
  const length = Math.max(THREAD_MIN, Math.hypot(lantern.x - player.x, lantern.y - player.y));
  world.thread = { lantern, length, heldS: 0, burnS: lantern.kind === "cracked" ? BURN_CRACKED_S : BURN_S };
  if (!lantern.used) world.chain += 1;
  lantern.used = true;
  events.push({ kind: "grab", lantern, chain: world.chain });
  if (lantern.kind === "gust") {
    player.vx = Math.max(player.vx, 200) * 1.35;
    player.vy *= 1.1;
    events.push({ kind: "gust", lantern });
  }
}

function letGo(world, events) {
  const { player } = world;
  const climb = Math.atan2(-player.vy, player.vx);
  const speed = Math.hypot(player.vx, player.vy);
  world.thread = undefined;
  if (climb > PERFECT.from && climb < PERFECT.to && speed > 420) {
    player.vx *= 1.08;
    player.vy *= 1.08;
    world.perfects += 1;
    events.push({ kind: "perfect", x: player.x, y: player.y });
  } else {
    events.push({ kind: "release", x: player.x, y: player.y });
  }
}

function swing(world, events) {
  const { player, thread } = world;
  thread.heldS += STEP_S;
  thread.length = Math.max(THREAD_MIN, thread.length - REEL_PER_S * STEP_S);
  const speed = Math.hypot(player.vx, player.vy);
  if (player.vx > 0 && speed > 1) {
    player.vx += (player.vx / speed) * PUMP * STEP_S;
    player.vy += (player.vy / speed) * PUMP * STEP_S;
  }
  if (thread.heldS >= thread.burnS) {
    world.thread = undefined;
    events.push({ kind: "snap", lantern: thread.lantern });
  }
}

/** A thread pulls but never pushes. */
function keepOnThread({ player, thread }) {
  const dx = player.x - thread.lantern.x;
  const dy = player.y - thread.lantern.y;
  const distance = Math.hypot(dx, dy);
  if (distance <= thread.length || distance === 0) return;
  const [nx, ny] = [dx / distance, dy / distance];
  player.x = thread.lantern.x + nx * thread.length;
  player.y = thread.lantern.y + ny * thread.length;
  const outwards = player.vx * nx + player.vy * ny;
  if (outwards > 0) {
    // What pointed away from the lantern goes on along the circle, so that a fall is not wasted.
    const before = Math.hypot(player.vx, player.vy);
    player.vx -= nx * outwards;
    player.vy -= ny * outwards;
    const after = Math.hypot(player.vx, player.vy);
    if (after > 1) {
      const kept = after + (before - after) * 0.6;
      player.vx *= kept / after;
      player.vy *= kept / after;
    }
  }
}

function catchFlies(world, events) {
  const { player } = world;
  for (const fly of world.flies) {
    if (fly.caught || Math.abs(fly.x - player.x) > FLY_REACH || Math.abs(fly.y - player.y) > FLY_REACH) continue;
    fly.caught = true;
    world.fliesCaught += 1;
    events.push({ kind: "fly", x: fly.x, y: fly.y, count: world.fliesCaught });
    if (world.fliesCaught % FLIES_PER_SKIM === 0 && world.skims < SKIMS_MAX) {
      world.skims += 1;
      events.push({ kind: "skim-won" });
    }
  }
}

function touchWater(world, events) {
  const { player } = world;
  if (player.y < WATER_Y) return;
  player.y = WATER_Y;
  if (world.skims > 0 && player.vx > SKIM_SPEED_MIN * 0.5) {
    world.skims -= 1;
    world.thread = undefined;
    player.vx = Math.max(player.vx * 0.95, SKIM_SPEED_MIN);
    player.vy = -Math.max(520, player.vy * 0.62);
    events.push({ kind: "skim", x: player.x });
    return;
  }
  world.over = true;
  world.thread = undefined;
  events.push({ kind: "splash", x: player.x });
}

/** Hangs lanterns ahead and forgets those behind. Farther out they hang wider, and fewer can be trusted. */
function lookAhead(world) {
  const { random, player, lanterns } = world;
  while (lanterns[lanterns.length - 1].x < player.x + 1900) {
    const last = lanterns[lanterns.length - 1];
    const far = Math.min(1, last.x / (900 * METRE));
    const gap = 250 + far * 90 + random() * (90 + far * 60);
    const y = Math.max(90, Math.min(330, last.y + (random() - 0.5) * (150 + far * 130)));
    const roll = random();
    const kind = last.x > 2500 && roll < 0.1 + far * 0.2 ? "cracked" : roll > 0.9 ? "gust" : "paper";
    const lantern = { x: last.x + gap, y, kind, lit: 0.7, sway: random() * 7 };
    lanterns.push(lantern);
    if (random() < 0.75) hangFlies(world, last, lantern);
  }
  world.lanterns = lanterns.filter((lantern) => lantern.x > player.x - 900);
  world.flies = world.flies.filter((fly) => fly.x > player.x - 900 && !fly.caught);
}

/** A row of fireflies where a good flight between two lanterns passes. */
function hangFlies(world, from, to) {
  const count = 4 + Math.floor(world.random() * 3);
  const low = Math.max(from.y, to.y) + 130 + world.random() * 110;
  for (let index = 0; index < count; index += 1) {
    const share = (index + 0.5) / count;
    world.flies.push({
      x: from.x + (to.x - from.x) * share,
      y: Math.min(WATER_Y - 70, low - Math.sin(share * Math.PI) * 70),
      caught: false,
      phase: world.random() * 7,
    });
  }
}
