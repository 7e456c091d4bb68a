// Words and numbers over the game.

import { strokeLetters } from "./letters.js";
import { metresOf, scoreOf, VIEW_HEIGHT } from "./world.js";

const FONT = '"Avenir Next", "Century Gothic", "URW Gothic", "Roboto", "DejaVu Sans", sans-serif';
const WORDS_S = 1.1;

export function createHud() {
  const words = [];

  function write(context, text, x, y, size, { align = "center", colour = "#fff6e0", weight = 600 } = {}) {
    context.font = `${weight} ${size}px ${FONT}`;
    context.textAlign = align;
    context.textBaseline = "middle";
    context.fillStyle = "rgba(10, 8, 30, 0.45)";
    context.fillText(text, x, y + 2);
    context.fillStyle = colour;
    context.fillText(text, x, y);
  }

  function logo(context, x, y, height) {
    for (const [colour, width] of [["rgba(255, 150, 70, 0.16)", 26], ["rgba(255, 170, 90, 0.3)", 15], ["#fff1d2", 6]]) {
      context.strokeStyle = colour;
      context.lineWidth = (width * height) / 96;
      strokeLetters(context, "LANTERNFLY", x, y, height);
    }
  }

  return {
    /** A word that rises and fades where something happened. */
    say(text, x, y) {
      words.push({ text, x, y, ageS: 0 });
      if (words.length > 6) words.shift();
    },

    drawWords(context, cameraX, elapsedS) {
      for (const word of words) {
        word.ageS += elapsedS;
        context.globalAlpha = Math.max(0, 1 - word.ageS / WORDS_S);
        write(context, word.text, word.x - cameraX, word.y - 40 - word.ageS * 46, 24, { colour: "#ffe28a" });
      }
      context.globalAlpha = 1;
      while (words[0]?.ageS > WORDS_S) words.shift();
    },

    drawScore(context, world, width, best) {
      write(context, `${metresOf(world)} m`, 28, 42, 34, { align: "left" });
      write(context, `✦ ${world.fliesCaught}`, 28, 84, 24, { align: "left", colour: "#dcff9c" });
      write(context, `${scoreOf(world)}`, width - 28, 42, 34, { align: "right" });
      if (best > 0) write(context, `best ${best}`, width - 28, 84, 20, { align: "right", colour: "#cfd6ff" });
      for (let index = 0; index < world.skims; index += 1) {
        context.strokeStyle = "#9fd8ff";
        context.lineWidth = 3;
        context.beginPath();
        context.arc(40 + index * 30, 122, 9, Math.PI, 0);
        context.stroke();
      }
    },

    drawTitle(context, width, timeS, best) {
      context.fillStyle = "rgba(8, 8, 30, 0.42)";
      context.fillRect(0, 0, width, VIEW_HEIGHT);
      logo(context, width / 2, 190, Math.min(96, width / 13.5));
      write(context, "Hold to swing.  Let go to fly.", width / 2, 360, 30, { weight: 400 });
      write(context, "any key  ·  touch  ·  any button", width / 2, 408, 20, { weight: 400, colour: "#cfd6ff" });
      context.globalAlpha = 0.65 + 0.35 * Math.sin(timeS * 4);
      write(context, "press to fly", width / 2, 500, 26, { colour: "#ffe28a" });
      context.globalAlpha = 1;
      if (best > 0) write(context, `best ${best}`, width / 2, 548, 20, { weight: 400, colour: "#cfd6ff" });
    },

    drawOver(context, world, width, best, isBest, mayStart, timeS) {
      context.fillStyle = "rgba(8, 8, 30, 0.5)";
      context.fillRect(0, 0, width, VIEW_HEIGHT);
      write(context, isBest ? "your longest night" : "into the lake", width / 2, 190, 34, { weight: 400, colour: "#cfd6ff" });
      write(context, `${scoreOf(world)}`, width / 2, 272, 92);
      const parts = `${metresOf(world)} m   ·   ${world.fliesCaught} fireflies   ·   ${world.perfects} perfect`;
      write(context, parts, width / 2, 362, 24, { weight: 400 });
      write(context, `best ${best}`, width / 2, 408, 20, { weight: 400, colour: "#ffe28a" });
      if (!mayStart) return;
      context.globalAlpha = 0.65 + 0.35 * Math.sin(timeS * 4);
      write(context, "press to fly again", width / 2, 500, 26, { colour: "#ffe28a" });
      context.globalAlpha = 1;
    },

    drawPaused(context, width) {
      context.fillStyle = "rgba(8, 8, 30, 0.6)";
      context.fillRect(0, 0, width, VIEW_HEIGHT);
      write(context, "paused", width / 2, VIEW_HEIGHT / 2, 48);
    },
  };
}
