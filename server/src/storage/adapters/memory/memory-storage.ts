// Objects in memory, for tests. Passes the same contract as the real ones.

import { checkKey, type ObjectStorage } from "../../ports.ts";

export function createMemoryStorage(): ObjectStorage {
  const objects = new Map<string, Uint8Array>();
  return {
    async put(key, bytes) {
      objects.set(checkKey(key), bytes.slice());
    },
    async get(key) {
      return objects.get(checkKey(key))?.slice();
    },
    async size(key) {
      return objects.get(checkKey(key))?.byteLength;
    },
    async delete(key) {
      objects.delete(checkKey(key));
    },
    async *list(prefix) {
      for (const key of [...objects.keys()]) if (key.startsWith(prefix)) yield key;
    },
  };
}
