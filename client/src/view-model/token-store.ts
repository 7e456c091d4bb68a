// Keeps the player's token in this browser. Where storage is refused (private windows
// of some browsers) the player is a new guest with each page.

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

function openStorage(window: Window): Storage | undefined {
  try {
    return window.localStorage;
  } catch {
    // The getter itself throws where storage is refused; the store's memory serves instead.
    return undefined;
  }
}
