import { describe, expect, test } from "vitest";
import { sampleTitle } from "../testing/samples.ts";
import { DOCK_MAX, makeFolder, pinToDock, putInFolder, renameFolder, takeFromDock, takeFromFolder, type Arrangement } from "./arrangement.ts";
import { handsFor, makeHomeView, makeLockView, makeRecentsView, type HomeNeeds, type TileView } from "./home-view.ts";
import { forgetPlayed, notePlayed, RECENTS_MAX } from "./recents.ts";
import { searchTitles } from "./search.ts";
import { keyboardNeeds } from "../testing/samples.ts";

const [train, boat] = [sampleTitle("night-train"), sampleTitle("boat", { category: "puzzle" })];
const gone = sampleTitle("gone", { availability: { state: "unavailable", reason: "none" } });
const held = [{ sessionId: "s", titleId: "boat", untilMs: 1 }] as unknown as HomeNeeds["held"];
const empty: Arrangement = { folders: [] };

const home = (needs: Partial<HomeNeeds> = {}) =>
  makeHomeView({
    catalogue: { is: "ready", titles: [gone, train, boat] }, held: [], recents: [], arrangement: empty, parted: [],
    wanted: { category: undefined, titleId: undefined }, ...needs,
  });
const names = (tiles: readonly TileView[]) => tiles.map((tile) => (tile.kind === "title" ? tile.title.id : `[${tile.folder.name}]`));

test("the lock screen shows what waits: what runs, and saves to choose from; and is there without a catalogue", () => {
  expect(makeLockView(home({ held, parted: ["night-train", "unknown"] }))).toEqual({
    wallpaper: boat.art, resume: { title: boat, kept: true, elsewhere: false }, parted: [train],
  });
  expect(makeLockView(home({ catalogue: { is: "unreachable" } }))).toEqual({ wallpaper: undefined, resume: undefined, parted: [] });
});

describe("the home screen", () => {
  test("features the first title that can be played, and shows all in the server's order", () => {
    const view = home();
    expect(view).toMatchObject({ is: "ready", featured: train, resume: undefined });
    expect(view.is === "ready" && names(view.tiles)).toEqual(["gone", "night-train", "boat"]);
  });

  test("offers to go on with what is kept, else with what was played last and can be played", () => {
    expect(home({ held, recents: [{ titleId: "night-train", playedAtMs: 1 }] })).toMatchObject({ resume: { title: boat, kept: true }, featured: boat });
    expect(home({ recents: [{ titleId: "night-train", playedAtMs: 1 }] })).toMatchObject({ resume: { title: train, kept: false } });
    expect(home({ held: held.map((each) => ({ ...each, elsewhere: true })) })).toMatchObject({ resume: { title: boat, kept: true, elsewhere: true } });
    expect(home({ recents: [{ titleId: "gone", playedAtMs: 1 }] })).toMatchObject({ resume: undefined });
  });

  test("shows behind everything what the player looks at", () => {
    expect(home({ held, wanted: { category: undefined, titleId: "night-train" } })).toMatchObject({ featured: train, resume: { title: boat } });
  });

  test("has the categories there are; a chosen one shows its titles even out of folders", () => {
    const arrangement = makeFolder(empty, "boat", "Quiet", "f");
    const view = home({ arrangement, wanted: { category: "puzzle", titleId: undefined } });
    expect(view).toMatchObject({ categories: ["action", "puzzle"], chosen: "puzzle" });
    expect(view.is === "ready" && names(view.tiles)).toEqual(["boat"]);
    expect(home({ wanted: { category: "racing", titleId: undefined } })).toMatchObject({ chosen: undefined });
  });

  test("is empty, or loading, or cut off", () => {
    expect(home({ catalogue: { is: "ready", titles: [] } })).toEqual({ is: "empty" });
    expect(home({ catalogue: { is: "loading" } })).toEqual({ is: "loading" });
    expect(home({ catalogue: { is: "unreachable" } })).toEqual({ is: "unreachable" });
  });

  test.each([
    [{}, ["keyboard"]],
    [{ pointer: "absolute" as const }, ["keyboard", "mouse", "touch"]],
    [{ keyboard: false, touch: true }, ["touch"]],
    [{ touchControls: [{ kind: "look" as const, x: 0, y: 0, size: 1 }], pad: {} }, ["keyboard", "touch", "pad"]],
  ])("says what a title is played with: %o", (more, hands) => {
    expect(handsFor({ ...keyboardNeeds, ...more })).toEqual(hands);
  });
});

