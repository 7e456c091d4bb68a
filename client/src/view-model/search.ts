// Finding titles by what a person types. Pure.

import type { PublicTitle } from "@nearframe/shared/api/titles";

/** Letters without their accents, case and width: "Ｐokémon" and "pokemon" are one word. */
const plain = (text: string) => text.normalize("NFKD").replace(/\p{M}/gu, "").toLowerCase();

/** Every word must be found; in the name it counts for more, at a word's start for most. */
export function searchTitles(
  titles: readonly PublicTitle[],
  query: string,
  categoryName: (category: PublicTitle["category"]) => string,
): readonly PublicTitle[] {
  const words = plain(query).split(/\s+/u).filter((word) => word !== "");
  if (words.length === 0) return [];
  return titles
    .map((title) => ({ title, score: scoreTitle(title, words, categoryName(title.category)) }))
    .filter(({ score }) => score > 0)
    .sort((a, b) => b.score - a.score)
    .map(({ title }) => title);
}

function scoreTitle(title: PublicTitle, words: readonly string[], category: string): number {
  const name = plain(title.name);
  const rest = plain([title.summary, title.publisher, category, title.category].join(" "));
  let sum = 0;
  for (const word of words) {
    const score = name.startsWith(word) ? 8 : name.includes(` ${word}`) ? 6 : name.includes(word) ? 4 : rest.includes(word) ? 1 : 0;
    if (score === 0) return 0;
    sum += score;
  }
  return sum;
}
