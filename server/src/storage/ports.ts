// Where large things are kept: saves and titles, as objects that are small
// enough to hold in memory. What they are is known to those who put them there.

/** Segments of `a-z 0-9 . _ -` with `/` between; no segment begins with a dot. */
export type ObjectKey = string;

/** More than any of our objects has; adapters may count on it. */
export const OBJECT_BYTES_MAX = 16 * 1024 * 1024;

export interface ObjectStorage {
  /** Over what was there before. MUST be all or nothing: a reader sees the old object or the new one. */
  put(key: ObjectKey, bytes: Uint8Array): Promise<void>;
  get(key: ObjectKey): Promise<Uint8Array | undefined>;
  /** Bytes of the object, undefined if there is none. */
  size(key: ObjectKey): Promise<number | undefined>;
  /** Of none is no error. */
  delete(key: ObjectKey): Promise<void>;
  /** Keys that begin with `prefix`, in no order. What changes meanwhile MAY be seen or not. */
  list(prefix: string): AsyncIterable<ObjectKey>;
}

const KEY = /^[a-z0-9_-][a-z0-9._-]*(\/[a-z0-9_-][a-z0-9._-]*)*$/;

/** Every adapter's door: a key is never anything but a name inside the storage. */
export function checkKey(key: ObjectKey): ObjectKey {
  if (!KEY.test(key) || key.length > 512) throw new Error(`"${key.slice(0, 80)}" can't be an object's key`);
  return key;
}
