import { expect, test } from "vitest";
import { clientAddress } from "./client-address.ts";

const request = (forwarded?: string, remoteAddress = "::ffff:198.51.100.7") =>
  ({ headers: { ...(forwarded !== undefined && { "x-forwarded-for": forwarded }) }, socket: { remoteAddress } }) as Parameters<
    typeof clientAddress
  >[0];

test("without a proxy the socket says it, and the header is a stranger's word", () => {
  expect(clientAddress(request(), 0)).toBe("198.51.100.7");
  expect(clientAddress(request("203.0.113.9"), 0)).toBe("198.51.100.7");
  expect(clientAddress(request(undefined, "2001:db8::7"), 0)).toBe("2001:db8::7");
});

test("behind proxies of ours the address that the outermost of them saw counts", () => {
  expect(clientAddress(request("192.0.2.1, 203.0.113.9"), 1)).toBe("203.0.113.9");
  expect(clientAddress(request("192.0.2.1, 203.0.113.9, 10.0.0.2"), 2)).toBe("203.0.113.9");
  expect(clientAddress(request(), 1)).toBeUndefined();
});
