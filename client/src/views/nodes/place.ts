import type { CheckedNode } from "@nearframe/shared/api/checking";

/** "Germany", "Bavaria, Germany" in the language's own words; undefined where nobody knows. */
export function placeOf({ place }: Pick<CheckedNode, "place">, locale: string): string | undefined {
  if (!place || place.country === "") return undefined;
  const country = /^[A-Z]{2}$/.test(place.country) ? (new Intl.DisplayNames(locale, { type: "region" }).of(place.country) ?? place.country) : place.country;
  return place.region === "" ? country : `${place.region}, ${country}`;
}
