// @vitest-environment happy-dom
import { START_STEPS } from "@nearframe/shared/session/start-steps";
import { END_REASONS } from "@nearframe/shared/session/end-reasons";
import { act, cleanup, fireEvent, render, screen } from "@testing-library/react";
import { afterEach, describe, expect, test, vi } from "vitest";
import { LOCAL_FAILURES, type Outcome } from "../stream/session-state.ts";
import { sampleTitle, sessionTitle } from "../testing/samples.ts";
import { en } from "../texts/en.ts";
import { makeChrome } from "../view-model/chrome.ts";
import { makeFailureView } from "../view-model/failure.ts";
import { NO_FIGURES } from "../view-model/session-figures.ts";
import { makeStatsView } from "../view-model/stats-view.ts";
import { NotFound } from "./NotFound.tsx";
import { Failure } from "./play/Failure.tsx";
import { Loading } from "./play/Loading.tsx";
import { Menu } from "./play/Menu.tsx";
import { PlayChrome } from "./play/PlayChrome.tsx";
import { StatsPanel } from "./play/StatsPanel.tsx";
import { TouchControls } from "./play/TouchControls.tsx";

afterEach(cleanup);

test("an unknown address leads home", () => {
  const onHome = vi.fn();
  render(<NotFound path="/nowhere" onHome={onHome} />);
  expect(screen.getByText(en.notFound.happened("/nowhere"))).toBeTruthy();
  fireEvent.click(screen.getByRole("button"));
  expect(onHome).toHaveBeenCalledOnce();
});

describe("loading", () => {
  const steps = START_STEPS.map((step, i) => ({ step, state: i < 2 ? "done" : i === 2 ? "now" : "ahead" }) as const);

  test("says what is being waited for, and how far it is", () => {
    const view = { scene: "loading", stage: "starting", steps, queue: undefined } as const;
    render(<Loading view={view} title={sampleTitle("night-train")} onLeave={vi.fn()} thrifty={false} />);
    expect(screen.getByRole("status").textContent).toBe(en.loading.steps["display-started"].now);
    expect(screen.getByRole("progressbar")).toHaveProperty("value", 2);
    expect(screen.getByRole("heading", { name: "Night Train" })).toBeTruthy();
    expect(screen.getAllByRole("listitem").map((item) => item.dataset["state"])).toEqual(steps.map(({ state }) => state));
  });

  test("moves while the player waits, a moment in, and not for who wants little data or little motion", () => {
    vi.useFakeTimers();
    const view = { scene: "loading", stage: "starting", steps, queue: undefined } as const;
    const title = sampleTitle("night-train", { art: { cover: "/c", hero: "/h", accent: "#ff5a36", preview: "/clip.mp4" } });
    const clips = () => document.querySelectorAll("video[data-preview]").length;
    const wait = () => act(() => void vi.advanceTimersByTime(1_000));
    const { unmount, rerender } = render(<Loading view={view} title={title} thrifty={false} onLeave={vi.fn()} />);
    expect(clips()).toBe(0);
    wait();
    expect(clips()).toBe(1);
    const clip = document.querySelector("video[data-preview]");
    expect(clip?.getAttribute("src")).toBe("/clip.mp4");
    const drawn = { ...view, steps: steps.map(({ step }) => ({ step, state: "done" }) as const) };
    rerender(<Loading view={drawn} title={title} thrifty={false} onLeave={vi.fn()} />);
    expect(document.querySelector("video[data-preview]"), "goes on to the first frame").toBe(clip);
    unmount();
    expect(clip?.getAttribute("src"), "is fetched no further").toBeNull();
    render(<Loading view={view} title={title} thrifty onLeave={vi.fn()} />);
    wait();
    expect(clips()).toBe(0);
    cleanup();
    vi.spyOn(window, "matchMedia").mockReturnValue({ matches: true } as MediaQueryList);
    render(<Loading view={view} title={title} thrifty={false} onLeave={vi.fn()} />);
    wait();
    expect(clips()).toBe(0);
    vi.useRealTimers();
    vi.restoreAllMocks();
  });

  test("tells the place in line and the wait, and can be left", () => {
    const onLeave = vi.fn();
    const view = { scene: "loading", stage: "queued", steps, queue: { position: 3, waitMs: 95_000 } } as const;
    render(<Loading view={view} title={undefined} thrifty={false} onLeave={onLeave} />);
    expect(screen.getByRole("status").textContent).toBe("3 in line, about 2 min");
    fireEvent.click(screen.getByRole("button", { name: en.loading.leave }));
    expect(onLeave).toHaveBeenCalledOnce();
  });

  test("says in a sentence that its machine dropped out before there was a picture", () => {
    const view = { scene: "loading", stage: "starting", steps, queue: undefined, moving: true } as const;
    render(<Loading view={view} title={undefined} thrifty={false} onLeave={vi.fn()} />);
    expect(screen.getByText(en.play.moving)).toBeTruthy();
  });

  test.each(["title", "machine"] as const)("says in a sentence that the %s takes longer than usual, beside the way out", (slow) => {
    const view = { scene: "loading", stage: "starting", steps, queue: undefined, slow } as const;
    render(<Loading view={view} title={undefined} thrifty={false} onLeave={vi.fn()} />);
    expect(screen.getByText(en.loading.slow[slow])).toBeTruthy();
    expect(screen.getByRole("button", { name: en.loading.leave })).toBeTruthy();
  });

  test("says in a sentence that others went first while nobody saw the page, and only to one who does", () => {
    const view = { scene: "loading", stage: "queued", steps, queue: { position: 2, othersFirst: true } } as const;
    const { rerender } = render(<Loading view={view} title={undefined} thrifty={false} onLeave={vi.fn()} />);
    expect(screen.getByText(en.loading.letFirst)).toBeTruthy();
    expect(screen.getByRole("status").textContent).toBe("2 in line");
    rerender(<Loading view={{ ...view, queue: { ...view.queue, hiddenFrom: 1 } }} title={undefined} thrifty={false} onLeave={vi.fn()} />);
    expect(screen.queryByText(en.loading.letFirst)).toBeNull();
  });
});

