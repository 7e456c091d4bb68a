import { expect, test } from "vitest";
import { pageTurned, placeTold, type Queue } from "./queue-place.ts";

const hide = (queue: Queue) => pageTurned(queue, false);
const show = (queue: Queue) => pageTurned(queue, true);

test("a place that gets worse while the page is hidden went to others, which is known when it is seen again", () => {
  const hidden = hide(placeTold(undefined, { position: 3, waitMs: 60_000 }, true));
  expect(hidden).toEqual({ position: 3, waitMs: 60_000, hiddenFrom: 3 });
  const behind = placeTold(hidden, { position: 6 }, false);
  expect(behind).toEqual({ position: 6, hiddenFrom: 3, othersFirst: true });
  const seen = show(placeTold(behind, { position: 4 }, false));
  expect(seen).toEqual({ position: 4, othersFirst: true });
  // Its own place, told a moment later, does not take the sentence away; the next time hidden does.
  expect(placeTold(seen, { position: 2 }, true)).toEqual({ position: 2, othersFirst: true });
  expect(hide(seen)).toEqual({ position: 4, hiddenFrom: 4 });
});

test("nothing is said where nobody was let go first: the last in line, or one whose place only got better", () => {
  const hidden = hide(placeTold(undefined, { position: 3 }, true));
  expect(show(placeTold(placeTold(hidden, { position: 3 }, false), { position: 2 }, false))).toEqual({ position: 2 });
});

test("whoever came after the place had got better went first as well", () => {
  const better = placeTold(hide({ position: 3 }), { position: 1 }, false);
  expect(placeTold(better, { position: 2 }, false)).toMatchObject({ othersFirst: true });
});

test("a page that was hidden before it had a place counts from the first one that it is told", () => {
  const first = placeTold(undefined, { position: 2 }, false);
  expect(first).toEqual({ position: 2, hiddenFrom: 2 });
  expect(placeTold(first, { position: 5 }, false)).toMatchObject({ othersFirst: true });
  // Browsers tell more than once.
  expect(hide(first)).toBe(first);
});
