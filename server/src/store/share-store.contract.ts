// What every store of links must do.

import { expect, test } from "vitest";
import type { Share } from "../shares/company.ts";
import type { ShareStore } from "./share-ports.ts";

const share = (code: string, change: Partial<Share> = {}): Share => ({
  code, sessionId: "shared", playerId: "p1", role: "co-op", pad: undefined,
  madeAtMs: 1_800_000_000_123, expiresAtMs: 1_800_003_600_456, revokedAtMs: undefined, ...change,
});

export function shareStoreContract(open: () => Promise<ShareStore>): void {
  test("a link is found by its code and with its session, as it was made", async () => {
    const store = await open();
    const later = share("pad23", { role: "controller", pad: 0, madeAtMs: 1_800_000_000_200 });
    await store.saveShare(later);
    await store.saveShare(share("coop2"));
    await store.saveShare(share("else2", { sessionId: "another" }));
    expect(await store.findShare("coop2")).toEqual(share("coop2"));
    expect(await store.findShare("pad23")).toEqual(later);
    expect(await store.findShare("none2")).toBeUndefined();
    expect(await store.sharesOfSession("shared")).toEqual([share("coop2"), later]);
  });

  test("a link that was taken back stays so, whoever writes it again", async () => {
    const store = await open();
    await store.saveShare(share("back2", { revokedAtMs: 1_800_000_100_789 }));
    await store.saveShare(share("back2"));
    expect(await store.findShare("back2")).toEqual(share("back2", { revokedAtMs: 1_800_000_100_789 }));
  });

  test("links that have run out go", async () => {
    const store = await open();
    await store.saveShare(share("older", { expiresAtMs: 1_000 }));
    await store.saveShare(share("newer", { expiresAtMs: 2_000 }));
    expect(await store.trimShares(2_000)).toBe(1);
    expect(await store.findShare("older")).toBeUndefined();
    expect(await store.findShare("newer")).toBeDefined();
  });
}
