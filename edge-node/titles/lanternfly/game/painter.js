// Draws the world: scenery, lanterns, flies, thread, moth, sparks.

import { paintScenery } from "./scenery.js";
import { GLOW_SIZE, LANTERN_SIZE, paintSprites } from "./sprites.js";
import { THEME_METRES, THEMES } from "./themes.js";
import { lanternInReach, metresOf, VIEW_HEIGHT, WATER_Y } from "./world.js";

const FADE_METRES = 40;
const TRAIL_LENGTH = 22;

export function createPainter(canvas) {
  const context = canvas.getContext("2d", { alpha: false });
  let view = { width: 0, scale: 1 };
  let sceneries = [];
  let sprites;
  const trail = [];

  function fit() {
    canvas.width = innerWidth;
    canvas.height = innerHeight;
    const scale = innerHeight / VIEW_HEIGHT;
    view = { width: innerWidth / scale, scale };
    sceneries = THEMES.map(() => undefined);
    sprites = paintSprites(scale);
  }
  fit();
  addEventListener("resize", fit);

  const sceneryOf = (index) => (sceneries[index % THEMES.length] ??= paintScenery(THEMES[index % THEMES.length], view.width, view.scale));

  function drawScenery(metres, cameraX) {
    const hour = Math.floor(metres / THEME_METRES);
    const fade = 1 - (THEME_METRES - (metres % THEME_METRES)) / FADE_METRES;
    context.setTransform(1, 0, 0, 1, 0, 0);
    sceneryOf(hour).draw(context, cameraX);
    if (fade > 0) {
      context.globalAlpha = fade;
      sceneryOf(hour + 1).draw(context, cameraX);
      context.globalAlpha = 1;
    }
    context.setTransform(view.scale, 0, 0, view.scale, 0, 0);
  }

  function drawRipples(cameraX, timeS) {
    context.fillStyle = "rgba(255, 255, 255, 0.13)";
    for (let index = 0; index < 26; index += 1) {
      const depth = (index * 0.618) % 1;
      const y = WATER_Y + 4 + depth * 74;
      const drift = index * 211 - cameraX * (0.5 + depth * 0.6) + Math.sin(timeS * 0.9 + index) * 12;
      const x = ((drift % (view.width + 160)) + view.width + 160) % (view.width + 160) - 80;
      context.fillRect(x, y, 26 + depth * 60, 1.5);
    }
  }

  function drawLantern(lantern, x, timeS, aimed) {
    const y = lantern.y + Math.sin(timeS * 1.1 + (lantern.sway ?? 0)) * 4;
    const { body, glow } = sprites.lanterns[lantern.kind];
    context.globalCompositeOperation = "lighter";
    context.globalAlpha = lantern.lit * (0.9 + 0.1 * Math.sin(timeS * 9 + lantern.x));
    context.drawImage(glow, x - GLOW_SIZE / 2, y - GLOW_SIZE / 2, GLOW_SIZE, GLOW_SIZE);
    context.globalAlpha = lantern.lit * 0.3;
    context.drawImage(glow, x - 34, WATER_Y - 4, 68, 84);
    context.globalCompositeOperation = "source-over";
    context.globalAlpha = 0.45 + lantern.lit * 0.55;
    context.drawImage(body, x - LANTERN_SIZE.width / 2, y - 28, LANTERN_SIZE.width, LANTERN_SIZE.height);
    context.globalAlpha = 1;
    if (!aimed) return;
    context.strokeStyle = "rgba(255, 245, 220, 0.75)";
    context.lineWidth = 2;
    context.setLineDash([7, 9]);
    context.lineDashOffset = -timeS * 30;
    context.beginPath();
    context.arc(x, y, 44, 0, Math.PI * 2);
    context.stroke();
    context.setLineDash([]);
  }

  function drawThread({ lantern, heldS, burnS, length }, x, lanternX, player) {
    const left = 1 - heldS / burnS;
    context.strokeStyle = left < 0.3 ? "rgba(255, 120, 90, 0.95)" : "rgba(255, 244, 214, 0.9)";
    context.lineWidth = 1.2 + left * 1.6;
    context.beginPath();
    context.moveTo(lanternX, lantern.y + 24);
    const slack = Math.max(0, length - Math.hypot(lantern.x - player.x, lantern.y - player.y)) * 0.4;
    context.quadraticCurveTo((x + lanternX) / 2, (player.y + lantern.y) / 2 + slack, x, player.y);
    context.stroke();
    context.strokeStyle = "rgba(255, 230, 160, 0.9)";
    context.lineWidth = 3;
    context.beginPath();
    context.arc(lanternX, lantern.y, 38, -Math.PI / 2, -Math.PI / 2 + Math.PI * 2 * left);
    context.stroke();
  }

  function drawTrail(cameraX) {
    context.lineCap = "butt";
    for (let index = 1; index < trail.length; index += 1) {
      const share = index / trail.length;
      context.strokeStyle = `rgba(255, ${190 + 50 * share}, ${110 + 90 * share}, ${share * 0.5})`;
      context.lineWidth = 1 + share * 7;
      context.beginPath();
      context.moveTo(trail[index - 1].x - cameraX, trail[index - 1].y);
      context.lineTo(trail[index].x - cameraX, trail[index].y);
      context.stroke();
    }
  }

  function drawMoth(x, { y, tilt }, timeS) {
    context.globalCompositeOperation = "lighter";
    context.drawImage(sprites.halo, x - 55, y - 55, 110, 110);
    context.globalCompositeOperation = "source-over";
    context.save();
    context.translate(x, y);
    context.rotate(tilt * 0.8);
    const flap = Math.sin(timeS * 26) * 0.55;
    for (const [side, length, colour] of [[-0.5, 25, "#ffcf7a"], [-0.95, 19, "#ff9d6b"]]) {
      context.save();
      context.rotate(side - flap * (1 + side));
      context.fillStyle = colour;
      context.beginPath();
      context.ellipse(-length * 0.62, -length * 0.25, length, length * 0.46, 0.5, 0, Math.PI * 2);
      context.fill();
      context.fillStyle = "rgba(255, 250, 225, 0.75)";
      context.beginPath();
      context.ellipse(-length * 0.8, -length * 0.3, length * 0.34, length * 0.2, 0.5, 0, Math.PI * 2);
      context.fill();
      context.restore();
    }
    context.fillStyle = "#fff3d0";
    context.beginPath();
    context.ellipse(0, 0, 14, 6.5, 0, 0, Math.PI * 2);
    context.fill();
    context.fillStyle = "#5a2e3e";
    context.beginPath();
    context.arc(9, -1.5, 2.2, 0, Math.PI * 2);
    context.fill();
    context.strokeStyle = "#fff3d0";
    context.lineWidth = 1.6;
    context.beginPath();
    context.moveTo(11, -4);
    context.quadraticCurveTo(18, -14, 24, -13);
    context.moveTo(12, -3);
    context.quadraticCurveTo(20, -9, 25, -7);
    context.stroke();
    context.restore();
  }

  return {
    context,
    get width() {
      return view.width;
    },
    forgetTrail: () => void (trail.length = 0),

    /** `aheadS`: how long ago the world was last stepped. */
    draw(world, sparks, timeS, aheadS, playing) {
      const { player } = world;
      const now = { ...player, x: player.x + player.vx * aheadS, y: player.y + player.vy * aheadS };
      const cameraX = now.x - view.width * 0.3;
      drawScenery(metresOf(world), cameraX);
      drawRipples(cameraX, timeS);

      const aim = playing && !world.thread ? lanternInReach(world) : undefined;
      for (const lantern of world.lanterns) {
        const x = lantern.x - cameraX;
        if (x > -120 && x < view.width + 120) drawLantern(lantern, x, timeS, lantern === aim);
      }
      for (const fly of world.flies) {
        const x = fly.x - cameraX;
        if (fly.caught || x < -20 || x > view.width + 20) continue;
        const size = 30 + 8 * Math.sin(timeS * 5 + fly.phase);
        context.drawImage(sprites.fly, x - size / 2 + Math.sin(timeS * 2 + fly.phase) * 3, fly.y - size / 2, size, size);
      }
      trail.push({ x: now.x - 8, y: now.y });
      if (trail.length > TRAIL_LENGTH) trail.shift();
      drawTrail(cameraX);
      const playerX = now.x - cameraX;
      if (world.thread) drawThread(world.thread, playerX, world.thread.lantern.x - cameraX, now);
      if (!world.over) drawMoth(playerX, now, timeS);
      for (const spark of sparks.all) {
        const size = 16 * spark.size;
        context.globalAlpha = 1 - spark.ageS / spark.lifeS;
        context.drawImage(sprites[spark.sprite], spark.x - cameraX - size / 2, spark.y - size / 2, size, size);
      }
      context.globalAlpha = 1;
    },
  };
}
