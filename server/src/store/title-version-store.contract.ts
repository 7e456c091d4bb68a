// What every store must do for published titles, whatever it is built on.

import { describe, expect, test } from "vitest";
import type { TitleVersionStore } from "./title-version-ports.ts";

const version = (titleId: string, digest: string, publishedAtMs = 1_800_000_000_123) => ({ titleId, digest, bytes: 150_000_000_000, publishedAtMs });

/** `open` gives a store that nobody else uses. */
export function titleVersionStoreContract(open: () => Promise<TitleVersionStore>): void {
  describe("published titles", () => {
    test("what is published last is active, and what was before can be again", async () => {
      const store = await open();
      await store.publishTitleVersion(version("doom", "a"));
      await store.publishTitleVersion(version("doom", "b", 1_800_000_001_000));
      await store.publishTitleVersion(version("tux", "c"));
      expect(await store.titleVersions("doom")).toEqual([
        { ...version("doom", "b", 1_800_000_001_000), active: true },
        { ...version("doom", "a"), active: false },
      ]);
      expect(await store.activateTitleVersion("doom", "a")).toBe(true);
      expect(await store.activateTitleVersion("doom", "c")).toBe(false);
      expect((await store.activeTitleVersions()).map(({ titleId, digest }) => `${titleId} ${digest}`)).toEqual(["doom a", "tux c"]);
      expect(await store.titleVersions("none")).toEqual([]);
    });

    test("one that is published again is there once, as of the first time, and active", async () => {
      const store = await open();
      await store.publishTitleVersion(version("doom", "a"));
      await store.publishTitleVersion(version("doom", "b", 1_800_000_001_000));
      await store.publishTitleVersion(version("doom", "a", 1_800_000_002_000));
      expect((await store.titleVersions("doom")).map(({ digest, active }) => `${digest} ${active}`)).toEqual(["b false", "a true"]);
    });

    test("of those who publish at once one is active", async () => {
      const store = await open();
      await Promise.all(["a", "b", "c", "d"].map((digest) => store.publishTitleVersion(version("doom", digest))));
      expect((await store.titleVersions("doom")).filter(({ active }) => active)).toHaveLength(1);
    });
  });
}
