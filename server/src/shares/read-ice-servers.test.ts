import { expect, test } from "vitest";
import { readIceServers } from "./read-ice-servers.ts";

test("a list of servers, as browsers take them", () => {
  expect(readIceServers("stun:stun.example.org:3478, turn:anna:s3cret@turn.example.org:3478?transport=tcp")).toEqual([
    { urls: "stun:stun.example.org:3478" },
    { urls: "turn:turn.example.org:3478?transport=tcp", username: "anna", credential: "s3cret" },
  ]);
});

test.each([
  "", "https://stun.example.org", "stun:", "turn:turn.example.org", "stun:anna:s3cret@stun.example.org",
  Array.from({ length: 9 }, () => "stun:a").join(","),
])("%j is none", (text) => {
  expect(readIceServers(text)).toBeUndefined();
});
