import { describe, expect, test } from "vitest";
import { isLocal, mediaAddresses } from "./addresses.ts";
import { ConfigError, parseConfig } from "./config.ts";
import { VIDEO_ENCODER_NAMES } from "../media/encode/known-encoders.ts";
import { reconnectDelayMs } from "./reconnect.ts";

describe("reconnectDelayMs", () => {
  test("grows to ten seconds and stays there", () => {
    expect([0, 1, 2, 3, 6, 50].map((attempt) => reconnectDelayMs(attempt, 1))).toEqual([250, 500, 1000, 2000, 10_000, 10_000]);
  });
  test("is spread over its upper half", () => {
    expect([0, 0.5, 1].map((random) => reconnectDelayMs(2, random))).toEqual([500, 750, 1000]);
  });
});

describe("mediaAddresses", () => {
  const info = (address: string, internal = false) =>
    ({ address, internal, family: address.includes(":") ? "IPv6" : "IPv4", netmask: "", mac: "", cidr: null }) as never;
  const interfaces = { lo: [info("127.0.0.1", true)], eth0: [info("192.0.2.7"), info("fe80::1"), info("2001:db8::7")] };

  test("are the machine's own, without those that candidates can't carry", () => {
    expect(mediaAddresses(interfaces, undefined, false)).toEqual([{ ip: "192.0.2.7" }, { ip: "2001:db8::7" }]);
  });
  test("have loopback beside them when players may be on this machine", () => {
    expect(mediaAddresses(interfaces, undefined, true)).toContainEqual({ ip: "127.0.0.1" });
  });
  test("behind NAT: all of them, under the public name", () => {
    expect(mediaAddresses(interfaces, "play.example.net", false)).toEqual([{ ip: "0.0.0.0", announcedAddress: "play.example.net" }]);
  });
  test("are never none", () => expect(mediaAddresses({}, undefined, false)).toEqual([{ ip: "127.0.0.1" }]));
  test("know a local server by its name", () => {
    expect(["ws://localhost:1/node", "ws://127.0.0.9/node", "ws://[::1]/node", "wss://example.net/node"].map(isLocal)).toEqual([
      true, true, true, false,
    ]);
  });
});

describe("parseConfig", () => {
  test("needs nothing set", () => {
    expect(parseConfig({ NEARFRAME_ANNOUNCE: "" })).toMatchObject({ mediaPort: 0, pipeline: "damage", announcedAddress: undefined });
  });
  test("takes the encoders that it is told, and all where it is told nothing", () => {
    expect(parseConfig({ NEARFRAME_ENCODERS: " vpx-vp8, x264,x264" }).encoders).toEqual(["x264", "vpx-vp8"]);
    expect(parseConfig({}).encoders).toEqual(VIDEO_ENCODER_NAMES);
  });
  test.each([
    [{ NEARFRAME_SERVER: "http://x" }, /NEARFRAME_SERVER/],
    [{ NEARFRAME_MEDIA_PORT: "70000" }, /NEARFRAME_MEDIA_PORT/],
    [{ NEARFRAME_MEDIA_PORT: "many" }, /NEARFRAME_MEDIA_PORT/],
    [{ NEARFRAME_PIPELINE: "magic" }, /NEARFRAME_PIPELINE/],
    [{ NEARFRAME_ENCODERS: "x264,magic" }, /NEARFRAME_ENCODERS/],
    [{ NEARFRAME_NODE_TOKEN: "short" }, /NEARFRAME_NODE_TOKEN/],
  ])("%o is refused by name", (environment, message) => {
    expect(() => parseConfig(environment)).toThrow(ConfigError);
    expect(() => parseConfig(environment)).toThrow(message);
  });
});
