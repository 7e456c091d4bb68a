import { expect, test } from "vitest";
import { playerSocketUrl } from "./control/player-link.ts";
import { OptionsError, parseOptions } from "./options.ts";

test("what is not said has a default", () => {
  expect(parseOptions(["--server", "ws://localhost:8080"], "/of-mine")).toEqual({
    server: "ws://localhost:8080", operatorId: undefined, fromAddress: undefined, once: false, titleId: "test-card", watchMs: 8_000, dataFolder: "/of-mine/.nearframe/checker",
  });
  expect(parseOptions(["--help"])).toBe("help");
});

test.each([
  [[], /Which server/],
  [["--server", "localhost"], /takes an address such as/],
  [["--server", "ftp://a"], /takes an address such as/],
  [["--server", "ws://a", "--seconds", "many"], /takes 2 to 300/],
  [["--server", "ws://a", "--operator", "not an id"], /--operator takes/],
  [["--server", "ws://a", "--from", "here"], /--from takes an address/],
  [["--server", "ws://a", "--twice"], /--help tells/],
])("%j is refused in a sentence", (args, message) => {
  expect(() => parseOptions(args)).toThrow(OptionsError);
  expect(() => parseOptions(args)).toThrow(message);
});

test.each([
  ["ws://localhost:8080", "ws://localhost:8080/control"],
  ["http://localhost:8080/", "ws://localhost:8080/control"],
  ["https://play.example", "wss://play.example/control"],
  ["wss://play.example/nearframe/control", "wss://play.example/nearframe/control"],
])("players of %s connect to %s", (server, url) => expect(playerSocketUrl(server)).toBe(url));
