// What is done with the test card beyond watching it: a scene is typed that nobody foresaw,
// and pictures are kept, to be held against the same scene drawn here.

import { randomInt } from "node:crypto";
import type { PlayedObservation } from "@nearframe/shared/checking/observation";
import type { Scope } from "@nearframe/shared/lifetime";
import type { TitleSize } from "@nearframe/shared/title/manifest";
import { CODE_MODULUS } from "@nearframe/shared/title/test-card-layout";
import { keysFor } from "@nearframe/shared/title/test-card/typed-scene";
import { compareCard } from "../compare/compare-card.ts";
import { createKeptPictures, type CardReading } from "../compare/kept-pictures.ts";
import type { Luma } from "../media/picture.ts";

export type CardPicture = Partial<Record<keyof CardReading, number | undefined>> & { luma: Luma; atMs: number };

export interface CardPlay {
  /** The key to press next, if any. `settledAtMs` as the watch tells it. */
  nextKey(settledAtMs: number | undefined): string | undefined;
  handlePicture(picture: CardPicture, settledAtMs: number | undefined): void;
  /** Once the play is over: it takes a second or two. */
  compare(size: TitleSize, scope: Scope): Promise<Pick<PlayedObservation, "similarity" | "sharpness">>;
}

/** To draw a scene takes the card up to a second on a busy machine; after this it should be there. */
const SCENE_MS = 3_000;

export function createCardPlay(): CardPlay {
  // Not 0, which is what the card begins with.
  const scene = 1 + randomInt(CODE_MODULUS - 1);
  const kept = createKeptPictures();
  let keys = keysFor(scene);
  let typedAgain = false;
  let shown: number | undefined;
  return {
    nextKey(settledAtMs) {
      // What was pressed while the card was starting may have been heard by nobody.
      if (keys.length === 0 && !typedAgain && settledAtMs !== undefined && shown !== scene) {
        typedAgain = true;
        keys = keysFor(scene);
      }
      return keys.shift();
    },
    handlePicture({ frame, flips, scene: said, luma, atMs }, settledAtMs) {
      if (said !== undefined) shown = said;
      if (settledAtMs === undefined) return;
      // One that goes on showing another scene is compared as it is.
      if (shown === scene || atMs - settledAtMs > SCENE_MS) kept.take(luma, { frame, flips, scene: said }, atMs);
    },
    async compare(size, scope) {
      const { similarity, sharpness } = await compareCard(kept, scene, size, scope);
      return { ...(similarity === undefined ? {} : { similarity }), ...(sharpness === undefined ? {} : { sharpness }) };
    },
  };
}
