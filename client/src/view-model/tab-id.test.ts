import { expect, test } from "vitest";
import { takeTabId } from "./tab-id.ts";

/** One page of a tab; `storage` is the tab's, and goes on to its next page. */
function page(storage: Map<string, string>) {
  const listeners = new Map<string, () => void>();
  const sessionStorage = {
    getItem: (key: string) => storage.get(key) ?? null,
    setItem: (key: string, value: string) => void storage.set(key, value),
    removeItem: (key: string) => void storage.delete(key),
  } as unknown as Storage;
  const window = { sessionStorage, addEventListener: (type: string, listener: () => void) => void listeners.set(type, listener) };
  return { window: window as unknown as Parameters<typeof takeTabId>[0], fire: (type: string) => listeners.get(type)?.() };
}

test("a reloaded page has the name of the one before it", () => {
  const storage = new Map<string, string>();
  const first = page(storage);
  expect(takeTabId(first.window, () => "one")).toBe("one");
  first.fire("pagehide");
  expect(takeTabId(page(storage).window, () => "two")).toBe("one");
});

test("a duplicated tab has a name of its own", () => {
  const storage = new Map<string, string>();
  takeTabId(page(storage).window, () => "one");
  expect(takeTabId(page(new Map(storage)).window, () => "two")).toBe("two");
});

test("a page that comes back from the browser's cache takes its name along again", () => {
  const storage = new Map<string, string>();
  const first = page(storage);
  takeTabId(first.window, () => "one");
  first.fire("pagehide");
  first.fire("pageshow");
  expect(storage.size).toBe(0);
});

test("where storage is refused, each page is a tab of its own", () => {
  const refusing = {
    get sessionStorage(): Storage {
      throw new DOMException("refused", "SecurityError");
    },
    addEventListener() {},
  };
  expect(takeTabId(refusing as unknown as Parameters<typeof takeTabId>[0], () => "one")).toBe("one");
});
