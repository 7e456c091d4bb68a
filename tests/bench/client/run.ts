// The first page: how much a phone must fetch before it shows, and how soon it does with a
// quarter of this machine's speed. Each visit is a new player's, with nothing kept.

import path from "node:path";
import { measureFirstLoad } from "@nearframe/client/first-load";
import { Scope } from "@nearframe/shared/lifetime";
import { openBrowser } from "../../support/browser.ts";
import { ROOT, startStack } from "../../support/stack.ts";
import { percentiles, rounded, type BenchRow } from "../rows.ts";

const VISITS = 7;
const THROTTLE = 4;
const PHONE = { viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true, deviceScaleFactor: 2 } as const;
const FIRST_LOAD_KB_MAX = 150;

type Visit = { paintMs: number; titlesMs: number };

export async function runClientBench(): Promise<BenchRow[]> {
  const scope = new Scope();
  try {
    // Builds the client first, as `npm start` does.
    const stack = await startStack({}, scope);
    const { bytes, scriptBytes } = await measureFirstLoad(path.join(ROOT, "client/dist"));
    const visits: Visit[] = [];
    for (let i = 0; i < VISITS; i++) visits.push(await visit(stack.url));
    const kilobytes = rounded(bytes / 1_000);
    return [
      { name: "client: first load, packed", unit: "kB", value: kilobytes, goal: `at most ${FIRST_LOAD_KB_MAX}`, met: kilobytes <= FIRST_LOAD_KB_MAX },
      { name: "client: of it scripts", unit: "kB", value: rounded(scriptBytes / 1_000), goal: null, met: null },
      { name: `client: first paint at ${THROTTLE}x throttle`, unit: "ms", ...percentiles(visits.map(({ paintMs }) => paintMs)), goal: null, met: null },
      { name: `client: titles to tap at ${THROTTLE}x throttle`, unit: "ms", ...percentiles(visits.map(({ titlesMs }) => titlesMs)), goal: null, met: null },
    ];
  } finally {
    await scope.close();
  }
}

async function visit(url: string): Promise<Visit> {
  const scope = new Scope();
  try {
    const browser = await openBrowser(scope, PHONE);
    const page = await browser.newPage();
    const devtools = await browser.newCDPSession(page);
    await devtools.send("Emulation.setCPUThrottlingRate", { rate: THROTTLE });
    // Noted by the page itself: asking it from here costs its own time.
    await page.addInitScript(() => {
      new MutationObserver((_changes, observer) => {
        if (!document.querySelector("#titles button")) return;
        observer.disconnect();
        performance.mark("titles");
      }).observe(document, { childList: true, subtree: true });
    });
    await page.goto(url);
    await page.getByRole("region", { name: "Titles" }).waitFor();
    return await page.evaluate(() => {
      const at = (name: string) => performance.getEntriesByName(name)[0]?.startTime ?? Number.NaN;
      return { paintMs: at("first-contentful-paint"), titlesMs: at("titles") };
    });
  } finally {
    await scope.close();
  }
}
