// A play of the test card against the card as it should look, in two phases: is it this film at
// all (cheap), and how well is it drawn (some whole pictures)?

import type { Scope } from "@nearframe/shared/lifetime";
import type { TitleSize } from "@nearframe/shared/title/manifest";
import { median } from "../measure/freezes.ts";
import { sameSignature, similarity, type Film } from "./adapters/ffmpeg/compare-files.ts";
import { shrink, SMALL_PICTURES, SMALL_SIZE, type KeptPicture, type KeptPictures } from "./kept-pictures.ts";
import { likenessOf } from "./likeness.ts";
import { cover, createReference, placesBeforeScene, scaled, type Reference } from "./reference.ts";
import { sharpnessOf } from "./sharpness.ts";

export type CardComparison = { similarity?: number; sharpness?: number; psnrDb?: number };

/** The card's codes come through at rates at which nobody would play: where they do not, it is not the card. */
const READABLE_SHARE_MIN = 0.5;

/** Of the small pictures; each takes some milliseconds. */
const LIKENESS_EVERY = 15;

/** Nothing where too little was seen to be compared. */
export async function compareCard(kept: KeptPictures, scene: number, size: TitleSize, scope: Scope): Promise<CardComparison> {
  if (kept.seen < SMALL_PICTURES) return {};
  if (kept.readable < READABLE_SHARE_MIN * kept.seen) return { similarity: 0 };
  if (kept.small.length < SMALL_PICTURES) return {};
  const reference = createReference(size, scene);
  const [came, drawn] = films(kept.small, reference, size);
  if (!(await sameSignature(came, drawn, scope))) return { similarity: 0 };
  const before = placesBeforeScene(size).map((place) => scaled(place, size, SMALL_SIZE));
  const likeness = median(came.pictures.flatMap((picture, index) => {
    const other = drawn.pictures[index];
    return other && index % LIKENESS_EVERY === 0 ? [likenessOf(picture, other, before)] : [];
  }));

  const whole = ofOneSize(kept.whole);
  const [first] = whole;
  if (!first) return {};
  const [wholeCame, wholeDrawn] = films(whole, reference, size, first.luma);
  const { ssim, psnrDb } = await similarity(wholeCame, wholeDrawn, scope);
  // Edges of pictures of two sizes say nothing of each other; that it was made smaller, the size itself tells.
  const isWholeSize = first.luma.width === size.width && first.luma.height === size.height;
  const sharpnesses = isWholeSize
    ? wholeCame.pictures.flatMap((picture, index) => sharpnessOf(picture, wholeDrawn.pictures[index] ?? picture) ?? [])
    : [];
  return { similarity: Math.max(0, Math.min(ssim, likeness)), psnrDb, ...(sharpnesses.length > 0 ? { sharpness: median(sharpnesses) } : {}) };
}

function films(kept: readonly KeptPicture[], reference: Reference, size: TitleSize, cameSize: TitleSize = SMALL_SIZE): [Film, Film] {
  const isSmall = cameSize === SMALL_SIZE;
  const came = kept.map(({ luma }) => luma);
  const drawn = kept.map((each) => (isSmall ? shrink(reference.draw(each), SMALL_SIZE) : reference.draw(each)));
  for (const picture of [...came, ...drawn]) cover(picture, size);
  return [{ size: { width: cameSize.width, height: cameSize.height }, pictures: came }, { size: isSmall ? SMALL_SIZE : size, pictures: drawn }];
}

/** Those of the size that most have. */
function ofOneSize(kept: readonly KeptPicture[]): KeptPicture[] {
  const sizes = new Map<string, KeptPicture[]>();
  for (const each of kept) {
    const name = `${each.luma.width}x${each.luma.height}`;
    sizes.set(name, [...(sizes.get(name) ?? []), each]);
  }
  return [...sizes.values()].toSorted((a, b) => b.length - a.length)[0] ?? [];
}
