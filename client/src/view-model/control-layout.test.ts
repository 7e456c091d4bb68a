import type { TouchControl } from "@nearframe/shared/title/manifest";
import { describe, expect, test } from "vitest";
import { keyboardNeeds } from "../testing/samples.ts";
import { arrangeControls, changePart, controlsOf, parseLayout, plainLayout } from "./control-layout.ts";

const stick: TouchControl = { kind: "stick", keys: ["KeyW", "KeyS", "KeyA", "KeyD"], x: 0.1, y: 0.8, size: 0.3 };
const fire: TouchControl = { kind: "button", label: "Fire", keys: ["KeyF"], x: 0.9, y: 0.8, size: 0.2 };
const plain = plainLayout("doom");
const idOf = (control: TouchControl) => arrangeControls([control], plain, "landscape", false)[0]?.id ?? "";

describe("arranged parts", () => {
  test("lie as the publisher says until the player moves them, each orientation by itself", () => {
    const moved = changePart(changePart(plain, "landscape", idOf(fire), { x: 0.5 }), "landscape", idOf(fire), { size: 0.4 });
    expect(arrangeControls([stick, fire], moved, "landscape", false).map(({ control }) => control)).toEqual([
      stick, { ...fire, x: 0.5, size: 0.4 },
    ]);
    expect(arrangeControls([stick, fire], moved, "portrait", false).map(({ control }) => control)).toEqual([stick, fire]);
  });

  test("are mirrored for the left hand, but for what the player placed", () => {
    const moved = changePart(plain, "landscape", idOf(fire), { x: 0.5 });
    expect(arrangeControls([stick, fire], moved, "landscape", true).map(({ control }) => control.x)).toEqual([0.9, 0.5]);
  });

  test("keep their places when the publisher changes their order", () => {
    const moved = changePart(plain, "landscape", idOf(fire), { y: 0.1, hidden: true });
    expect(arrangeControls([fire, stick], moved, "landscape", false)[0]).toMatchObject({ hidden: true, control: { y: 0.1 } });
  });

  test("that are alike are told apart", () => {
    const ids = arrangeControls([fire, fire], plain, "landscape", false).map(({ id }) => id);
    expect(new Set(ids).size).toBe(2);
  });
});

describe("a layout from another player", () => {
  test("is what was exported", () => {
    const layout = changePart(plain, "portrait", idOf(fire), { x: 0.2, hidden: true });
    expect(parseLayout(JSON.stringify(layout), "doom")).toEqual({ ok: true, layout });
  });

  test.each([
    ["no JSON", "{", "not-a-layout"],
    ["something else", '{"kind":"recipe"}', "not-a-layout"],
    ["a part outside the screen", JSON.stringify({ ...plain, portrait: { a: { x: 2 } } }), "not-a-layout"],
    ["another title's", JSON.stringify(plainLayout("tux")), "another-title"],
  ])("%s is refused", (_name, text, why) => expect(parseLayout(text, "doom")).toEqual({ ok: false, why }));
});

test("a title for pads alone has one on the screen; one for touch or a pointer needs none", () => {
  const kinds = controlsOf({ ...keyboardNeeds, pad: {} }).map(({ kind, pad }) => pad ?? kind);
  expect(kinds).toEqual(expect.arrayContaining(["left-stick", "south", "east", "west", "north", "start"]));
  expect(kinds).not.toContain("look");
  expect(controlsOf({ ...keyboardNeeds, pad: {}, pointer: "relative" }).map(({ kind }) => kind)).toContain("look");
  expect(controlsOf({ ...keyboardNeeds, pad: {}, touch: true })).toEqual([]);
  expect(controlsOf(keyboardNeeds)).toEqual([]);
  expect(controlsOf({ ...keyboardNeeds, touchControls: [fire], pad: {} })).toEqual([fire]);
});
