// What every object storage must do, whatever it is built on.

import { expect, test } from "vitest";
import type { ObjectStorage } from "./ports.ts";

const bytesOf = (text: string) => new TextEncoder().encode(text);
const textOf = (bytes: Uint8Array | undefined) => bytes && new TextDecoder().decode(bytes);

export async function all(keys: AsyncIterable<string>): Promise<string[]> {
  const found: string[] = [];
  for await (const key of keys) found.push(key);
  return found.sort();
}

/** `open` gives a storage that nobody else uses. */
export function storageContract(open: () => Promise<ObjectStorage>): void {
  test("what was put is got, byte for byte, and its size is known", async () => {
    const storage = await open();
    const bytes = Uint8Array.from({ length: 300_000 }, (_, index) => (index * 31) % 256);
    await storage.put("saves/ab/one.bin", bytes);
    expect(Buffer.compare((await storage.get("saves/ab/one.bin")) ?? Buffer.alloc(0), bytes)).toBe(0);
    expect(await storage.size("saves/ab/one.bin")).toBe(300_000);
  });

  test("an object of nothing is an object", async () => {
    const storage = await open();
    await storage.put("empty", new Uint8Array());
    expect(await storage.size("empty")).toBe(0);
    expect((await storage.get("empty"))?.byteLength).toBe(0);
  });

  test("what is not there is not there, and deleting it is no error", async () => {
    const storage = await open();
    await storage.put("a/b", bytesOf("1"));
    for (const key of ["a", "a/c", "a/b/c"]) {
      expect([key, await storage.get(key), await storage.size(key)]).toEqual([key, undefined, undefined]);
    }
    await storage.delete("never/was");
  });

  test("a later object replaces the earlier one, and a deleted one is gone", async () => {
    const storage = await open();
    await storage.put("key", bytesOf("first, and longer"));
    await storage.put("key", bytesOf("second"));
    expect(textOf(await storage.get("key"))).toBe("second");
    await storage.delete("key");
    expect(await storage.get("key")).toBeUndefined();
  });

  test("of many who write one key at once, one stands whole", async () => {
    const storage = await open();
    const texts = Array.from({ length: 8 }, (_, index) => String(index).repeat(50_000));
    await Promise.all(texts.map((text) => storage.put("contended", bytesOf(text))));
    expect(texts).toContain(textOf(await storage.get("contended")));
  });

  test("keys are listed by how they begin", async () => {
    const storage = await open();
    for (const key of ["t/a/1", "t/a/2", "t/ab/3", "t/b/4", "u/5"]) await storage.put(key, bytesOf(key));
    expect(await all(storage.list("t/a/"))).toEqual(["t/a/1", "t/a/2"]);
    expect(await all(storage.list("t/a"))).toEqual(["t/a/1", "t/a/2", "t/ab/3"]);
    expect(await all(storage.list(""))).toHaveLength(5);
    expect(await all(storage.list("none/"))).toEqual([]);
  });

  test.each(["../escape", "/rooted", "a//b", "a/../b", ".hidden", "a/.b", "", "a/", "A", "a b", "a\0b", "x".repeat(600)])(
    "%j is no key",
    async (key) => {
      const storage = await open();
      await expect(storage.put(key, bytesOf("1"))).rejects.toThrow("object's key");
      await expect(storage.get(key)).rejects.toThrow("object's key");
      await expect(storage.delete(key)).rejects.toThrow("object's key");
    },
  );
}
