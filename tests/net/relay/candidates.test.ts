import { expect, test } from "vitest";
import { throughRelay } from "./candidates.ts";

test("UDP goes to the relay, TCP is not offered", () => {
  const host = { foundation: "udpcandidate", priority: 1, ip: "10.0.0.2", address: "10.0.0.2", port: 44_444, type: "host" };
  const candidates = [
    { ...host, protocol: "udp" },
    { ...host, protocol: "tcp", tcpType: "passive" },
  ];
  expect(throughRelay(candidates, { host: "127.0.0.1", port: 45_000 })).toEqual([
    { ...host, protocol: "udp", ip: "127.0.0.1", address: "127.0.0.1", port: 45_000 },
  ]);
});
