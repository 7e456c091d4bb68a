// @vitest-environment happy-dom
import { cleanup, fireEvent, render, screen, within } from "@testing-library/react";
import { afterEach, describe, expect, test, vi } from "vitest";
import type { Member, ShareView } from "@nearframe/shared/friends/roles";
import { VISIT_ENDS } from "../../friends/guest-transition.ts";
import { SILENT, type VoiceState } from "../../friends/voice.ts";
import { friendsEn } from "../../texts/friends-en.ts";
import { friendsZh } from "../../texts/friends-zh.ts";
import { sessionTitle } from "../../testing/samples.ts";
import { FriendsSheet, type FriendsSheetProps } from "./FriendsSheet.tsx";
import { PadFrame, VisitOver, WatchFrame } from "./VisitViews.tsx";
import { HoldToTalk } from "./VoicePanel.tsx";

afterEach(cleanup);

const member = (change: Partial<Member> = {}): Member => ({ id: "g1", role: "watch", number: 1, connected: true, voice: false, ...change });
const share: ShareView = { code: "k7mp2x3qd9", role: "co-op", expiresAtMs: Date.UTC(2027, 0, 1, 12) };

function sheet(change: Partial<FriendsSheetProps> = {}) {
  const calls = {
    onShare: vi.fn(), onShow: vi.fn(), onRevoke: vi.fn(), onRemove: vi.fn(), onClose: vi.fn(), onJoinVoice: vi.fn(), onLeaveVoice: vi.fn(),
    onHold: vi.fn(), onAlwaysOn: vi.fn(), onMute: vi.fn(), onQuietTitle: vi.fn(),
  };
  render(
    <FriendsSheet
      company={{ you: "owner", members: [member({ id: "owner", role: "owner", number: 0 })], shares: [], iceServers: [] }}
      voice={SILENT} quietTitle origin="https://play.example.org" shown={undefined} failure={undefined} {...calls} {...change}
    />,
  );
  return calls;
}

describe("the player's sheet", () => {
  test("offers each way in, and a phone as the player's own pad", () => {
    const calls = sheet();
    expect(screen.getByText("Nobody else yet.")).toBeDefined();
    for (const role of ["Watch", "Play along", "Pad only"]) fireEvent.click(screen.getByRole("button", { name: new RegExp(`^${role}`) }));
    fireEvent.click(screen.getByRole("button", { name: "Use a phone as pad" }));
    expect(calls.onShare.mock.calls).toEqual([["watch"], ["co-op"], ["controller"], ["controller", 0]]);
  });

  test("shows a link as code, address and picture for a camera", () => {
    sheet({ shown: { ...share, role: "controller" } });
    expect(screen.getByText("k7mp2-x3qd9")).toBeDefined();
    expect(screen.getByText("https://play.example.org/pad/k7mp2x3qd9")).toBeDefined();
    expect(screen.getByRole("img", { name: "QR code of https://play.example.org/pad/k7mp2x3qd9" })).toBeDefined();
  });

  test("says who is there and as what, and sends somebody away", () => {
    const calls = sheet({
      company: { you: "owner", members: [member({ id: "g1", role: "co-op", pad: 1 }), member({ id: "g2", number: 2, connected: false })], shares: [share], iceServers: [] },
    });
    expect(screen.getByText("Play along · Pad 2")).toBeDefined();
    expect(screen.getByText("Watch · Connecting")).toBeDefined();
    fireEvent.click(screen.getByRole("button", { name: "Send Guest 2 away" }));
    fireEvent.click(screen.getByRole("button", { name: "Take back the link k7mp2-x3qd9: Play along" }));
    expect([calls.onRemove.mock.calls, calls.onRevoke.mock.calls]).toEqual([[["g2"]], [["k7mp2x3qd9"]]]);
  });
});

describe("voice", () => {
  test("is joined by a press, and says why it can't be", () => {
    const calls = sheet({ voice: { ...SILENT, is: "refused" } });
    fireEvent.click(screen.getByRole("button", { name: "Join voice" }));
    expect(calls.onJoinVoice).toHaveBeenCalledOnce();
    expect(screen.getByText(friendsEn.voice.refused)).toBeDefined();
  });

  test("shows who speaks, and mutes them", () => {
    const voice: VoiceState = { ...SILENT, is: "on", speaking: new Set(["g1"]) };
    const calls = sheet({ voice, company: { you: "owner", members: [member({ voice: true })], shares: [], iceServers: [] } });
    const panel = within(screen.getByRole("region", { name: "Voice" }));
    expect(panel.getByText("Watch · speaks")).toBeDefined();
    fireEvent.click(panel.getByRole("button", { name: "Mute Guest 1" }));
    expect(calls.onMute).toHaveBeenCalledWith("g1", true);
  });

  test("talks while the button is held, by keys as well", () => {
    const onHold = vi.fn();
    render(<HoldToTalk sending={false} onHold={onHold} />);
    const button = screen.getByRole("button", { name: "Hold to talk" });
    fireEvent.keyDown(button, { code: "Space" });
    fireEvent.keyDown(button, { code: "Space", repeat: true });
    fireEvent.keyUp(button, { code: "Space" });
    fireEvent.blur(button);
    expect(onHold.mock.calls).toEqual([[true], [false], [false]]);
  });
});

describe("a visit", () => {
  const place = { sessionId: "s1", guestId: "g1", role: "co-op", pad: 1, title: sessionTitle() } as const;
  const calls = { onTouch: vi.fn(), onSound: vi.fn(), onTalk: vi.fn(), onHold: vi.fn(), onLeave: vi.fn() };

  test("says what one does there, and what is missing", () => {
    render(
      <WatchFrame visit={{ is: "there", place, triesLeft: 5 }} sound="blocked" padCount={0} speaking={0} members={2} holdsTalk={false} sending={false} {...calls}>
        {null}
      </WatchFrame>,
    );
    expect(screen.getByText("You play along in Some Title: pad 2")).toBeDefined();
    expect(screen.getByText(friendsEn.visit.noPad)).toBeDefined();
    fireEvent.click(screen.getByRole("button", { name: "Sound on" }));
    expect(calls.onSound).toHaveBeenCalledOnce();
  });

  test("on a phone that is a pad shows which way it takes, and what each costs", () => {
    render(
      <PadFrame visit={{ is: "there", place: { ...place, role: "controller", pad: 0 }, triesLeft: 5 }} way={{ way: "browser", browserMs: 6.4, nodeMs: 21 }} onLeave={vi.fn()}>
        {null}
      </PadFrame>,
    );
    expect(screen.getByRole("heading", { name: "Pad 1" })).toBeDefined();
    expect(screen.getByText("6 ms, by the screen that plays")).toBeDefined();
    expect(screen.getByText("other way 21 ms")).toBeDefined();
  });

  test.each(VISIT_ENDS)("that ended by %s says what happened", (why) => {
    render(<VisitOver why={why} detail={undefined} onHome={vi.fn()} />);
    expect(screen.getByRole("heading", { name: friendsEn.visit.ends[why].title })).toBeDefined();
    expect(friendsZh.visit.ends[why].happened).not.toBe("");
  });
});