describe("folders", () => {
  const filed = makeFolder(empty, "boat", "  Quiet games ", "f1");

  test("take their titles off the screen and stand after the rest", () => {
    const view = home({ arrangement: filed });
    expect(view.is === "ready" && names(view.tiles)).toEqual(["gone", "night-train", "[Quiet games]"]);
  });

  test("hold a title once, and end with their last one", () => {
    const two = putInFolder(filed, "night-train", "f1");
    expect(two.folders).toEqual([{ id: "f1", name: "Quiet games", titleIds: ["boat", "night-train"] }]);
    const moved = makeFolder(two, "boat", "Boats", "f2");
    expect(moved.folders.map(({ name, titleIds }) => [name, titleIds])).toEqual([["Quiet games", ["night-train"]], ["Boats", ["boat"]]]);
    expect(takeFromFolder(moved, "boat").folders).toHaveLength(1);
    expect(putInFolder(filed, "boat", "f1")).toBe(filed);
  });

  test("need a name, and keep the old one where there is none", () => {
    expect(makeFolder(empty, "boat", "   ", "f")).toBe(empty);
    expect(renameFolder(filed, "f1", " ")).toBe(filed);
    expect(renameFolder(filed, "f1", "Loud").folders[0]?.name).toBe("Loud");
  });

  test("of titles that are gone show nothing, and keep them for when they are back", () => {
    const arrangement = makeFolder(empty, "elsewhere", "Away", "f");
    const view = home({ arrangement });
    expect(view.is === "ready" && names(view.tiles)).not.toContain("[Away]");
    expect(arrangement.folders).toHaveLength(1);
  });
});

describe("the dock", () => {
  test("holds what can be played until the player chooses", () => {
    expect(home()).toMatchObject({ dock: [train, boat] });
    expect(home({ arrangement: takeFromDock(empty, ["night-train", "boat"], "boat") })).toMatchObject({ dock: [train] });
  });

  test("has four places: a fifth title takes the last one's", () => {
    const full = ["a", "b", "c", "d"];
    expect(full).toHaveLength(DOCK_MAX);
    expect(pinToDock(empty, full, "e").dock).toEqual(["a", "b", "c", "e"]);
    expect(pinToDock(empty, full, "c")).toBe(empty);
  });
});

describe("recents", () => {
  test("are newest first, once each, and bounded", () => {
    let recents = notePlayed([], "a", 1);
    recents = notePlayed(notePlayed(recents, "b", 2), "a", 3);
    expect(recents).toEqual([{ titleId: "a", playedAtMs: 3 }, { titleId: "b", playedAtMs: 2 }]);
    for (let i = 0; i < 30; i++) recents = notePlayed(recents, `t${i}`, i);
    expect(recents).toHaveLength(RECENTS_MAX);
    expect(forgetPlayed(recents, "t29")[0]?.titleId).toBe("t28");
  });

  test("show what still runs first, and nothing that is gone", () => {
    const recents = [{ titleId: "night-train", playedAtMs: 9 }, { titleId: "away", playedAtMs: 8 }, { titleId: "boat", playedAtMs: 7 }];
    expect(makeRecentsView([train, boat], held, recents)).toEqual([
      { title: boat, playedAtMs: 7, kept: true }, { title: train, playedAtMs: 9, kept: false },
    ]);
  });
});

describe("search", () => {
  const titles = [sampleTitle("super-tux"), sampleTitle("tux-racer", { category: "racing" }), sampleTitle("pokémon", { summary: "Catch a tux" })];
  const find = (query: string) => searchTitles(titles, query, (category) => (category === "racing" ? "赛车" : category)).map(({ id }) => id);

  test.each([
    ["", []],
    ["  ", []],
    ["tux", ["tux-racer", "super-tux", "pokémon"]],
    ["POKEMON", ["pokémon"]],
    ["赛车", ["tux-racer"]],
    ["tux racer", ["tux-racer"]],
    ["nothing", []],
  ])("%o", (query, found) => expect(find(query)).toEqual(found));
});
