import { expect, test } from "vitest";
import { nameOf, parseDeviceAddresses } from "./device-address.ts";

test.each([
  ["10.0.0.5:5555", [{ kind: "direct", host: "10.0.0.5", port: 5555 }]],
  ["redroid-1, [fe80::1]:6520", [{ kind: "direct", host: "redroid-1", port: 5555 }, { kind: "direct", host: "fe80::1", port: 6520 }]],
  ["adb:emulator-5554", [{ kind: "server", serial: "emulator-5554" }]],
  ["", []],
])("%j", (text, addresses) => {
  expect(parseDeviceAddresses(text)).toEqual(addresses);
});

test("a name is what an operator wrote, in full", () => {
  expect(parseDeviceAddresses("redroid-1,[fe80::1]:6520,adb:R58M123").map(nameOf)).toEqual(["redroid-1:5555", "[fe80::1]:6520", "adb:R58M123"]);
});

test.each(["a b", "host:99999", "adb:", "host:port", "http://host"])("%j is no device", (text) => {
  expect(() => parseDeviceAddresses(text)).toThrow(/is no address|names no serial/);
});

test("one device is not named twice", () => {
  expect(() => parseDeviceAddresses("a:5555,a")).toThrow("a:5555 is named twice");
});
