// @vitest-environment happy-dom
import { cleanup, fireEvent, render, screen, waitFor } from "@testing-library/react";
import { afterEach, describe, expect, test, vi } from "vitest";
import { parted, sampleTitle } from "../../testing/samples.ts";
import { en } from "../../texts/en.ts";
import { saveOptions } from "../../view-model/save-choices.ts";
import { Continue } from "../settings/Continue.tsx";
import { HandoffSheet } from "../settings/HandoffSheet.tsx";
import { LockScreen } from "./LockScreen.tsx";
import { SavesSheet } from "./SavesSheet.tsx";

afterEach(cleanup);

const [train, planes] = [sampleTitle("night-train"), sampleTitle("paper-planes")];

describe("the lock screen", () => {
  function show() {
    const calls = { onOpen: vi.fn(), onPlay: vi.fn(), onSaves: vi.fn() };
    render(
      <LockScreen
        view={{ wallpaper: train.art, resume: { title: train, kept: true, elsewhere: true }, parted: [planes] }}
        line="connected" facts={{ battery: undefined, online: true, installable: false }} now={new Date(2026, 10, 22, 9, 5)} {...calls}
      />,
    );
    return calls;
  }

  test("tells the time and what waits, each one press away", () => {
    const { onPlay, onSaves } = show();
    expect(screen.getByText("09:05")).toBeTruthy();
    fireEvent.click(screen.getByRole("button", { name: en.home.continueHereTitle("Night Train") }));
    expect(onPlay).toHaveBeenCalledWith("night-train", expect.anything(), true);
    fireEvent.click(screen.getByRole("button", { name: new RegExp(en.saves.title("Paper Planes")) }));
    expect(onSaves).toHaveBeenCalledWith("paper-planes");
  });

  test("opens by a swipe upwards, a press below, or a key, and by nothing less", () => {
    const { onOpen } = show();
    const page = screen.getByRole("main");
    const swipe = (fromY: number, toY: number) => {
      fireEvent.pointerDown(page, { clientY: fromY });
      fireEvent.pointerMove(page, { clientY: toY });
      fireEvent.pointerUp(page, { clientY: toY });
    };
    swipe(700, 680);
    swipe(300, 700);
    fireEvent.keyDown(window, { key: "Tab" });
    fireEvent.keyDown(window, { key: "c", ctrlKey: true });
    expect(onOpen).not.toHaveBeenCalled();
    swipe(700, 500);
    fireEvent.click(screen.getByRole("button", { name: en.lock.open }));
    fireEvent.keyDown(window, { key: " " });
    expect(onOpen).toHaveBeenCalledTimes(3);
  });
});

describe("two saves of one title", () => {
  test("are both offered, and none is chosen for the player", async () => {
    const onChoose = vi.fn(async () => {});
    render(<SavesSheet title={planes} options={saveOptions(parted)} onChoose={onChoose} onLater={vi.fn()} onClose={vi.fn()} />);
    const options = screen.getAllByRole("radio");
    expect(options.map((option) => (option as HTMLInputElement).checked)).toEqual([false, false]);
    fireEvent.click(screen.getByRole("button", { name: en.saves.choose }));
    expect(onChoose).not.toHaveBeenCalled();
    fireEvent.click(options[1] as HTMLElement);
    fireEvent.click(screen.getByRole("button", { name: en.saves.choose }));
    expect(onChoose).toHaveBeenCalledWith("save-a");
  });

  test("stay both where the choice did not get through", async () => {
    render(<SavesSheet title={planes} options={saveOptions(parted)} onChoose={() => Promise.reject(new Error("offline"))} onLater={vi.fn()} onClose={vi.fn()} />);
    fireEvent.click(screen.getAllByRole("radio")[0] as HTMLElement);
    fireEvent.click(screen.getByRole("button", { name: en.saves.choose }));
    await waitFor(() => expect(screen.getByRole("alert").textContent).toBe(en.saves.failed));
  });
});

describe("another device", () => {
  test("is told where to go and what to type, for as long as the code is good", () => {
    const [onShare, onAgain] = [vi.fn(), vi.fn()];
    const state = { is: "ready", code: "7K3Q9BXA", untilMs: 60_000 } as const;
    const { rerender } = render(<HandoffSheet state={state} address="play.example.org/continue" linkOf={(code) => `https://play.example.org/continue#${code}`} nowMs={() => 1_500} onAgain={onAgain} onShare={onShare} onClose={vi.fn()} />);
    expect(screen.getByText("play.example.org/continue")).toBeTruthy();
    expect(screen.getByRole("img", { name: en.handoff.scan })).toBeTruthy();
    expect(screen.getByText(/7K3Q/).textContent).toMatch(/9BXA$/);
    expect(screen.getByText(en.handoff.life(59))).toBeTruthy();
    fireEvent.click(screen.getByRole("button", { name: en.handoff.share }));
    expect(onShare).toHaveBeenCalledWith("7K3Q9BXA");
    rerender(<HandoffSheet state={state} address="" linkOf={(code) => code} nowMs={() => 60_001} onAgain={onAgain} onShare={onShare} onClose={vi.fn()} />);
    expect(screen.queryByText(/7K3Q/)).toBeNull();
    fireEvent.click(screen.getByRole("button", { name: en.handoff.again }));
    expect(onAgain).toHaveBeenCalledOnce();
  });

  test("takes the code as people type it, and says when there is none", () => {
    const onTake = vi.fn();
    const { rerender } = render(<Continue state="typing" initialCode="" onTake={onTake} onBack={vi.fn()} />);
    const take = screen.getByRole("button", { name: en.handoff.take });
    expect(take).toHaveProperty("disabled", true);
    fireEvent.change(screen.getByRole("textbox"), { target: { value: "7k3q-9bxa" } });
    fireEvent.click(take);
    expect(onTake).toHaveBeenCalledWith("7K3Q9BXA");
    rerender(<Continue state="unknown" initialCode="" onTake={onTake} onBack={vi.fn()} />);
    expect(screen.getByRole("alert").textContent).toBe(en.handoff.unknown);
  });
});
