// @vitest-environment happy-dom
import { waysOf } from "@nearframe/shared/title/ways";
import { cleanup, fireEvent, render, screen } from "@testing-library/react";
import { afterEach, describe, expect, test, vi } from "vitest";
import { sessionTitle } from "../../testing/samples.ts";
import { en } from "../../texts/en.ts";
import { zh } from "../../texts/zh.ts";
import { makeChrome } from "../../view-model/chrome.ts";
import { makePlayView } from "../../view-model/play-view.ts";
import { newsText } from "./news-text.ts";
import { WayBar } from "./WayBar.tsx";

afterEach(cleanup);

const phone = waysOf("phone") ?? {};

describe("the bar of ways", () => {
  test("has a button for each way that the title has, and presses its keys", () => {
    const onWay = vi.fn();
    render(<WayBar ways={phone} onWay={onWay} />);
    for (const way of ["back", "home", "recents"] as const) fireEvent.click(screen.getByRole("button", { name: en.play.ways[way] }));
    expect(onWay.mock.calls.flat()).toEqual([phone.back, phone.home, phone.recents]);
    cleanup();
    render(<WayBar ways={waysOf("web") ?? {}} onWay={onWay} />);
    expect(screen.getAllByRole("button")).toHaveLength(1);
  });

  test("takes a stroke upwards for home, and not for the button below it too", () => {
    const onWay = vi.fn();
    render(<WayBar ways={phone} onWay={onWay} />);
    const button = screen.getByRole("button", { name: en.play.ways.back });
    fireEvent.pointerDown(button, { clientX: 40, clientY: 800 });
    fireEvent.pointerUp(button, { clientX: 42, clientY: 700 });
    fireEvent.click(button);
    expect(onWay.mock.calls.flat()).toEqual([phone.home]);
  });

  test("is there for fingers on a title with screens, and for no other", () => {
    const playing = (ways: typeof phone | undefined) =>
      ({
        phase: "playing", titleId: "t", tappedAtMs: 0, control: "up", device: { screen: { width: 1, height: 1, pixelRatio: 1 }, touch: true, rtpCapabilities: {} },
        sessionId: "s", title: { ...sessionTitle(), ...(ways && { ways }) }, media: { is: "up", sinceMs: 0 }, moving: undefined, steps: [], restartDue: false,
        resumeId: undefined, sinceMs: 0, offeredAtMs: undefined, untoldFrameMs: undefined,
      }) as const;
    expect(makePlayView(playing(phone), makeChrome(true, true))).toMatchObject({ ways: phone });
    expect(makePlayView(playing(phone), makeChrome(false, true))).toMatchObject({ ways: undefined });
    expect(makePlayView(playing(undefined), makeChrome(true, true))).toMatchObject({ ways: undefined });
  });
});

test.each([
  [{ kind: "away", gapMs: 42_000 }, "You were away for 42 seconds: the session waited for you.", "你离开了42秒钟：会话一直等着你。"],
  [{ kind: "connection", gapMs: 200_000 }, "Your connection was gone for 3 minutes: you are back in the same session.", "你的连接中断了3分钟：你回到了同一个会话。"],
  [{ kind: "reloaded" }, en.play.news.reloaded, zh.play.news.reloaded],
] as const)("%o is one sentence", (news, english, chinese) => {
  expect([newsText(news, en.play.news, "en"), newsText(news, zh.play.news, "zh-Hans")]).toEqual([english, chinese]);
});
