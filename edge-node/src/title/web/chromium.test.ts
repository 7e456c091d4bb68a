import { expect, test } from "vitest";
import { addressOf, chromiumArguments, originOf, titleHost, type WebSettings } from "./chromium.ts";

const SETTINGS: WebSettings = {
  chromium: "/usr/bin/chromium", setpriv: "/usr/bin/setpriv", id: "glider", folder: "/titles/glider", page: "index.html",
  size: { width: 1280, height: 720 }, profile: "/home/profile", network: false, onCard: false, webgl: false, touch: false, sensors: [], privileged: false,
};
const rulesOf = (settings: WebSettings) =>
  chromiumArguments(settings, 4711).find((argument) => argument.startsWith("--host-resolver-rules="));

test("a page in the title's folder has the same origin in every session", () => {
  expect(chromiumArguments(SETTINGS, 4711)).toContain("--app=http://glider.localhost/index.html");
  expect(titleHost("glider")).toBe("glider.localhost");
  expect(rulesOf(SETTINGS)).toContain("MAP glider.localhost 127.0.0.1:4711");
});

test("a title without network can look up no other name", () => {
  expect(rulesOf(SETTINGS)).toContain("MAP * ~NOTFOUND");
  expect(rulesOf({ ...SETTINGS, network: true })).not.toContain("~NOTFOUND");
  expect(rulesOf({ ...SETTINGS, network: true, networkNames: ["play.example", "*.cdn.example"] })).toContain("MAP * ~NOTFOUND, EXCLUDE play.example, EXCLUDE *.cdn.example");
});

test("a page on the network is opened as it is named", () => {
  expect(chromiumArguments({ ...SETTINGS, page: "https://play.example/", network: true }, 4711)).toContain("--app=https://play.example/");
});

test("the browser keeps its own sandbox wherever it may", () => {
  expect(chromiumArguments(SETTINGS, 4711)).not.toContain("--no-sandbox");
  expect(chromiumArguments({ ...SETTINGS, privileged: true }, 4711)).toContain("--no-sandbox");
});

test("a title that was given a card is drawn by it, by Vulkan, and any other by the processor", () => {
  const onCard = chromiumArguments({ ...SETTINGS, onCard: true }, 4711);
  expect(onCard).toEqual(expect.arrayContaining(["--use-angle=vulkan", "--ignore-gpu-blocklist"]));
  expect(onCard).not.toContain("--disable-gpu");
  expect(chromiumArguments(SETTINGS, 4711)).toContain("--disable-gpu");
  expect(chromiumArguments(SETTINGS, 4711).join(" ")).not.toMatch(/vulkan|swiftshader/i);
  expect(chromiumArguments({ ...SETTINGS, webgl: true }, 4711)).toEqual(expect.arrayContaining(["--disable-gpu", "--enable-unsafe-swiftshader"]));
});

test("what a player grants is the origin's that the page has", () => {
  expect(originOf(SETTINGS)).toBe("http://glider.localhost");
  expect(originOf({ ...SETTINGS, page: "https://play.example/a/b" })).toBe("https://play.example");
});

test.each<[string, Partial<WebSettings>]>([
  ["motion", { sensors: ["motion"] }], ["camera", { sensors: ["camera"] }], ["a touch screen", { touch: true }],
])("a page with %s is opened once that is there", (_, change) => {
  const settings = { ...SETTINGS, ...change };
  expect(chromiumArguments(settings, 4711)).toContain("--app=about:blank");
  expect(addressOf(settings)).toBe("http://glider.localhost/index.html");
});
