import { describe, expect, test } from "vitest";
import { isLocal, mediaAddresses } from "./addresses.ts";
import { ConfigError, parseConfig } from "./config.ts";
import { VIDEO_ENCODER_NAMES } from "../media/encode/known-encoders.ts";
import { chooseNextDial, reconnectDelayMs } from "./reconnect.ts";
import { parseServerAddresses } from "./server-addresses.ts";

describe("reconnectDelayMs", () => {
  test("grows to ten seconds and stays there", () => {
    expect([0, 1, 2, 3, 6, 50].map((attempt) => reconnectDelayMs(attempt, 1))).toEqual([250, 500, 1000, 2000, 10_000, 10_000]);
  });
  test("is spread over its upper half", () => {
    expect([0, 0.5, 1].map((random) => reconnectDelayMs(2, random))).toEqual([500, 750, 1000]);
  });
});

describe("chooseNextDial", () => {
  const dials = (serverCount: number, count: number) => {
    let serverIndex = 0;
    return Array.from({ length: count }, (_, failures) => {
      const next = chooseNextDial(failures, serverIndex, serverCount, 1);
      serverIndex = next.serverIndex;
      return [next.serverIndex, next.delayMs];
    });
  };
  test("goes back to the same server once, then round all of them, slower with each round", () => {
    expect(dials(3, 8)).toEqual([[0, 250], [1, 250], [2, 250], [0, 500], [1, 500], [2, 500], [0, 1000], [1, 1000]]);
  });
  test("with one server it is the plain backoff", () => {
    expect(dials(1, 4)).toEqual([[0, 250], [0, 500], [0, 1000], [0, 2000]]);
  });
});

describe("parseServerAddresses", () => {
  test.each([
    ["ws://host:8080/node", ["ws://host:8080/node"]],
    ["ws://host:8080", ["ws://host:8080/node"]],
    ["wss://host/", ["wss://host/node"]],
    ["http://localhost:8080", ["ws://localhost:8080/node"]],
    ["https://play.example.org/", ["wss://play.example.org/node"]],
    ["https://example.org/nearframe/", ["wss://example.org/nearframe/node"]],
    ["https://example.org/nearframe/node/", ["wss://example.org/nearframe/node"]],
    ["host:8080", ["ws://host:8080/node"]],
    ["192.0.2.7", ["ws://192.0.2.7/node"]],
    ["[2001:db8::7]:81", ["ws://[2001:db8::7]:81/node"]],
    ["a:1, b:2 ,a:1", ["ws://a:1/node", "ws://b:2/node"]],
  ])("%s is %j", (text, expected) => expect(parseServerAddresses(text)).toEqual(expected));

  test.each(["", " , ", "ftp://host", "ws://", "ws://user:secret@host", "host:99999", "two words"])("%j is refused", (text) => {
    expect(() => parseServerAddresses(text)).toThrow(/server/);
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
    [{ NEARFRAME_SERVER: "ftp://x" }, /NEARFRAME_SERVER: "ftp:\/\/x" is not a server/],
    [{ NEARFRAME_SERVER: "," }, /NEARFRAME_SERVER: no server/],
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
