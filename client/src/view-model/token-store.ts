// Keeps the player's token in this browser. Where storage is refused (private windows
// of some browsers) the player is a new guest with each page.

import { openStorage } from "./browser-storage.ts";

const KEY = "nearframe.token";

export function createTokenStore(window: Window) {
  let memory: string | undefined;
  const storage = openStorage(window);
  return {
    read: (): string | undefined => storage?.getItem(KEY) ?? memory,
    write(token: string | undefined): void {
      memory = token;
      try {
        if (token === undefined) storage?.removeItem(KEY);
        else storage?.setItem(KEY, token);
      } catch (error) {
        console.info("nearframe: this browser keeps nothing; you stay the same guest until the page closes:", error);
      }
    },
  };
}
