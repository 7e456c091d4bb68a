// What axe (https://github.com/dequelabs/axe-core) finds wrong with a page as it is now.

import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import type { Page } from "playwright";

const SCRIPT = createRequire(import.meta.url).resolve("axe-core/axe.min.js");

/** Rule by rule, with the elements that break it; empty where nothing does. */
export async function findBarriers(page: Page): Promise<string[]> {
  const session = await page.context().newCDPSession(page);
  try {
    // By the debugger: the page's own policy runs no foreign script.
    await session.send("Runtime.evaluate", { expression: await readFile(SCRIPT, "utf8") });
    const { result, exceptionDetails } = await session.send("Runtime.evaluate", {
      expression: `axe.run(document, { resultTypes: ["violations"] }).then(({ violations }) =>
        JSON.stringify(violations.map(({ id, nodes }) =>
          id + ": " + nodes.map(({ target, any }) => target.join(" ") + " (" + (any[0]?.message ?? "") + ")").join("; "))))`,
      awaitPromise: true,
    });
    if (exceptionDetails) throw new Error(`axe did not run: ${exceptionDetails.text}`);
    return JSON.parse(String(result.value)) as string[];
  } finally {
    await session.detach();
  }
}
