import { expect, test } from "vitest";
import { compositorSettings, phoneScale } from "./phone.ts";

test("a phone has about as many points across, whatever its pixels and however it is held", () => {
  expect(phoneScale({ width: 600, height: 1280 })).toBe(1.5);
  expect(phoneScale({ width: 1280, height: 600 })).toBe(1.5);
  expect(phoneScale({ width: 360, height: 720 })).toBe(1);
  expect(phoneScale({ width: 1080, height: 2400 })).toBe(2.75);
});

test("the compositor fills the display", () => {
  expect(compositorSettings({ width: 600, height: 1280 })).toContain("[output:X11-1]\nmode = 600x1280\nscale = 1.5\n");
});
