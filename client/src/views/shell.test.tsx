// @vitest-environment happy-dom
import { cleanup, fireEvent, render, screen } from "@testing-library/react";
import { afterEach, describe, expect, test, vi } from "vitest";
import { sampleTitle } from "../testing/samples.ts";
import { en } from "../texts/en.ts";
import { zh } from "../texts/zh.ts";
import { createKept } from "../view-model/browser-storage.ts";
import { applySettings, createSettings, DEFAULT_SETTINGS, Settings as Schema } from "../view-model/settings.ts";
import { Localized } from "./Localized.tsx";
import { ago, Recents } from "./recents/Recents.tsx";
import { Search } from "./search/Search.tsx";
import { Settings } from "./settings/Settings.tsx";
import { useTexts } from "./use-texts.ts";

afterEach(cleanup);
afterEach(() => localStorage.clear());

const titles = [sampleTitle("night-train"), sampleTitle("boat", { category: "puzzle" })];

describe("search", () => {
  test("finds while one types, says how much, and plays", () => {
    const onPlay = vi.fn();
    render(<Search titles={titles} onPlay={onPlay} onBack={vi.fn()} />);
    expect(screen.getByRole("status").textContent).toBe(en.search.hint);
    fireEvent.change(screen.getByRole("searchbox"), { target: { value: "puzz" } });
    expect(screen.getByRole("status").textContent).toBe(en.search.found(1));
    fireEvent.click(screen.getByRole("button", { name: /^Boat/ }));
    expect(onPlay).toHaveBeenCalledWith("boat", expect.anything());
    fireEvent.change(screen.getByRole("searchbox"), { target: { value: "xyz" } });
    expect(screen.getByRole("status").textContent).toBe(en.search.none("xyz"));
  });
});

describe("recents", () => {
  test("show what runs and what ran, and forget on request", () => {
    const [train, boat] = titles as [(typeof titles)[0], (typeof titles)[0]];
    const [onPlay, onForget, onBack] = [vi.fn(), vi.fn(), vi.fn()];
    render(
      <Recents
        recents={[{ title: boat, playedAtMs: 0, kept: true }, { title: train, playedAtMs: 0, kept: false }]}
        nowMs={7_200_000} onPlay={onPlay} onForget={onForget} onBack={onBack}
      />,
    );
    expect(screen.getByText(en.recents.kept)).toBeTruthy();
    expect(screen.getByText(en.recents.played("2 hours ago"))).toBeTruthy();
    fireEvent.click(screen.getByRole("button", { name: en.home.continueTitle("Boat") }));
    fireEvent.click(screen.getByRole("button", { name: en.recents.forget("Night Train") }));
    fireEvent.click(screen.getByRole("button", { name: en.nav.back }));
    expect(onPlay).toHaveBeenCalledWith("boat", expect.anything());
    expect(onForget).toHaveBeenCalledWith("night-train");
    expect(onBack).toHaveBeenCalledOnce();
  });

  test("say so when there are none", () => {
    render(<Recents recents={[]} nowMs={0} onPlay={vi.fn()} onForget={vi.fn()} onBack={vi.fn()} />);
    expect(screen.getByText(en.recents.none)).toBeTruthy();
  });

  test.each([
    [-20_000, "en", "now"],
    [-5 * 60_000, "en", "5 minutes ago"],
    [-26 * 3_600_000, "en", "yesterday"],
    [-3 * 3_600_000, "zh-Hans", "3小时前"],
  ])("%i ms in %s is %s", (spanMs, locale, words) => expect(ago(spanMs, locale)).toBe(words));
});

describe("settings", () => {
  test("each is told when it is changed", () => {
    const onChange = vi.fn();
    const facts = { battery: undefined, online: true, installable: true };
    const [onInstall, onHandOff, onTakeOver, onNodes] = [vi.fn(), vi.fn(), vi.fn(), vi.fn()];
    render(<Settings settings={DEFAULT_SETTINGS} facts={facts} onChange={onChange} onInstall={onInstall} onHandOff={onHandOff} onTakeOver={onTakeOver} onNodes={onNodes} onBack={vi.fn()} />);
    fireEvent.click(screen.getByRole("radio", { name: en.settings.themes.light }));
    fireEvent.click(screen.getByRole("radio", { name: "中文" }));
    fireEvent.click(screen.getByRole("radio", { name: en.settings.textSizes.large }));
    fireEvent.click(screen.getByRole("switch", { name: en.settings.dataSaver }));
    fireEvent.click(screen.getByRole("switch", { name: en.settings.leftHanded }));
    fireEvent.click(screen.getByRole("switch", { name: en.settings.lockScreen }));
    fireEvent.click(screen.getByRole("button", { name: en.settings.handOff }));
    fireEvent.click(screen.getByRole("button", { name: en.settings.takeOver }));
    fireEvent.click(screen.getByRole("button", { name: en.settings.install }));
    expect(onChange.mock.calls.map(([change]) => change as unknown)).toEqual([
      { theme: "light" }, { language: "zh" }, { textSize: "large" }, { dataSaver: true }, { leftHanded: true }, { lockScreen: false },
    ]);
    fireEvent.click(screen.getByRole("button", { name: en.settings.nodes }));
    for (const call of [onInstall, onHandOff, onTakeOver, onNodes]) expect(call).toHaveBeenCalledOnce();
  });

  test("colours and letters hang on the root", () => {
    applySettings(document, { ...DEFAULT_SETTINGS, theme: "light", textSize: "largest" });
    expect({ ...document.documentElement.dataset }).toEqual({ theme: "light", text: "largest" });
    applySettings(document, DEFAULT_SETTINGS);
    expect({ ...document.documentElement.dataset }).toEqual({ text: "normal" });
  });

  test("the language changes while it is on the screen", async () => {
    const settings = createSettings(undefined);
    const Words = () => <p>{useTexts().nav.settings}</p>;
    render(
      <Localized settings={settings.value} initial={en}>
        <Words />
      </Localized>,
    );
    expect(screen.getByText(en.nav.settings)).toBeTruthy();
    settings.change((now) => ({ ...now, language: "zh" }));
    expect(await screen.findByText(zh.nav.settings)).toBeTruthy();
    expect(document.documentElement.lang).toBe(zh.locale);
  });
});

describe("what the browser keeps", () => {
  test("is there at the next visit", () => {
    createSettings(localStorage).change((now) => ({ ...now, theme: "light" }));
    expect(createSettings(localStorage).value.value).toEqual({ ...DEFAULT_SETTINGS, theme: "light" });
  });

  test.each([
    ["no JSON", "{", DEFAULT_SETTINGS],
    ["another kind", "[]", DEFAULT_SETTINGS],
    ["one field of another page's", '{"theme":"mauve","language":"zh","more":1}', { ...DEFAULT_SETTINGS, language: "zh" }],
  ])("and is %s: what can be read is kept", (_name, text, settings) => {
    const info = vi.spyOn(console, "info").mockReturnValue();
    localStorage.setItem("nearframe.settings", text);
    expect(createSettings(localStorage).value.value).toEqual(settings);
    info.mockRestore();
  });

  test("a browser that keeps nothing still has it until the page closes", () => {
    const info = vi.spyOn(console, "info").mockReturnValue();
    const full = { getItem: () => null, removeItem: () => undefined, setItem: () => { throw new Error("full"); } };
    const kept = createKept(full, "k", Schema, DEFAULT_SETTINGS);
    kept.change((now) => ({ ...now, haptics: false }));
    expect(kept.value.value.haptics).toBe(false);
    expect(info).toHaveBeenCalledOnce();
    info.mockRestore();
  });
});
