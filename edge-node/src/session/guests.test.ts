import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { GUESTS_MAX } from "@nearframe/shared/friends/roles";
import { writeInput } from "@nearframe/shared/input/messages";
import { Scope } from "@nearframe/shared/lifetime";
import type { Offer } from "@nearframe/shared/protocol/media";
import type { InputAction } from "../input/ports.ts";
import { QUIET_MS_MAX } from "../input/quiet-watch.ts";
import { CodecMissingError, type GuestSeatEvents, type Room } from "../sfu/ports.ts";
import { GATHER_MS } from "./guest-keyframes.ts";
import { ABSENT_MS_MAX, createGuests, type GuestOrder } from "./guests.ts";

const device = { screen: { width: 1, height: 1, pixelRatio: 1 }, touch: false, rtpCapabilities: {} };
const offer = { receive: { id: "t" } } as unknown as Offer;
const never = async () => {
  throw new Error("not asked for here");
};

let scope: Scope;
beforeEach(() => {
  vi.useFakeTimers();
  scope = new Scope();
});
afterEach(async () => {
  await scope.close();
  expect(vi.getTimerCount()).toBe(0);
  vi.useRealTimers();
});

const settled = () => vi.advanceTimersByTimeAsync(0);

function rig() {
  const told: string[] = [];
  const applied: InputAction[] = [];
  const seats: { events: GuestSeatEvents; scope: Scope; sent: unknown[]; role: string }[] = [];
  let decodable = true;
  let wanted = () => {};
  const makeRoom = (): Room => ({
    video: {} as Room["video"], audio: {} as Room["audio"], interrupt: never, openSeat: never,
    async openGuestSeat({ role }, events, seatScope) {
      if (!decodable) throw new CodecMissingError("this browser can't receive video/AV1");
      const sent: unknown[] = [];
      seats.push({ events, scope: seatScope, sent, role });
      return { offer, signal: async () => ({ of: seats.length }), sendControl: (message) => void sent.push(message) };
    },
    onGuestKeyframeWanted: (listener) => void (wanted = listener),
  });
  const state = { keyframes: 0 };
  const guests = createGuests(
    {
      sink: () => ({ lacks: {}, apply: async (actions) => void applied.push(...actions) }),
      requestKeyframe: () => void state.keyframes++,
      nowMs: () => Date.now(),
      log: (detail) => void told.push(`log: ${detail}`),
    },
    {
      onOffer: (guestId) => void told.push(`offer ${guestId}`),
      onRefused: (guestId, why) => void told.push(`refused ${guestId} ${why}`),
      onPresence: (guestId, connected) => void told.push(`${guestId} ${connected ? "there" : "away"}`),
    },
    scope,
  );
  const order = (guestId: string, change: Partial<GuestOrder> = {}): GuestOrder => ({ guestId, role: "watch", device, ...change });
  return { guests, told, applied, seats, state, order, makeRoom, decodable: (can: boolean) => void (decodable = can), want: () => wanted() };
}

const press = (buttons: number, seq: number) =>
  writeInput({
    kind: "state", seq, edgeSeq: 0, pointer: { x: 0.5, y: 0.5 }, dxTotal: 0, dyTotal: 0, wheelXTotal: 0, wheelYTotal: 0,
    buttons: 1, keys: [30], pads: [{ index: 0, buttons, triggers: [0, 0], axes: [0, 0, 0, 0] }], touches: [],
  });

