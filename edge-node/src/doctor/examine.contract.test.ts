import { expect, test } from "vitest";
import { parseConfig } from "../node/config.ts";
import { EXAMINATIONS, examineHost } from "./examine.ts";

const only = (...parts: string[]) => EXAMINATIONS.filter(({ part }) => parts.includes(part));

test("a host that passes these tests has a display, sound, media and a sandbox that work", async () => {
  const findings = await examineHost(parseConfig({}), only("display", "sound", "media", "sandbox"), () => undefined);
  expect(findings.filter(({ verdict }) => verdict === "works").map(({ part }) => part)).toEqual(["display", "sound", "media", "sandbox"]);
});

test("a part that fails says so, and the others are looked at", async () => {
  const faulty = { part: "faulty", examine: () => Promise.reject(new Error("the cable is out")) };
  const findings = await examineHost(parseConfig({}), [faulty, ...only("machine")], () => undefined);
  expect(findings[0]).toEqual({ part: "faulty", verdict: "broken", what: "the cable is out" });
  expect(findings[1]).toMatchObject({ part: "machine" });
});

test("a server that is not there is named, with what to do", async () => {
  const [finding] = await examineHost(parseConfig({ NEARFRAME_SERVER: "ws://127.0.0.1:2" }), only("server"), () => undefined);
  expect(finding).toMatchObject({ verdict: "limited", what: expect.stringContaining("http://127.0.0.1:2 can't be reached (ECONNREFUSED)") });
});
