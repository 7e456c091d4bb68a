import { expect, test } from "vitest";
import { originAllowed } from "./origin.ts";

const allowed = ["https://play.example.org"];

test.each([
  ["a program that is no browser", undefined, "localhost:8080", true],
  ["our own page", "http://localhost:8080", "localhost:8080", true],
  ["our own page behind TLS", "https://play.example.net", "play.example.net", true],
  ["our own page, host in capitals", "http://living-room.local", "Living-Room.local", true],
  ["a page from the list", "https://play.example.org", "10.0.0.1:8080", true],
  ["another site", "https://evil.example", "localhost:8080", false],
  ["another port", "http://localhost:3000", "localhost:8080", false],
  ["a file or a sandboxed frame", "null", "localhost:8080", false],
  ["another scheme of a listed host", "http://play.example.org", "10.0.0.1:8080", false],
  ["no host to compare with", "http://localhost:8080", undefined, false],
  ["nonsense", "::::", "localhost:8080", false],
])("%s", (_name, origin, host, expected) => {
  expect(originAllowed(origin, host, allowed)).toBe(expected);
});
