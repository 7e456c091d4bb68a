import { expect, test } from "vitest";
import { errorLines, explainAptFailure, parseAptStatus } from "./apt.mjs";

test.each([
  ["dlstatus:3:40.0:Retrieving file 3 of 7", { share: 0.2, text: "Retrieving file 3 of 7" }],
  ["pmstatus:xvfb:50.0:Unpacking xvfb (amd64)", { share: 0.75, text: "Unpacking xvfb (amd64)" }],
  ["Setting up xvfb", undefined],
])("progress of %j", (line, advance) => {
  expect(parseAptStatus(line)).toEqual(advance);
});

test.each([
  ["E: Could not get lock /var/lib/dpkg/lock-frontend. It is held by process 12 (apt)", false, /^Another program is installing/],
  ["E: dpkg was interrupted, you must manually run 'dpkg --configure -a'", false, /dpkg --configure -a/],
  ["W: Failed to fetch somewhere  Temporary failure resolving 'somewhere'", false, /could not reach Debian's archive/],
  ["E: Unable to locate package xvfb", false, /no package "xvfb"/],
  ["E: Package 'chocolate-doom' has no installation candidate", false, /no package "chocolate-doom"/],
  ["E: You don't have enough free space in /var/cache/apt/archives/.", false, /disk is full/],
  ["", true, /did not finish in time/],
  ["E: something else", false, /could not install/],
])("%j is told in a sentence", (output, timedOut, sentence) => {
  expect(explainAptFailure(output, timedOut)).toMatch(sentence);
});

test("of what apt-get says, the lines that tell the error are kept", () => {
  const output = [
    "pmstatus:fontconfig:55.5:Configuring fontconfig (amd64)",
    "/var/lib/dpkg/info/fontconfig.postinst: 17: printf: printf: I/O error",
    "dpkg: error processing package fontconfig (--configure):",
    "Errors were encountered while processing:",
    " fontconfig",
    "E: Sub-process /usr/bin/dpkg returned an error code (1)",
    "",
  ];
  expect(errorLines(output.join("\n")).split("\n")).toEqual([output[1], output[2], output[3], output[5]]);
  expect(errorLines("Reading package lists...\nDone\n")).toBe("Reading package lists...\nDone");
});
