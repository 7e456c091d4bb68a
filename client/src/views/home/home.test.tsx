// @vitest-environment happy-dom
import { cleanup, fireEvent, render, screen, within } from "@testing-library/react";
import { afterEach, describe, expect, test, vi } from "vitest";
import { sampleTitle } from "../../testing/samples.ts";
import { en } from "../../texts/en.ts";
import { makeHomeView, type HomeNeeds } from "../../view-model/home-view.ts";
import { Home } from "./Home.tsx";
import { RatingSheet } from "./RatingSheet.tsx";

afterEach(cleanup);

const titles = [
  sampleTitle("night-train"),
  sampleTitle("boat", { category: "puzzle", availability: { state: "busy" } }),
  sampleTitle("gone", { availability: { state: "unavailable", reason: "No machine has it." } }),
];
const folders = [{ id: "f", name: "Quiet", titleIds: ["boat"] }];

function show(needs: Partial<HomeNeeds> = {}, line: "connected" | "offline" = "connected") {
  const calls = {
    onPlay: vi.fn(), onLookAt: vi.fn(), onCategory: vi.fn(), onRetry: vi.fn(), onPin: vi.fn(), onFolder: vi.fn(),
    onRenameFolder: vi.fn(), onPage: vi.fn(), onShare: vi.fn(async () => "copied" as const), onSaves: vi.fn(),
  };
  const view = makeHomeView({
    catalogue: { is: "ready", titles }, held: [], recents: [], arrangement: { dock: [], folders: [] }, parted: [],
    wanted: { category: undefined, titleId: undefined }, ...needs,
  });
  const arrangement = needs.arrangement ?? { folders: [] };
  render(
    <Home
      view={view} line={line} facts={{ battery: { level: 0.5, charging: true }, online: true, installable: false }}
      folders={arrangement.folders} now={new Date(2026, 10, 22, 9, 5)} {...calls}
    />,
  );
  return calls;
}
const shelf = () => within(screen.getByRole("region", { name: en.home.titles }));

describe("the home screen", () => {
  test("tells time, connection and battery, as a phone does", () => {
    show();
    expect(screen.getByText("09:05")).toBeTruthy();
    expect(screen.getByText(en.home.connected)).toBeTruthy();
    expect(screen.getByText(en.home.battery(50, true))).toBeTruthy();
    cleanup();
    show({}, "offline");
    expect(screen.getByText(en.home.offline)).toBeTruthy();
  });

  test("one press on a tile plays it", () => {
    const { onPlay } = show();
    fireEvent.click(shelf().getByRole("button", { name: en.home.playTitle("Boat") }));
    expect(onPlay).toHaveBeenCalledWith("boat", expect.anything());
  });

  test("what can't be played says why instead", () => {
    const { onPlay } = show();
    fireEvent.click(shelf().getByRole("button", { name: en.home.playTitle("Gone") }));
    expect(onPlay).not.toHaveBeenCalled();
    expect(within(screen.getByRole("dialog")).getByText("No machine has it.")).toBeTruthy();
  });

  test("what is kept is one press away", () => {
    const { onPlay } = show({ held: [{ sessionId: "s", titleId: "boat", untilMs: 1 }] });
    fireEvent.click(screen.getAllByRole("button", { name: en.home.continueTitle("Boat") })[0] as HTMLElement);
    expect(onPlay).toHaveBeenCalledWith("boat", expect.anything(), false);
    expect(screen.getAllByText(en.home.continueHint).length).toBeGreaterThan(0);
  });

  test("looking at a tile, by mouse or keyboard, is told", () => {
    const { onLookAt } = show();
    fireEvent.focus(shelf().getByRole("button", { name: en.home.playTitle("Boat") }));
    expect(onLookAt).toHaveBeenCalledWith("boat");
  });

  test("categories are chosen, and unchosen by All", () => {
    const { onCategory } = show();
    fireEvent.click(screen.getByRole("button", { name: en.categories.puzzle }));
    expect(onCategory).toHaveBeenLastCalledWith("puzzle");
    const all = screen.getByRole("button", { name: en.home.all });
    expect(all.getAttribute("aria-pressed")).toBe("true");
    fireEvent.click(all);
    expect(onCategory).toHaveBeenLastCalledWith(undefined);
  });

  test("the dock leads to search, recents and settings, and holds titles", () => {
    const { onPage, onPlay } = show({ arrangement: { dock: ["night-train"], folders: [] } });
    const dock = within(screen.getByRole("navigation", { name: en.home.dock }));
    for (const name of [en.nav.search, en.nav.recents, en.nav.settings]) fireEvent.click(dock.getByRole("button", { name }));
    expect(onPage.mock.calls).toEqual([["search"], ["recents"], ["settings"]]);
    fireEvent.click(dock.getByRole("button", { name: en.home.playTitle("Night Train") }));
    expect(onPlay).toHaveBeenCalledWith("night-train", expect.anything());
  });

  test("without a server it says so and can be asked to try now", () => {
    const { onRetry } = show({ catalogue: { is: "unreachable" } });
    expect(screen.getByRole("alert").textContent).toContain(en.home.unreachable);
    fireEvent.click(screen.getByRole("button", { name: en.home.retry }));
    expect(onRetry).toHaveBeenCalledOnce();
  });
});

