// @vitest-environment happy-dom
import { Scope } from "@nearframe/shared/lifetime";
import { TEXT_BYTES_MAX } from "@nearframe/shared/input/messages";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { createTextField, PASTE_CHARACTERS_MAX, piecesOf, SENTINEL, type TextField } from "./text-field.ts";

let scope: Scope;
let field: HTMLInputElement;
let text: TextField;
let said: string[];
beforeEach(() => {
  scope = new Scope();
  said = [];
  field = document.createElement("input");
  document.body.append(field);
  text = createTextField(scope, field, {
    dispatch: (event) => void said.push(event.kind === "text" ? event.text : event.kind),
    pressKey: (code) => void said.push(`[${code}]`),
  });
});
afterEach(async () => {
  await scope.close();
  field.remove();
});

const input = (value: string, isComposing = false) => {
  field.value = value;
  field.dispatchEvent(new InputEvent("input", { isComposing }));
};

describe("the phone's keyboard", () => {
  test("types letters and emoji as they come, and the field is empty again", () => {
    input(`${SENTINEL}a`);
    input(`${SENTINEL}👩‍🚀`);
    expect(said).toEqual(["a", "👩‍🚀"]);
    expect(field.value).toBe(SENTINEL);
  });

  test("tells nothing of what is being composed, and all of what was chosen, once", () => {
    field.dispatchEvent(new CompositionEvent("compositionstart"));
    for (const typed of ["n", "ni", "nih", "niha", "nihao"]) input(SENTINEL + typed, true);
    input(`${SENTINEL}你好`, true);
    expect(said).toEqual([]);
    field.dispatchEvent(new CompositionEvent("compositionend", { data: "你好" }));
    // Some browsers tell of the end by an input of its own.
    input(SENTINEL);
    expect(said).toEqual(["你好"]);
  });

  test("takes away the title's last letter when there is nothing of its own", () => {
    input("");
    input("");
    expect(said).toEqual(["[Backspace]", "[Backspace]"]);
    expect(field.value).toBe(SENTINEL);
  });

  test("a composition that was given up leaves nothing", () => {
    input(`${SENTINEL}ni`, true);
    input(SENTINEL, true);
    field.dispatchEvent(new CompositionEvent("compositionend", { data: "" }));
    expect(said).toEqual([]);
  });

  test.each(["Enter", "Tab", "Escape", "ArrowLeft"])("%s is a key, not text", (key) => {
    const event = new KeyboardEvent("keydown", { key, cancelable: true });
    field.dispatchEvent(event);
    expect(said).toEqual([`[${key}]`]);
    expect(event.defaultPrevented).toBe(true);
  });

  test("keys that choose among suggestions stay the keyboard's", () => {
    field.dispatchEvent(new KeyboardEvent("keydown", { key: "Enter", isComposing: true }));
    expect(said).toEqual([]);
  });
});

describe("pasted text", () => {
  test("is typed line by line", () => {
    text.type("one\r\ntwo\n");
    expect(said).toEqual(["one", "[Enter]", "two", "[Enter]"]);
  });

  test("is cut into what a message holds, between characters", () => {
    const flags = "🇩🇪".repeat(300);
    const pieces = piecesOf(flags);
    expect(pieces.join("")).toBe(flags);
    for (const piece of pieces) {
      expect(new TextEncoder().encode(piece).length).toBeLessThanOrEqual(TEXT_BYTES_MAX);
      expect([...new Intl.Segmenter().segment(piece)].every(({ segment }) => segment === "🇩🇪")).toBe(true);
    }
    expect(piecesOf("")).toEqual([]);
  });

  test("has an end", () => {
    text.type("x".repeat(100_000));
    expect(said.join("")).toHaveLength(PASTE_CHARACTERS_MAX);
  });
});

test("closing leaves the field alone", async () => {
  await scope.close();
  input("a");
  expect(said).toEqual([]);
});
