import { expect, test } from "vitest";
import { chooseLanguage } from "../view-model/settings.ts";
import { en } from "./en.ts";
import { loadTexts } from "./load-texts.ts";
import { zh } from "./zh.ts";

/** Every text by its path; one that counts or names is read with samples. */
function read(texts: object, path = ""): [string, string][] {
  return Object.entries(texts).flatMap(([key, value]): [string, string][] => {
    const at = `${path}.${key}`;
    if (typeof value === "string") return [[at, value]];
    if (typeof value === "function") return [[at, String((value as (...samples: unknown[]) => unknown)(2, 3))]];
    return read(value as object, at);
  });
}

test("every language says everything, and leaves nothing in English but names", () => {
  const english = new Map(read(en));
  const chinese = read(zh);
  expect(chinese.map(([path]) => path).sort()).toEqual([...english.keys()].sort());
  const same = chinese.filter(([path, text]) => english.get(path) === text && /[a-z]{4}/iu.test(text));
  expect(same.map(([path]) => path).sort()).toEqual([".product", ".settings.languages.en"]);
  for (const [path, text] of chinese) expect(text.trim(), path).not.toBe("");
});

test("one is one and two are two, by the rules of the language", () => {
  expect([en.search.found(1), en.search.found(2), en.search.found(0)]).toEqual(["1 title found", "2 titles found", "0 titles found"]);
  expect([en.menu.pad(1), zh.menu.pad(1)]).toEqual(["1 gamepad connected", "已连接 1 个手柄"]);
});

test.each([
  ["zh", ["en-US"], "zh"],
  ["auto", ["zh-Hans-CN", "en"], "zh"],
  ["auto", ["ZH-tw"], "zh"],
  ["auto", ["fr-FR", "en-GB"], "en"],
  ["auto", ["fr-FR"], "en"],
  ["auto", [], "en"],
] as const)("chosen %s in a browser of %o: %s", (chosen, browser, language) => {
  expect(chooseLanguage(chosen, browser)).toBe(language);
});

test("a language is fetched when it is somebody's", async () => {
  expect(await loadTexts("zh")).toBe(zh);
  expect(await loadTexts("en")).toBe(en);
});
