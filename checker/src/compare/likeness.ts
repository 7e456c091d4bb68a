// Is it the same scene? Pure.
//
// Hills at dusk are all alike in that the sky is above them. So each row's own mean is taken
// away: what is left is where the hills, the sun and the stars are, and of two scenes nothing of it agrees.

import type { Rectangle } from "@nearframe/shared/title/test-card-layout";
import type { Luma } from "../media/picture.ts";

/** Pearson's correlation of what is beside each row's mean: 1 alike, about 0 for two scenes. `skip` in the pictures' own pixels. */
export function likenessOf(came: Luma, drawn: Luma, skip: readonly Rectangle[]): number {
  let [both, ofCame, ofDrawn] = [0, 0, 0];
  for (let y = 0; y < drawn.height; y += 1) {
    const across = skip.filter((place) => y >= place.y && y < place.y + place.height);
    const columns = Array.from({ length: drawn.width }, (_, x) => x).filter((x) => !across.some((place) => x >= place.x && x < place.x + place.width));
    const mean = ({ data, bytesPerRow }: Luma) => columns.reduce((sum, x) => sum + (data[y * bytesPerRow + x] ?? 0), 0) / columns.length;
    const [meanCame, meanDrawn] = [mean(came), mean(drawn)];
    for (const x of columns) {
      const a = (came.data[y * came.bytesPerRow + x] ?? 0) - meanCame;
      const b = (drawn.data[y * drawn.bytesPerRow + x] ?? 0) - meanDrawn;
      both += a * b;
      ofCame += a * a;
      ofDrawn += b * b;
    }
  }
  return ofCame === 0 || ofDrawn === 0 ? 0 : both / Math.sqrt(ofCame * ofDrawn);
}
