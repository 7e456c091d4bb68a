// What this browser keeps for the player between visits. Everything read back is parsed:
// an older page, another tab or a curious person may have written it.

import { WORDS } from "@nearframe/shared/words";
import * as z from "zod/mini";
import { createSource, type Behavior } from "../behavior.ts";

export type Shelf = Pick<Storage, "getItem" | "setItem" | "removeItem">;

/** Undefined where storage is refused, as in private windows of some browsers. */
export function openStorage(window: Window): Storage | undefined {
  try {
    return window.localStorage;
  } catch {
    // The getter itself throws where storage is refused; what is kept then lives as long as the page.
    return undefined;
  }
}

export interface Kept<T> {
  readonly value: Behavior<T>;
  change(next: (now: T) => T): void;
}

/** A value under a key, as its schema has it; `initial` where there is none or it can't be read. */
export function createKept<S extends z.ZodMiniType>(
  storage: Shelf | undefined,
  key: string,
  schema: S,
  initial: z.output<S>,
): Kept<z.output<S>> {
  const source = createSource<z.output<S>>(read(storage, key, schema) ?? initial);
  return {
    value: source.behavior,
    change(next) {
      const changed = next(source.behavior.value);
      if (Object.is(changed, source.behavior.value)) return;
      source.set(changed);
      try {
        storage?.setItem(key, JSON.stringify(changed));
      } catch (error) {
        console.info(`nearframe: this browser does not keep ${key}; it holds until the page closes:`, error);
      }
    },
  };
}

function read<S extends z.ZodMiniType>(storage: Shelf | undefined, key: string, schema: S): z.output<S> | undefined {
  const text = storage?.getItem(key) ?? undefined;
  if (text === undefined) return undefined;
  try {
    const parsed = z.safeParse(schema, JSON.parse(text), WORDS);
    if (parsed.success) return parsed.data;
    console.info(`nearframe: what was kept as ${key} is of another kind and starts anew:`, parsed.error.issues[0]?.message);
  } catch (error) {
    console.info(`nearframe: what was kept as ${key} is no JSON and starts anew:`, error);
  }
  return undefined;
}
