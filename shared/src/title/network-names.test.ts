import { expect, test } from "vitest";
import { HOST_NAME, isAllowedName } from "./network-names.ts";

test.each([
  ["game.example", true], ["a.b.cdn.example", true], ["cdn.example", false], ["evilcdn.example", false],
  ["game.example.evil", false], ["x.game.example", false], [".cdn.example", false], ["", false],
])("\"%s\" among game.example and all below cdn.example: %s", (name, allowed) =>
  expect(isAllowedName(name, ["game.example", "*.cdn.example"])).toBe(allowed));

test.each([
  ["api.example.org", true], ["*.example.org", true], ["xn--bcher-kva.example", true], ["game.xn--p1ai", true], ["localhost", false], ["*", false],
  ["*.org", false], ["10.0.0.1", false], ["Example.org", false], ["https://example.org", false], ["a.*.example", false], ["-a.example", false],
])("\"%s\" is a host's name: %s", (name, is) => expect(HOST_NAME.test(name)).toBe(is));
