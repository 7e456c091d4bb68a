// What is committed works on every machine: it names no registry's host (npm and
// apt-get know theirs) and no path of somebody's own machine.

import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import path from "node:path";
import { expect, test } from "vitest";

const ROOT = path.join(import.meta.dirname, "..", "..");

/** Put together here, so that this file does not name them either. */
const FORBIDDEN = [
  { what: "a registry's host", pattern: new RegExp(["registry\\.npm", "js\\.org"].join("") + "|" + ["registry\\.yarn", "pkg\\.com"].join("")) },
  { what: "a host of Debian's archive", pattern: new RegExp(["(deb|security|ftp\\.\\w+)\\.deb", "ian\\.org"].join("")) },
  // A title's home in its sandbox is the same on every machine.
  { what: "a path of one machine", pattern: /(?<![\w.])\/(work|root|home\/(?!player\/)\w+|Users\/\w+)\// },
  // X servers keep their sockets and locks there, whatever the machine.
  { what: "a path in the folder for temporary files", pattern: /(?<![\w.])\/tmp\/(?!\.X)/ },
];

const TEXT = /\.(ts|tsx|mjs|js|json|jsonc|md|css|html|svg|sql|txt|yml|yaml|cmake|h|sh)$|(^|\/)(\.npmrc|\.gitignore|CMakeLists\.txt|run)$/;

function findForbidden(text: string): string[] {
  return text
    .split("\n")
    .flatMap((line, index) =>
      FORBIDDEN.filter(({ pattern }) => pattern.test(line)).map(({ what }) => `line ${index + 1}: ${what}`),
    );
}

test("no committed text names a registry's host or a machine's path", () => {
  const files = execFileSync("git", ["ls-files", "-z"], { cwd: ROOT, encoding: "utf8" }).split("\0").filter((file) => TEXT.test(file));
  expect(files.length).toBeGreaterThan(0);
  const found = files.flatMap((file) => readIfThere(file).flatMap((text) => findForbidden(text).map((finding) => `${file}, ${finding}`)));
  expect(found).toEqual([]);
});

/** A file that is deleted but not yet committed is still listed. */
function readIfThere(file: string): string[] {
  try {
    return [readFileSync(path.join(ROOT, file), "utf8")];
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return [];
    throw error;
  }
}

test.each([
  ["https://registry.npm" + "js.org/x", ["line 1: a registry's host"]],
  ["http://deb.deb" + "ian.org/debian", ["line 1: a host of Debian's archive"]],
  ["ok\ncd /wo" + "rk/x", ["line 2: a path of one machine"]],
  ["/tm" + "p/x", ["line 1: a path in the folder for temporary files"]],
  ["/home/player/.wine", []],
  ["/tmp/.X11-unix/X1 and ./work/x and shared/work/", []],
])("%j is judged", (text, expected) => {
  expect(findForbidden(text)).toEqual(expected);
});
