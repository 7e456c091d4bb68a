// What a title does with a pad that shakes, and what the node must hear of it. Run by
// the kernel where a machine has uinput, and by a double of it everywhere.

import { afterEach, describe, expect, it } from "vitest";
import { Scope } from "@nearframe/shared/lifetime";
import type { Rumble } from "../rumble.ts";

/** A title that opened the pad. */
export type PadTitle = {
  /** Resolves with the effect's number, when the pad has taken it. */
  upload(effect: { strong: number; weak: number; lengthMs: number }): Promise<number>;
  play(id: number, times: number): Promise<void>;
  erase(id: number): Promise<void>;
};
export type OpenPad = (onRumble: (rumble: Rumble) => void, scope: Scope) => Promise<PadTitle>;

export function forceFeedbackContract(name: string, openPad: OpenPad): void {
  let scope = new Scope();
  afterEach(async () => {
    await scope.close();
    scope = new Scope();
  });
  const open = async () => {
    const heard: Rumble[] = [];
    const title = await openPad((rumble) => void heard.push(rumble), scope);
    return { title, heard, last: (expected: object) => expect.poll(() => heard.at(-1)).toMatchObject(expected) };
  };

  describe(`force feedback of ${name}`, () => {
    it("tells of an effect as it is played and as it is stopped", async () => {
      const { title, last, heard } = await open();
      const id = await title.upload({ strong: 1, weak: 0.5, lengthMs: 4_000 });
      expect(heard).toEqual([]);
      await title.play(id, 1);
      await last({ strong: 1, durationMs: 4_000 });
      expect(heard.at(-1)?.weak).toBeCloseTo(0.5, 3);
      await title.play(id, 0);
      await last({ strong: 0, weak: 0 });
    });

    it("holds several effects, each under its own number", async () => {
      const { title, last } = await open();
      const soft = await title.upload({ strong: 0, weak: 0.25, lengthMs: 4_000 });
      const hard = await title.upload({ strong: 0.75, weak: 0, lengthMs: 4_000 });
      expect(soft).not.toBe(hard);
      await title.play(hard, 1);
      await last({ weak: 0 });
      await title.play(soft, 1);
      await last({ strong: expect.closeTo(0.75, 3), weak: expect.closeTo(0.25, 3) });
    });

    it("stops what is erased", async () => {
      const { title, last, heard } = await open();
      const id = await title.upload({ strong: 1, weak: 1, lengthMs: 0 });
      await title.play(id, 1);
      await last({ strong: 1, weak: 1 });
      await title.erase(id);
      await last({ strong: 0, weak: 0 });
      expect(heard).toHaveLength(2);
    });

    it("ends by itself", async () => {
      const { title, last, heard } = await open();
      await title.play(await title.upload({ strong: 1, weak: 1, lengthMs: 30 }), 1);
      await last({ strong: 0, weak: 0, durationMs: 0 });
      expect(heard).toHaveLength(2);
    });
  });
}
