import { Scope } from "@nearframe/shared/lifetime";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { createRumble, phonePattern } from "./rumble.ts";

let scope: Scope;
beforeEach(() => {
  scope = new Scope();
});
afterEach(() => scope.close());

const actuator = () => ({ playEffect: vi.fn(async () => "complete" as const), reset: vi.fn(async () => "complete" as const) });
const pad = (vibrationActuator: ReturnType<typeof actuator>, connected = true) => ({ connected, vibrationActuator }) as unknown as Gamepad;

function setUp(pads: readonly (Gamepad | null)[], wanted = true) {
  const vibrate = vi.fn(() => true);
  return { vibrate, rumble: createRumble(scope, { pads: () => pads, vibrate, wanted: () => wanted }) };
}

test.each([0, 1, 2, 3])("seat %i shakes, and no other pad, however the browser numbers them", (seat) => {
  const actuators = [actuator(), actuator(), actuator(), actuator()];
  const pads = [null, ...actuators.map((each) => pad(each)), pad(actuator(), false)];
  const { rumble, vibrate } = setUp(pads);
  rumble.handle({ pad: seat, strong: 0.5, weak: 0.25, durationMs: 120 });
  actuators.forEach(({ playEffect }, i) => expect(playEffect).toHaveBeenCalledTimes(i === seat ? 1 : 0));
  expect(actuators[seat]?.playEffect).toHaveBeenCalledWith("dual-rumble", {
    startDelay: 0, duration: 120, strongMagnitude: 0.5, weakMagnitude: 0.25,
  });
  expect(vibrate).not.toHaveBeenCalled();
});

test("no strength stops a pad at once", () => {
  const one = actuator();
  const { rumble } = setUp([pad(one)]);
  rumble.handle({ pad: 0, strong: 0, weak: 0, durationMs: 1_000 });
  expect(one.reset).toHaveBeenCalledOnce();
  expect(one.playEffect).not.toHaveBeenCalled();
});

test("without a pad in the hands the phone shakes for the one on its screen, and stops when told", () => {
  const { rumble, vibrate } = setUp([null]);
  rumble.handle({ pad: 0, strong: 1, weak: 0, durationMs: 200 });
  expect(vibrate).toHaveBeenLastCalledWith(200);
  rumble.handle({ pad: 1, strong: 1, weak: 0, durationMs: 200 });
  expect(vibrate).toHaveBeenCalledOnce();
  rumble.handle({ pad: 0, strong: 0, weak: 0, durationMs: 0 });
  expect(vibrate).toHaveBeenLastCalledWith(0);
});

test("a player who wants none feels none, but a stop still stops", () => {
  const one = actuator();
  const { rumble } = setUp([pad(one)], false);
  rumble.handle({ pad: 0, strong: 1, weak: 1, durationMs: 100 });
  expect(one.playEffect).not.toHaveBeenCalled();
  rumble.handle({ pad: 0, strong: 0, weak: 0, durationMs: 0 });
  expect(one.reset).toHaveBeenCalledOnce();
});

test("a pad without motors and a browser that refuses are no trouble", async () => {
  const info = vi.spyOn(console, "info").mockReturnValue();
  const broken = actuator();
  broken.playEffect.mockRejectedValueOnce(new Error("busy"));
  const { rumble } = setUp([pad(broken), { connected: true } as Gamepad]);
  rumble.handle({ pad: 0, strong: 1, weak: 0, durationMs: 10 });
  rumble.handle({ pad: 1, strong: 1, weak: 0, durationMs: 10 });
  await vi.waitFor(() => expect(info).toHaveBeenCalledOnce());
  info.mockRestore();
});

test("leaving stops everything", async () => {
  const one = actuator();
  setUp([pad(one)]);
  await scope.close();
  expect(one.reset).toHaveBeenCalledOnce();
});

test("a phone's motor is on for a share of the time", () => {
  expect(phonePattern(1, 200)).toBe(200);
  expect(phonePattern(0.5, 120)).toEqual([20, 20, 20, 20, 20]);
  expect(phonePattern(0.2, 10)).toEqual([8]);
});
