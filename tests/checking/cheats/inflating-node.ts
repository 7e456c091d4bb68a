// Preloaded into a node's process (`--import`): in place of the module that writes what the node
// says about each frame it gets one that tells of bytes which are never sent.

import { registerHooks } from "node:module";

const TRUE = "/shared/src/media/frame-mark.ts";
const BENT = new URL("bent-frame-mark.ts", import.meta.url).href;

registerHooks({
  resolve(specifier, context, nextResolve) {
    const found = nextResolve(specifier, context);
    return found.url.endsWith(TRUE) && context.parentURL !== BENT ? { ...found, url: BENT } : found;
  },
});