describe("a guest of a session", () => {
  test("whose pad is not heard any more holds nothing with it, long before the path is known to be lost", async () => {
    const { guests, applied, seats, order, makeRoom } = rig();
    guests.enter(makeRoom());
    guests.open(order("g1", { role: "co-op", pad: 1 }));
    await settled();
    seats[0]?.events.onConnected();
    seats[0]?.events.onInput(press(1, 1));
    await vi.advanceTimersByTimeAsync(QUIET_MS_MAX + 10);
    expect(applied).toMatchObject([{ kind: "pad", pad: 1, buttons: 1 }, { kind: "pad", pad: 1, buttons: 0 }]);
    seats[0]?.events.onInput(press(1, 2));
    expect(applied.at(-1)).toMatchObject({ buttons: 1 });
  });

  test("who comes before there is a room gets a seat when there is one, and another with the next room", async () => {
    const { guests, told, seats, order, makeRoom } = rig();
    guests.open(order("g1"));
    await settled();
    expect(told).toEqual([]);
    guests.enter(makeRoom());
    await settled();
    guests.enter(makeRoom());
    await settled();
    expect(told).toEqual(["offer g1", "offer g1"]);
    expect(seats.map((seat) => seat.scope.closed)).toEqual([true, false]);
  });

  test("who is not known any more loses the seat, and lets go of the pad; the others keep theirs", async () => {
    const { guests, told, applied, seats, order, makeRoom } = rig();
    guests.enter(makeRoom());
    guests.open(order("g1", { role: "co-op", pad: 1 }));
    guests.open(order("g2"));
    await settled();
    seats[0]?.events.onInput(press(1, 1));
    guests.keep(["g2", "g3"]);
    expect(seats.map((seat) => seat.scope.closed)).toEqual([true, false]);
    expect(applied.at(-1)).toMatchObject({ pad: 1, buttons: 0 });
    expect(told).toEqual(["offer g1", "offer g2"]);
  });

  test("whose browser can't decode what is sent is told so", async () => {
    const { guests, told, order, makeRoom, decodable } = rig();
    decodable(false);
    guests.enter(makeRoom());
    guests.open(order("g1"));
    await settled();
    expect(told).toEqual(["refused g1 codec"]);
    await expect(guests.signal("g1", { call: "transport.restart-ice", transportId: "t" })).rejects.toThrow("no such guest");
  });

  test("plays the pad of their seat and nothing else, and lets go when their path is lost", async () => {
    const { guests, applied, seats, order, makeRoom } = rig();
    guests.enter(makeRoom());
    guests.open(order("g1", { role: "co-op", pad: 2 }));
    await settled();
    seats[0]?.events.onConnected();
    seats[0]?.events.onInput(press(1, 1));
    seats[0]?.events.onDisconnected("ICE is disconnected");
    const pad = { kind: "pad", pad: 2, axes: [0, 0, 0, 0], triggers: [0, 0] };
    expect(applied).toEqual([{ ...pad, buttons: 1 }, { ...pad, buttons: 0 }]);
    guests.close("g1");
  });

  test("who only watches plays nothing, whatever their page sends", async () => {
    const { guests, applied, seats, order, makeRoom } = rig();
    guests.enter(makeRoom());
    guests.open(order("g1", { pad: 1 }));
    await settled();
    seats[0]?.events.onInput(press(1, 1));
    expect(applied).toEqual([]);
  });

  test("may ask how far the node is, and steers nothing", async () => {
    const { guests, seats, state, told, order, makeRoom } = rig();
    guests.enter(makeRoom());
    guests.open(order("g1"));
    await settled();
    for (const message of [{ type: "keyframe" }, { type: "prefer", maxKbps: 200 }, { type: "presence", visible: false }, { type: "ping", id: 4, sentAtMs: 1 }]) {
      seats[0]?.events.onControl(JSON.stringify(message));
    }
    expect(seats[0]?.sent).toEqual([{ type: "pong", id: 4, sentAtMs: 1, nodeAtMs: Date.now() }]);
    expect([state.keyframes, told]).toEqual([0, ["offer g1"]]);
  });

  test("feels what the title does to their pad", async () => {
    const { guests, seats, order, makeRoom } = rig();
    guests.enter(makeRoom());
    guests.open(order("g1", { role: "controller", pad: 1 }));
    guests.open(order("g2", { role: "co-op", pad: 2 }));
    await settled();
    guests.rumble(1, { strong: 1, weak: 0, durationMs: 100 });
    expect(seats.map(({ sent }) => sent)).toEqual([[{ type: "rumble", pad: 0, strong: 1, weak: 0, durationMs: 100 }], []]);
  });

  test("whose path never comes up, or stays lost, is one no longer", async () => {
    const { guests, told, seats, order, makeRoom } = rig();
    guests.enter(makeRoom());
    guests.open(order("g1"));
    guests.open(order("g2"));
    await settled();
    seats[1]?.events.onConnected();
    await vi.advanceTimersByTimeAsync(ABSENT_MS_MAX);
    seats[1]?.events.onDisconnected("gone");
    await vi.advanceTimersByTimeAsync(ABSENT_MS_MAX);
    expect(told).toEqual(["offer g1", "offer g2", "g2 there", "refused g1 failed", "g2 away", "refused g2 failed"]);
  });
});

describe("guests together", () => {
  test("cost one keyframe when they come together", async () => {
    const { guests, state, order, makeRoom, want } = rig();
    guests.enter(makeRoom());
    for (let i = 0; i < 8; i++) {
      guests.open(order(`g${i}`));
      want();
    }
    await vi.advanceTimersByTimeAsync(GATHER_MS);
    expect(state.keyframes).toBe(1);
  });

  test("cost none when the player's comes first", async () => {
    const { guests, state, order, makeRoom, want } = rig();
    guests.enter(makeRoom());
    guests.open(order("g1"));
    want();
    guests.handleKeyframe();
    await vi.advanceTimersByTimeAsync(10 * GATHER_MS);
    expect(state.keyframes).toBe(0);
  });

  test("are only so many", async () => {
    const { guests, told, order, makeRoom } = rig();
    guests.enter(makeRoom());
    for (let i = 0; i <= GUESTS_MAX; i++) guests.open(order(`g${i}`));
    await settled();
    expect(told.filter((line) => line.startsWith("refused"))).toEqual([`refused g${GUESTS_MAX} full`]);
  });
});
