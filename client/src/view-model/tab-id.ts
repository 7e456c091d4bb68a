// A name for this browser tab that outlives a reload, so that the server knows the reloaded page
// as the one whose old socket may still look alive, and not as another device.
//
// It lies in the tab's storage only from one page to the next: a tab that is duplicated takes a
// copy of the storage along, and would else be taken for the first.

const KEY = "nearframe.tab";

type TabWindow = Pick<Window, "addEventListener"> & { readonly sessionStorage: Storage };

export function takeTabId(window: TabWindow, makeId: () => string): string {
  const storage = openStorage(window);
  const id = storage?.getItem(KEY) ?? makeId();
  const take = () => storage?.removeItem(KEY);
  const leave = () => {
    try {
      storage?.setItem(KEY, id);
    } catch (error) {
      console.info("nearframe: this browser keeps nothing; after a reload the page asks before it plays on:", error);
    }
  };
  take();
  window.addEventListener("pagehide", leave);
  // Back from the browser's cache of pages, where it went with its name.
  window.addEventListener("pageshow", take);
  return id;
}

function openStorage(window: TabWindow): Storage | undefined {
  try {
    return window.sessionStorage;
  } catch {
    // The getter itself throws where storage is refused.
    return undefined;
  }
}
