// What every store of players' classes must do.

import { expect, test } from "vitest";
import type { PlayerClassStore } from "./player-class-ports.ts";

export function playerClassStoreContract(open: () => Promise<PlayerClassStore>): void {
  test("a player has the class that was given last, until it is taken away or over", async () => {
    const store = await open();
    expect(await store.findClass("p1")).toBeUndefined();
    await store.giveClass("p1", { playerClass: "background", untilMs: 5_000 }, 1_000);
    await store.giveClass("p1", { playerClass: "paid", untilMs: 4_000 }, 1_000);
    await store.giveClass("p2", { playerClass: "paid", untilMs: 9_000 }, 2_000);
    expect(await store.findClass("p1")).toEqual({ playerClass: "paid", untilMs: 4_000 });
    await store.giveClass("p2", undefined, 4_001);
    expect([await store.findClass("p1"), await store.findClass("p2")]).toEqual([undefined, undefined]);
  });
}