describe("the end", () => {
  const outcomes: Outcome[] = [
    ...END_REASONS.map((reason) => ({ kind: "ended", reason, detail: "what the node said" }) as const),
    ...LOCAL_FAILURES.map((cause) => ({ kind: "local", cause }) as const),
    { kind: "refused", code: "QUEUE_FULL", message: "the line is full" },
  ];

  test.each(outcomes)("is a page with what happened and what to do: %o", (outcome) => {
    const view = makeFailureView(outcome, en.failure);
    const onAction = vi.fn();
    render(<Failure view={view} art={undefined} onAction={onAction} onProblem={vi.fn()} />);
    expect(screen.getByRole("heading", { name: view.title })).toBeTruthy();
    expect(screen.getByText(view.happened)).toBeTruthy();
    expect(screen.getByText(view.next)).toBeTruthy();
    const buttons = screen.getAllByRole("button");
    expect(document.activeElement).toBe(buttons[0]);
    for (const button of buttons) fireEvent.click(button);
    expect(onAction.mock.calls.map(([action]) => action)).toEqual(view.actions);
    expect(screen.queryByText(en.failure.detail) !== null).toBe(view.bearer !== undefined);
  });
});

describe("while playing", () => {
  const view = { scene: "playing", title: sessionTitle(), hints: [], trouble: undefined, controlsShown: false, handheld: false, ways: undefined } as const;
  const calls = () => ({
    onWay: vi.fn(), onMenu: vi.fn(), onMenuClosed: vi.fn(), onSound: vi.fn(), onStats: vi.fn(), onFullscreen: vi.fn(), dataSaver: false, onDataSaver: vi.fn(), onTyping: vi.fn(), onArrangeControls: vi.fn(), onArrangePad: vi.fn(), onFriends: vi.fn(), onProblem: vi.fn(), onKey: vi.fn(), onLeave: vi.fn(),
  });

  test("the way to the menu is always there", () => {
    const on = calls();
    render(<PlayChrome view={view} chrome={makeChrome(false, true)} {...on} />);
    fireEvent.click(screen.getByRole("button", { name: en.play.menu }));
    expect(on.onMenu).toHaveBeenCalledOnce();
  });

  test("the way to the menu, held, shows the figures instead", () => {
    vi.useFakeTimers();
    try {
      const on = calls();
      render(<PlayChrome view={view} chrome={makeChrome(false, true)} {...on} />);
      const handle = screen.getByRole("button", { name: en.play.menu });
      fireEvent.pointerDown(handle, { button: 0 });
      vi.advanceTimersByTime(600);
      fireEvent.pointerUp(handle);
      fireEvent.click(handle);
      expect(on.onStats).toHaveBeenCalledOnce();
      expect(on.onMenu).not.toHaveBeenCalled();
      fireEvent.click(handle);
      expect(on.onMenu).toHaveBeenCalledOnce();
    } finally {
      cleanup();
      vi.useRealTimers();
    }
  });

  test("trouble and hints are said in words", () => {
    render(
      <PlayChrome view={{ ...view, trouble: "media-down", hints: ["take-pointer", "sound-blocked", "no-controls", "slow-decoder"] }} chrome={makeChrome(false, true)} {...calls()} />,
    );
    const said = screen.getByRole("status").textContent;
    for (const words of [en.play.mediaDown, en.play.takePointer, en.play.soundBlocked, en.play.noControls, en.play.slowDecoder]) {
      expect(said).toContain(words);
    }
  });

  test("the menu does what it says, and presses keys that browsers keep", () => {
    const { onMenu: _, onMenuClosed, ...on } = calls();
    render(<Menu chrome={{ ...makeChrome(false, true), padCount: 2 }} onClose={onMenuClosed} {...on} />);
    const press = (name: string) => fireEvent.click(screen.getByRole("button", { name, hidden: true }));
    press(en.menu.soundOn);
    press(en.menu.statsShow);
    press(en.menu.dataSaverOff);
    press(en.menu.typing);
    press(en.menu.arrangeControls);
    press(en.menu.arrangePad);
    press("Esc");
    press(en.menu.leave);
    press(en.menu.resume);
    expect(on.onSound).toHaveBeenCalledOnce();
    expect(on.onStats).toHaveBeenCalledOnce();
    for (const call of [on.onDataSaver, on.onTyping, on.onArrangeControls, on.onArrangePad]) expect(call).toHaveBeenCalledOnce();
    expect(on.onKey).toHaveBeenCalledWith("Escape");
    expect(on.onLeave).toHaveBeenCalledOnce();
    expect(onMenuClosed).toHaveBeenCalledTimes(2);
    expect(screen.getByText(en.menu.pad(2))).toBeTruthy();
  });

  test("figures are there, and the latency once something was pressed", () => {
    render(<StatsPanel view={makeStatsView(NO_FIGURES, { connection: "unknown" }, en.stats)} />);
    expect(screen.getByText(en.stats.nothingPressed)).toBeTruthy();
    expect(screen.getByText(en.stats.roundTrip)).toBeTruthy();
    expect(screen.getByText(en.stats.verdicts.measuring)).toBeTruthy();
  });

  test("on-screen parts are drawn where their data says, in its order", () => {
    const { container } = render(
      <TouchControls
        controls={[
          { kind: "stick", x: 0.1, y: 0.8, size: 0.3 },
          { kind: "button", label: "Jump", x: 0.9, y: 0.8, size: 0.2 },
        ]}
      />,
    );
    const parts = [...container.querySelectorAll<HTMLElement>("[data-part]")];
    expect(parts.map((part) => part.dataset["part"])).toEqual(["0", "1"]);
    expect(parts[1]?.textContent).toBe("Jump");
    expect(parts[1]?.style.getPropertyValue("--x")).toBe("0.9");
  });
});
