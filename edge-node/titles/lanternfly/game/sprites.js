// Small pictures that are painted once and copied often.

const LANTERN = {
  paper: { body: ["#ffe9b0", "#ff9a3c", "#d4502a"], glow: "255, 150, 60" },
  cracked: { body: ["#cdbfe8", "#8a6bb8", "#4e3a78"], glow: "150, 110, 220" },
  gust: { body: ["#e9fff4", "#5fe0c0", "#1f8f92"], glow: "90, 255, 210" },
};
export const LANTERN_SIZE = { width: 44, height: 70 };
export const GLOW_SIZE = 190;

export function paintSprites(scale) {
  const glow = (colour, size, core) => paint(size, size, scale, (context) => {
    const half = size / 2;
    const light = context.createRadialGradient(half, half, 0, half, half, half);
    light.addColorStop(0, `rgba(${colour}, ${core})`);
    light.addColorStop(0.3, `rgba(${colour}, ${core * 0.35})`);
    light.addColorStop(1, `rgba(${colour}, 0)`);
    context.fillStyle = light;
    context.fillRect(0, 0, size, size);
  });
  const lanterns = {};
  for (const [kind, { body, glow: colour }] of Object.entries(LANTERN)) {
    lanterns[kind] = { body: paintLantern(body, kind === "cracked", scale), glow: glow(colour, GLOW_SIZE, 0.55) };
  }
  return {
    lanterns,
    fly: glow("215, 255, 140", 36, 0.95),
    spark: glow("255, 220, 150", 16, 1),
    drop: glow("190, 220, 255", 14, 0.9),
    halo: glow("255, 240, 200", 110, 0.4),
  };
}

function paint(width, height, scale, draw) {
  const canvas = document.createElement("canvas");
  canvas.width = Math.ceil(width * scale);
  canvas.height = Math.ceil(height * scale);
  const context = canvas.getContext("2d");
  context.scale(scale, scale);
  draw(context);
  return canvas;
}

function paintLantern([light, middle, dark], cracked, scale) {
  const { width, height } = LANTERN_SIZE;
  return paint(width, height, scale, (context) => {
    const body = context.createRadialGradient(width / 2, 30, 2, width / 2, 28, 30);
    body.addColorStop(0, light);
    body.addColorStop(0.45, middle);
    body.addColorStop(1, dark);
    context.fillStyle = body;
    context.beginPath();
    context.moveTo(12, 6);
    context.bezierCurveTo(-2, 16, -2, 42, 13, 52);
    context.lineTo(width - 13, 52);
    context.bezierCurveTo(width + 2, 42, width + 2, 16, width - 12, 6);
    context.closePath();
    context.fill();
    context.strokeStyle = "rgba(60, 20, 20, 0.28)";
    for (const x of [10, 16, 22, 28, 34]) {
      context.beginPath();
      context.moveTo(x + (22 - x) * 0.25, 7);
      context.quadraticCurveTo(x - (22 - x) * 0.5, 29, x + (22 - x) * 0.22, 51);
      context.stroke();
    }
    context.fillStyle = "#2b1733";
    context.fillRect(11, 2, width - 22, 5);
    context.fillRect(12, 51, width - 24, 4);
    context.strokeStyle = light;
    context.lineWidth = 1.6;
    context.beginPath();
    for (const x of [18, 22, 26]) {
      context.moveTo(x, 55);
      context.lineTo(x, x === 22 ? 69 : 65);
    }
    context.stroke();
    if (!cracked) return;
    context.strokeStyle = "#1c1030";
    context.lineWidth = 2.2;
    context.beginPath();
    for (const [x, y] of [[16, 8], [21, 20], [15, 28], [24, 38], [19, 51]]) context.lineTo(x, y);
    context.stroke();
  });
}
