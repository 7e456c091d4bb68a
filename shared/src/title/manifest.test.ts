import { describe, expect, test } from "vitest";
import { loadTitles, type FolderReader } from "./load-titles.ts";
import { parseManifest, type TitleManifest } from "./manifest.ts";

const MANIFEST: TitleManifest = {
  id: "freedoom", name: "Freedoom", summary: "A free first-person shooter.", publisher: "The Freedoom project",
  credits: "BSD", category: "action", art: { cover: "cover.webp", hero: "hero.webp", accent: "#ff5500" },
  runtime: "native", command: ["chocolate-doom"], size: { width: 1280, height: 720 }, fps: 60,
  input: { keyboard: true, pointer: "relative", touch: false, pad: { buttons: { south: "ControlLeft" } } },
  savePaths: [".local/share/chocolate-doom"],
  resources: { cpuCores: 0.5, memoryMb: 256, gpu: false, network: false },
};

const touch = (control: object) => ({ ...MANIFEST.input, touchControls: [{ x: 0.5, y: 0.5, size: 0.2, ...control }] });

const problemsOf = (change: object) => {
  const result = parseManifest(JSON.stringify({ ...MANIFEST, ...change }), "freedoom/title.json");
  return result.ok ? [] : result.problems;
};

describe("parseManifest", () => {
  test("takes a good one as it is", () => {
    expect(parseManifest(JSON.stringify(MANIFEST), "f")).toEqual({ ok: true, manifest: MANIFEST });
  });

  test.each([
    { kind: "dpad" }, { kind: "stick", pad: "right-stick" }, { kind: "button", pad: "south" },
    { kind: "gyro", label: "Aim" }, { kind: "look" }, { kind: "swipe", keys: ["ArrowUp", "ArrowDown", "ArrowLeft", "ArrowRight"] },
  ])("takes an on-screen part: %o", (control) => expect(problemsOf({ input: touch(control) })).toEqual([]));

  test("takes a web title that wants all of the player's device", () =>
    expect(problemsOf({ runtime: "web", page: "index.html", sensors: ["motion", "location", "microphone", "camera"] })).toEqual([]));

  test.each<[string, object, string, RegExp]>([
    ["a missing field", { name: undefined }, "name", /string/i],
    ["an id with capitals", { id: "Freedoom" }, "id", /lower-case/],
    ["a runtime nobody has", { runtime: "amiga" }, "runtime", /native/],
    ["an odd height", { size: { width: 1280, height: 721 } }, "size.height", /multiple/i],
    ["a native title without command", { command: undefined }, "command", /needs a command/],
    ["a web title without page", { runtime: "web" }, "page", /needs a page/],
    ["a page elsewhere without network", { runtime: "web", page: "https://example.net/" }, "resources.network", /network: true/],
    ["WebGL without a page", { webgl: true }, "webgl", /only pages/],
    ["names without a network", { resources: { ...MANIFEST.resources, networkNames: ["a.example"] } }, "resources.networkNames", /network: true/],
    ["an address for a name", { resources: { ...MANIFEST.resources, network: true, networkNames: ["10.0.0.1"] } }, "resources.networkNames.0", /host's name/],
    ["a page among no names", { runtime: "web", page: "https://example.net/", resources: { ...MANIFEST.resources, network: true, networkNames: ["cdn.example.net"] } }, "resources.networkNames", /example\.net, is missing/],
    ["a page by another protocol", { runtime: "web", page: "../../etc/passwd" }, "page", /inside the title's folder/],
    ["a camera for a native title", { sensors: ["microphone", "camera"] }, "sensors.1", /can't be given the player's camera/],
    ["art outside its folder", { art: { ...MANIFEST.art, cover: "../cover.webp" } }, "art.cover", /inside the title's folder/],
    ["a save path at the root", { savePaths: ["/etc"] }, "savePaths.0", /inside/],
    ["a pad button on no key", { input: { ...MANIFEST.input, pad: { buttons: { south: "Fire" } } } }, "input.pad.buttons.south", /KeyboardEvent\.code/],
    ["a button that does nothing", { input: touch({ kind: "button" }) }, "input.touchControls.0", /needs keys/],
    ["a stick of three keys", { input: touch({ kind: "stick", keys: ["KeyW", "KeyS", "KeyA"] }) }, "input.touchControls.0", /four keys/],
    ["a button that is a stick", { input: touch({ kind: "button", pad: "left-stick" }) }, "input.touchControls.0", /only a stick/],
    ["a swipe on the pad", { input: touch({ kind: "swipe", pad: "south" }) }, "input.touchControls.0", /no part of the pad/],
    ["a field we don't know", { colour: "red" }, "colour", /no such field/],
  ])("%s is named by field and reason", (_name, change, field, reason) => {
    const problems = problemsOf(change);
    expect(problems).toContainEqual({ file: "freedoom/title.json", field, reason: expect.stringMatching(reason) as string });
  });

  test("text that is not JSON is said to be that", () => {
    const result = parseManifest("{ id: 1", "f");
    expect(result).toMatchObject({ ok: false, problems: [{ file: "f", field: "(file)" }] });
  });
});

describe("loadTitles", () => {
  const reader = (files: Record<string, string>): FolderReader => ({
    listFolders: async (path) => {
      const names = Object.keys(files).filter((file) => file.startsWith(`${path}/`));
      if (names.length === 0) throw new Error(`no folder ${path}`);
      return [...new Set(names.map((file) => file.slice(path.length + 1).split("/")[0] ?? ""))];
    },
    readText: async (path) => files[path],
    exists: async (path) => path in files,
  });
  const title = (folder: string, change: object = {}) => ({
    [`${folder}/title.json`]: JSON.stringify({ ...MANIFEST, ...change }),
    [`${folder}/cover.webp`]: "", [`${folder}/hero.webp`]: "",
  });

  test("one bad title doesn't stop the others", async () => {
    const files = { ...title("t/good"), "t/bad/title.json": "{", "t/notes/readme.txt": "" };
    const { titles, problems } = await loadTitles(reader(files), ["t"]);
    expect(titles.map(({ folder }) => folder)).toEqual(["t/good"]);
    expect(problems).toMatchObject([{ file: "t/bad/title.json", field: "(file)" }]);
  });

  test("art that is not there is named", async () => {
    const files = title("t/a");
    delete files["t/a/hero.webp"];
    expect((await loadTitles(reader(files), ["t"])).problems).toEqual([
      { file: "t/a/title.json", field: "art.hero", reason: "no such file: hero.webp" },
    ]);
  });

  test("of two with one id the first stands, and the second is told", async () => {
    const { titles, problems } = await loadTitles(reader({ ...title("a/x"), ...title("b/y") }), ["a", "b"]);
    expect(titles).toHaveLength(1);
    expect(problems).toMatchObject([{ file: "b/y/title.json", field: "id", reason: expect.stringContaining("a/x") as string }]);
  });

  test("a folder that can't be read is one problem, and a title's own folder may be given", async () => {
    const { titles, problems } = await loadTitles(reader(title("mine")), ["gone", "mine"]);
    expect(titles).toHaveLength(1);
    expect(problems).toMatchObject([{ file: "gone", field: "(folder)" }]);
  });
});
