import { expect, test } from "vitest";
import { placeControls } from "../input/touch-controls.ts";
import { WHOLE_PAD } from "./pad-layout.ts";

/** What is left for the pad on phones from small to large, browser's own bars taken off. */
const AREAS = {
  portrait: [{ width: 300, height: 340 }, { width: 340, height: 380 }, { width: 370, height: 560 }],
  landscape: [{ width: 548, height: 250 }, { width: 640, height: 290 }, { width: 824, height: 328 }],
} as const;

test.each(Object.entries(AREAS).flatMap(([held, areas]) => areas.map((area) => ({ held: held as keyof typeof AREAS, ...area }))))(
  "no two parts of the pad lie over each other, $held in $width x $height",
  ({ held, width, height }) => {
    const placed = placeControls(WHOLE_PAD[held], { left: 0, top: 0, width, height });
    const over = placed.flatMap((a, i) =>
      placed.slice(i + 1).filter((b) => Math.hypot(a.x - b.x, a.y - b.y) < a.radius + b.radius).map((b) => [nameOf(a), nameOf(b)]),
    );
    expect(over).toEqual([]);
  },
);

test("both ways have the same parts", () => {
  const parts = (held: keyof typeof AREAS) => WHOLE_PAD[held].map(({ kind, pad }) => `${kind} ${pad}`).toSorted();
  expect(parts("portrait")).toEqual(parts("landscape"));
});

const nameOf = (part: ReturnType<typeof placeControls>[number]) => part.control.pad ?? part.control.kind;
