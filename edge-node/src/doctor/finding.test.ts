import { expect, test } from "vitest";
import { describeFindings, type Finding } from "./finding.ts";

const WORKS: Finding = { part: "display", verdict: "works", what: "screens" };
const LIMITED: Finding = { part: "pads", verdict: "limited", what: "none", remedy: "modprobe uinput", packages: ["b"] };
const BROKEN: Finding = { part: "sound", verdict: "broken", what: "no daemon", packages: ["pulseaudio", "b"] };

test("a remedy stands under its finding, and what is to be installed is one line", () => {
  expect(describeFindings([WORKS, LIMITED, BROKEN])).toBe(
    [
      "ok  display  screens",
      "!!  pads     none",
      "             -> modprobe uinput",
      "NO  sound    no daemon",
      "",
      "To install what is missing:  apt-get install b pulseaudio",
      "",
      "This host can't run a node yet: sound.",
    ].join("\n"),
  );
});

test("the last line says whether it can run a node, and what it does without", () => {
  expect(describeFindings([WORKS])).toMatch(/with everything\.$/);
  expect(describeFindings([WORKS, LIMITED, LIMITED])).toMatch(/lack something: pads\.$/);
});
