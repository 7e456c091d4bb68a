// Sparks and drops: small, short-lived, never more than a fixed number.

import { makeRandom } from "./random.js";

const SPARKS_MAX = 150;
const GRAVITY = 500;

export function createSparks() {
  const random = makeRandom(99);
  const sparks = [];
  return {
    burst({ x, y, count, speed, sprite, upwards = 0 }) {
      for (let index = 0; index < count; index += 1) {
        const angle = random() * Math.PI * 2;
        const force = speed * (0.3 + random() * 0.7);
        sparks.push({
          x, y, sprite, ageS: 0, lifeS: 0.35 + random() * 0.5, size: 0.5 + random() * 0.8,
          vx: Math.cos(angle) * force, vy: Math.sin(angle) * force - upwards * random(),
        });
      }
      sparks.splice(0, Math.max(0, sparks.length - SPARKS_MAX));
    },
    move(elapsedS) {
      for (const spark of sparks) {
        spark.ageS += elapsedS;
        spark.vy += GRAVITY * elapsedS;
        spark.x += spark.vx * elapsedS;
        spark.y += spark.vy * elapsedS;
      }
      for (let index = sparks.length - 1; index >= 0; index -= 1) {
        if (sparks[index].ageS >= sparks[index].lifeS) sparks.splice(index, 1);
      }
    },
    all: sparks,
  };
}
