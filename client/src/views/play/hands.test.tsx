// @vitest-environment happy-dom
import type { TouchControl } from "@nearframe/shared/title/manifest";
import { Scope } from "@nearframe/shared/lifetime";
import { cleanup, fireEvent, render, screen, within } from "@testing-library/react";
import { afterEach, describe, expect, test, vi } from "vitest";
import { createSource } from "../../behavior.ts";
import { PLAIN_MAP } from "../../input/pad-map.ts";
import { keyboardNeeds } from "../../testing/samples.ts";
import { en } from "../../texts/en.ts";
import type { Orientation } from "../../view-model/control-layout.ts";
import { createPlayControls } from "../../view-model/play-controls.ts";
import { DEFAULT_SETTINGS } from "../../view-model/settings.ts";
import { ControlsEditor } from "./ControlsEditor.tsx";
import { PadSheet } from "./PadSheet.tsx";
import { TypingBar } from "./TypingBar.tsx";

afterEach(cleanup);
afterEach(() => localStorage.clear());

const fire: TouchControl = { kind: "button", label: "Fire", keys: ["KeyF"], x: 0.9, y: 0.8, size: 0.2 };
const cross: TouchControl = { kind: "dpad", x: 0.1, y: 0.8, size: 0.3 };

function controls(scope: Scope) {
  const settings = createSource(DEFAULT_SETTINGS);
  const orientation = createSource<Orientation>("landscape");
  const made = createPlayControls(scope, "doom", { storage: localStorage, settings: settings.behavior, orientation: orientation.behavior });
  made.follow({ ...keyboardNeeds, touchControls: [cross, fire] });
  return { made, settings, orientation };
}

describe("the controls of a session", () => {
  test("are kept for the title, each way of holding by itself, and mirrored at once", async () => {
    const scope = new Scope();
    const { made, settings, orientation } = controls(scope);
    const id = made.view.value.parts[1]?.id ?? "";
    made.changePart(id, { x: 0.5 });
    expect(made.worked().map(({ x }) => x)).toEqual([0.1, 0.5]);
    orientation.set("portrait");
    expect(made.worked().map(({ x }) => x)).toEqual([0.1, 0.9]);
    settings.set({ ...DEFAULT_SETTINGS, leftHanded: true });
    expect(made.worked().map(({ x }) => x.toFixed(1))).toEqual(["0.9", "0.1"]);
    expect(controls(scope).made.worked()[1]?.x).toBe(0.5);
    made.changePart(id, { hidden: true });
    expect(made.worked()).toHaveLength(1);
    await scope.close();
  });

  test("go to another player and come back as they were", async () => {
    const scope = new Scope();
    const { made } = controls(scope);
    made.changePart(made.view.value.parts[1]?.id ?? "", { size: 0.4 });
    const file = made.exported();
    made.reset();
    expect(made.worked()[1]?.size).toBe(0.2);
    expect(made.import(file)).toMatchObject({ ok: true });
    expect(made.worked()[1]?.size).toBe(0.4);
    expect(made.import("{}")).toEqual({ ok: false, why: "not-a-layout" });
    expect(made.worked()[1]?.size).toBe(0.4);
    await scope.close();
  });
});

