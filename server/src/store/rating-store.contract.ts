// What every store of ratings must do.

import { expect, test } from "vitest";
import type { RatingStore } from "./rating-ports.ts";

export function ratingStoreContract(open: () => Promise<RatingStore>): void {
  test("a session has no rating until its player gives one, and then the last", async () => {
    const store = await open();
    expect(await store.findRating("rated")).toBeUndefined();
    await store.saveRating("rated", { overall: 3, picture: 2, sound: 4, control: 5 });
    expect(await store.findRating("rated")).toEqual({ overall: 3, picture: 2, sound: 4, control: 5 });
    await store.saveRating("rated", { overall: 4 });
    expect(await store.findRating("rated")).toEqual({ overall: 4 });
    expect(await store.findRating("other")).toBeUndefined();
  });
}