describe("a title's sheet", () => {
  function open(needs: Partial<HomeNeeds> = {}) {
    const calls = show(needs);
    fireEvent.contextMenu(shelf().getByRole("button", { name: en.home.playTitle("Night Train") }));
    return { ...calls, sheet: within(screen.getByRole("dialog")) };
  }

  test("opens by a long press, the mouse's second button or the menu key, and plays nothing", () => {
    vi.useFakeTimers();
    try {
      const { onPlay } = show();
      const tile = shelf().getByRole("button", { name: en.home.playTitle("Night Train") });
      fireEvent.pointerDown(tile, { button: 0 });
      vi.advanceTimersByTime(600);
      fireEvent.contextMenu(tile);
      fireEvent.pointerUp(tile);
      fireEvent.click(tile);
      expect(onPlay).not.toHaveBeenCalled();
    } finally {
      vi.useRealTimers();
    }
    cleanup();
    expect(open().sheet.getByRole("heading", { name: "Night Train" })).toBeTruthy();
  });

  test("pins to the dock and unpins", () => {
    const { sheet, onPin } = open();
    fireEvent.click(sheet.getByRole("button", { name: en.sheet.pin }));
    expect(onPin).toHaveBeenCalledWith("night-train", true);
    cleanup();
    const pinned = open({ arrangement: { dock: ["night-train"], folders: [] } });
    fireEvent.click(pinned.sheet.getByRole("button", { name: en.sheet.unpin }));
    expect(pinned.onPin).toHaveBeenCalledWith("night-train", false);
  });

  test("puts into a folder, a new one, or none", () => {
    const { sheet, onFolder } = open({ arrangement: { dock: [], folders } });
    const field = sheet.getByRole("combobox", { name: en.sheet.folder });
    fireEvent.change(field, { target: { value: "f" } });
    expect(onFolder).toHaveBeenLastCalledWith("night-train", { id: "f" });
    fireEvent.change(field, { target: { value: "+" } });
    fireEvent.change(sheet.getByRole("textbox", { name: en.sheet.folderName }), { target: { value: "Trains" } });
    fireEvent.click(sheet.getByRole("button", { name: en.sheet.make }));
    expect(onFolder).toHaveBeenLastCalledWith("night-train", { name: "Trains" });
    fireEvent.change(field, { target: { value: "" } });
    expect(onFolder).toHaveBeenLastCalledWith("night-train", undefined);
  });
});

test("a folder opens, plays what is in it, and takes another name", () => {
  const { onPlay, onRenameFolder } = show({ arrangement: { dock: [], folders } });
  fireEvent.click(screen.getByRole("button", { name: en.home.folder("Quiet", 1) }));
  const sheet = within(screen.getByRole("dialog"));
  fireEvent.click(sheet.getByRole("button", { name: en.sheet.rename }));
  fireEvent.change(sheet.getByRole("textbox"), { target: { value: "Boats" } });
  fireEvent.click(sheet.getByRole("button", { name: en.sheet.rename }));
  expect(onRenameFolder).toHaveBeenCalledWith("f", "Boats");
  fireEvent.click(sheet.getByRole("button", { name: en.home.playTitle("Boat") }));
  expect(onPlay).toHaveBeenCalledWith("boat", expect.anything());
});

test("how it was is asked as a whole, then in parts for those who care", () => {
  const [onSend, onClose] = [vi.fn(), vi.fn()];
  render(<RatingSheet titleName="Boat" onSend={onSend} onClose={onClose} />);
  const sheet = within(screen.getByRole("dialog"));
  expect(sheet.getByRole("button", { name: en.rating.send })).toHaveProperty("disabled", true);
  expect(sheet.queryByText(en.rating.parts.sound)).toBeNull();
  fireEvent.click(sheet.getByRole("radio", { name: en.rating.stars(4) }));
  fireEvent.click(within(sheet.getByRole("group", { name: en.rating.parts.sound })).getByRole("radio", { name: en.rating.stars(1) }));
  fireEvent.click(sheet.getByRole("button", { name: en.rating.send }));
  expect(onSend).toHaveBeenCalledWith({ overall: 4, sound: 1 });
  fireEvent.click(sheet.getByRole("button", { name: en.rating.later }));
  expect(onClose).toHaveBeenCalledOnce();
});