describe("the editor", () => {
  function show() {
    const calls = {
      onChange: vi.fn(), onOpacity: vi.fn(), onReset: vi.fn(), onExport: vi.fn(), onDone: vi.fn(),
      onImport: vi.fn(() => ({ ok: false, why: "another-title" }) as const),
    };
    const parts = [{ id: "cross", control: cross, hidden: false }, { id: "fire", control: fire, hidden: false }];
    const { container } = render(<ControlsEditor view={{ parts, opacity: 0.9 }} {...calls} />);
    return { ...calls, container, part: screen.getByRole("button", { name: "Fire" }) };
  }

  test("a part is dragged to where it is let go, and is told of once", () => {
    const { onChange, part } = show();
    part.setPointerCapture = () => undefined;
    const field = part.parentElement as HTMLElement;
    field.getBoundingClientRect = () => ({ left: 0, top: 0, width: 800, height: 400 }) as DOMRect;
    fireEvent.pointerDown(part, { pointerId: 1, clientX: 720, clientY: 320 });
    for (let x = 700; x >= 400; x -= 50) fireEvent.pointerMove(part, { pointerId: 1, clientX: x, clientY: 100 });
    expect(onChange).not.toHaveBeenCalled();
    expect(part.style.getPropertyValue("--x")).toBe("0.5");
    fireEvent.pointerUp(part, { pointerId: 1 });
    expect(onChange.mock.calls).toEqual([["fire", { x: 0.5, y: 0.25 }]]);
  });

  test("a touch that moves nothing changes nothing", () => {
    const { onChange, part } = show();
    part.setPointerCapture = () => undefined;
    fireEvent.pointerDown(part, { pointerId: 1 });
    fireEvent.pointerUp(part, { pointerId: 1 });
    expect(onChange).not.toHaveBeenCalled();
  });

  test("the chosen part is moved by arrows, sized and hidden; all are faded", () => {
    const { onChange, onOpacity, part } = show();
    fireEvent.focus(part);
    fireEvent.keyDown(part, { key: "ArrowLeft" });
    expect(onChange).toHaveBeenLastCalledWith("fire", { x: 0.88, y: 0.8 });
    fireEvent.change(screen.getByRole("slider", { name: en.editor.size }), { target: { value: "0.5" } });
    expect(onChange).toHaveBeenLastCalledWith("fire", { size: 0.5 });
    fireEvent.click(screen.getByRole("button", { name: en.editor.hide }));
    expect(onChange).toHaveBeenLastCalledWith("fire", { hidden: true });
    fireEvent.change(screen.getByRole("slider", { name: en.editor.opacity }), { target: { value: "0.3" } });
    expect(onOpacity).toHaveBeenCalledWith(0.3);
  });

  test("is reset, exported and left; a file of another title is refused in words", async () => {
    const { onReset, onExport, onDone, onImport, container } = show();
    for (const name of [en.editor.reset, en.editor.export, en.editor.done]) fireEvent.click(screen.getByRole("button", { name }));
    for (const call of [onReset, onExport, onDone]) expect(call).toHaveBeenCalledOnce();
    const file = new File(["{}"], "controls.json", { type: "application/json" });
    fireEvent.change(container.querySelector("input[type=file]") as HTMLInputElement, { target: { files: [file] } });
    expect(await screen.findByText(en.editor.refused["another-title"])).toBeTruthy();
    expect(onImport).toHaveBeenCalledWith("{}");
  });
});

test("a pad's buttons change places, and go back", () => {
  const onChange = vi.fn();
  render(<PadSheet map={PLAIN_MAP} onChange={onChange} onClose={vi.fn()} />);
  const sheet = within(screen.getByRole("dialog"));
  fireEvent.change(sheet.getByRole("combobox", { name: en.pad.buttons.south }), { target: { value: "east" } });
  expect(onChange).toHaveBeenLastCalledWith({ ...PLAIN_MAP, buttons: { south: "east", east: "south" } });
  fireEvent.click(sheet.getByRole("switch", { name: en.pad.invertLookY }));
  expect(onChange).toHaveBeenLastCalledWith({ ...PLAIN_MAP, invertLookY: true });
  fireEvent.click(sheet.getByRole("button", { name: en.pad.reset }));
  expect(onChange).toHaveBeenLastCalledWith(PLAIN_MAP);
});

describe("the phone's keyboard", () => {
  function show(readClipboard: () => Promise<string>) {
    const mounted = { type: vi.fn(), close: vi.fn() };
    const [mountField, onClose] = [vi.fn(() => mounted), vi.fn()];
    const { unmount } = render(<TypingBar mountField={mountField} readClipboard={readClipboard} onClose={onClose} />);
    return { ...mounted, mountField, onClose, unmount };
  }

  test("has the focus at once and corrects nothing", () => {
    const { mountField, onClose, close, unmount } = show(async () => "");
    const field = screen.getByRole("textbox", { name: en.typing.field });
    expect(mountField).toHaveBeenCalledWith(field);
    expect(document.activeElement).toBe(field);
    expect(["autocorrect", "autocapitalize", "autocomplete", "spellcheck"].map((name) => field.getAttribute(name))).toEqual(["off", "off", "off", "false"]);
    fireEvent.click(screen.getByRole("button", { name: en.typing.close }));
    expect(onClose).toHaveBeenCalledOnce();
    unmount();
    expect(close).toHaveBeenCalledOnce();
  });

  test("pastes, and says so when the browser does not let it", async () => {
    const { type } = show(async () => "copied");
    fireEvent.click(screen.getByRole("button", { name: en.typing.paste }));
    await vi.waitFor(() => expect(type).toHaveBeenCalledWith("copied"));
    cleanup();
    const info = vi.spyOn(console, "info").mockReturnValue();
    show(() => Promise.reject(new DOMException("no", "NotAllowedError")));
    fireEvent.click(screen.getByRole("button", { name: en.typing.paste }));
    expect(await screen.findByText(en.typing.refused)).toBeTruthy();
    info.mockRestore();
  });
});
