// Reads the pixels where Xvfb keeps them (`-fbdir`): no request, no copy.
//
// PERF: 1.7 ms less from change to first packet at 720p than MIT-SHM, p50.
// Nothing locks the file: a title that draws while the picture is converted can
// tear that frame, and is then seen to have drawn again.

import { open } from "node:fs/promises";
import type { OpenFrameSource } from "../ports.ts";
import { watchDamage } from "./damage.ts";
import { mapFile } from "./memory-map.ts";
import { XWD_HEADER_BYTES, parseXwd } from "./xwd.ts";

export const openXvfbFramebuffer =
  (framebufferPath: string): OpenFrameSource =>
  async (options, events, scope) => {
    const pixels = await mapPixels(framebufferPath, options.size.height);
    const watch = await watchDamage(options, events, scope);
    return {
      exact: false,
      grab: (use) => {
        watch.markSeen();
        use(pixels);
      },
    };
  };

async function mapPixels(path: string, rows: number) {
  const file = await open(path, "r");
  try {
    const header = Buffer.alloc(XWD_HEADER_BYTES);
    await file.read(header, 0, XWD_HEADER_BYTES, 0);
    const { pixelsAt, strideBytes } = parseXwd(header);
    const end = pixelsAt + strideBytes * rows;
    const { size } = await file.stat();
    // Past the file's end a read of the mapping is SIGBUS.
    if (end > size) throw new Error(`The display's framebuffer file has ${size} bytes, the title's picture needs ${end}.`);
    return { data: mapFile(file.fd, end, "read").subarray(pixelsAt), strideBytes };
  } finally {
    await file.close();
  }
}
