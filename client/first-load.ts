// What a browser must have before the first page shows: counted in a build as it is
// shipped, packed as a server would. For the test that bounds it and the benchmark that tells it.

import { readFile } from "node:fs/promises";
import path from "node:path";
import { gzipSync } from "node:zlib";

export type FirstLoad = { bytes: number; scriptBytes: number; styleBytes: number; fontBytes: number; scripts: string };

/** `folder` holds a production build. Throws where the page names no font. */
export async function measureFirstLoad(folder: string): Promise<FirstLoad> {
  const page = await readFile(path.join(folder, "index.html"), "utf8");
  const files = [...page.matchAll(/(?:src|href)="\/(assets\/[^"]+)"/g)].map(([, file]) => file ?? "");
  const textOf = (ending: string) => Promise.all(files.filter((file) => file.endsWith(ending)).map((file) => readFile(path.join(folder, file), "utf8")));
  const [scripts, styles] = [await textOf(".js"), await textOf(".css")];
  // Of the font's parts a browser fetches the one that has the page's letters.
  const font = /[\w-]+-latin-wght-normal[\w-]*\.woff2/.exec(styles.join(""))?.[0];
  if (font === undefined) throw new Error("the first page's styles name no font for Latin letters");
  const packed = (texts: readonly (string | Buffer)[]) => texts.reduce((sum, text) => sum + gzipSync(text).length, 0);
  const parts = { scriptBytes: packed(scripts), styleBytes: packed(styles), fontBytes: packed([await readFile(path.join(folder, "assets", font))]) };
  return { ...parts, bytes: packed([page]) + parts.scriptBytes + parts.styleBytes + parts.fontBytes, scripts: scripts.join("") };
}
