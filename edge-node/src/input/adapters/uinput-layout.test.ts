import { expect, test } from "vitest";
import { PAD_BUTTONS, type PadButton } from "@nearframe/shared/title/manifest";
import { AXES, axisSetup, deviceSetup, padEvents } from "./uinput-layout.ts";

const REST = { buttons: 0, axes: [0, 0, 0, 0], triggers: [0, 0] };
const bits = (...buttons: PadButton[]) => buttons.reduce((sum, button) => sum | (1 << PAD_BUTTONS.indexOf(button)), 0);

/** "type/code=value" of what is not at rest. */
function moved(bytes: Buffer): string[] {
  const events: string[] = [];
  for (let at = 0; at < bytes.length; at += 24) {
    const value = bytes.readInt32LE(at + 20);
    if (value !== 0) events.push(`${bytes.readUInt16LE(at + 16)}/${bytes.readUInt16LE(at + 18).toString(16)}=${value}`);
  }
  return events;
}

test("the device says that it is an Xbox 360 pad on USB", () => {
  const setup = deviceSetup("Nearframe pad");
  expect(setup).toHaveLength(92);
  expect(setup.subarray(0, 8).toString("hex")).toBe("03005e048e021001");
  expect(setup.toString("latin1", 8, 21)).toBe("Nearframe pad");
});

test("an axis has its limits", () => {
  const [stick] = AXES;
  expect(stick && axisSetup(stick).toString("hex")).toBe("00000000" + "00000000" + "0080ffff" + "ff7f0000" + "10000000" + "80000000" + "00000000");
});

test("a pad at rest moves nothing, and ends with a sync", () => {
  const events = padEvents(REST);
  expect(moved(events)).toEqual([]);
  expect(events.subarray(-24).equals(Buffer.alloc(24))).toBe(true);
});

test.each<[string, Partial<typeof REST>, string[]]>([
  ["the southern button", { buttons: bits("south") }, ["1/130=1"]],
  ["the western and northern buttons", { buttons: bits("west", "north") }, ["1/133=1", "1/134=1"]],
  ["the cross, up and left", { buttons: bits("up", "left") }, ["3/10=-1", "3/11=-1"]],
  ["the left stick, right and up", { axes: [1, -1, 0, 0] }, ["3/0=32767", "3/1=-32767"]],
  ["the right stick, half down", { axes: [0, 0, 0, 0.5] }, ["3/4=16384"]],
  ["a trigger pulled half way", { triggers: [0.5, 0] }, ["3/2=128"]],
  ["a trigger that is only a button", { buttons: bits("r2") }, ["3/5=255"]],
  ["more than there is", { axes: [-7, 0, 0, 0] }, ["3/0=-32768"]],
])("%s", (_, position, events) => {
  expect(moved(padEvents({ ...REST, ...position }))).toEqual(events);
});
