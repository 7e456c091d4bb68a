// Every key belongs to the title, none to the browser around it: Ctrl and W held
// together mean "crouch and walk" to a game, and "close" to a browser. A window of
// an app offers keys to its page first, so here they stop. The page still gets them.

const EDITING = new Set(["KeyA", "KeyC", "KeyV", "KeyX", "KeyY", "KeyZ"]);

addEventListener(
  "keydown",
  (event) => {
    const browserKey = /^(F\d|F1[0-2]|Browser\w+|Launch\w+)$/.test(event.code);
    const shortcut = (event.ctrlKey || event.altKey || event.metaKey) && !(EDITING.has(event.code) && !event.shiftKey);
    if (browserKey || shortcut) event.preventDefault();
  },
  { capture: true },
);
addEventListener("contextmenu", (event) => event.preventDefault(), { capture: true });
