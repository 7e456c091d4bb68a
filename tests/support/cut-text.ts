// Words that a page shows in part: cut by a box around them, or by the edge of the screen where nothing scrolls there.

import type { Page } from "playwright";

export const findCutText = (page: Page): Promise<string[]> =>
  page.evaluate(() => {
    /** Rounding of letters, and the overhang that each typeface has. */
    const slackPx = 2;
    const cut: string[] = [];
    const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    for (let node = walker.nextNode(); node; node = walker.nextNode()) {
      const words = node.textContent?.trim();
      const around = node.parentElement;
      if (!words || !around?.checkVisibility({ opacityProperty: true, visibilityProperty: true })) continue;
      const range = document.createRange();
      range.selectNodeContents(node);
      const text = range.getBoundingClientRect();
      // What waits above the screen for the focus, and what is for screen readers alone.
      if (text.bottom <= 0 || text.width <= 1 || around.clientWidth === 1) continue;
      let [across, down] = [true, true];
      const outside = (box: { left: number; right: number; top: number; bottom: number }) =>
        (across && (text.left < box.left - slackPx || text.right > box.right + slackPx)) ||
        (down && (text.top < box.top - slackPx || text.bottom > box.bottom + slackPx));
      let isCut = false;
      for (let box: Element | null = around; box && box !== document.body && !isCut; box = box.parentElement) {
        const { overflowX, overflowY, textOverflow, position } = getComputedStyle(box);
        if (textOverflow === "ellipsis" && box.scrollWidth > box.clientWidth + 1) isCut = true;
        // Whoever scrolls there sees it.
        if (overflowX === "auto" || overflowX === "scroll") across = false;
        if (overflowY === "auto" || overflowY === "scroll") down = false;
        if (overflowX === "hidden" || overflowX === "clip" || overflowY === "hidden" || overflowY === "clip") isCut ||= outside(box.getBoundingClientRect());
        if (position === "fixed") break;
      }
      const scrolled = document.scrollingElement?.scrollHeight ?? 0;
      if (isCut || outside({ left: 0, right: innerWidth, top: 0, bottom: Math.max(innerHeight, scrolled) })) cut.push(words);
    }
    return cut;
  });
