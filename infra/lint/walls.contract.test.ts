// A wall that stops nobody is worse than none: each is shown a file that breaks
// it and one that does nearly the same and may.

import { spawnSync } from "node:child_process";
import { copyFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";

const ROOT = path.join(import.meta.dirname, "..", "..");

type Wall = {
  name: string;
  rule: string;
  /** Where the file lies; XX stands for a name that no other file has. */
  file: string;
  broken: string;
  sound: string;
  /** A second file, where one alone can't break the wall. */
  beside?: { file: string; broken: string; sound: string };
};

const imports = (from: string) => `import * as it from "${from}";\nexport const used = it;\n`;
const RESTRICTED = "eslint(no-restricted-imports)";
const GLOBALS = "eslint(no-restricted-globals)";

const WALLS: Wall[] = [
  { name: "shared imports no Node", rule: RESTRICTED, file: "shared/src/XX.ts", broken: imports("node:fs"), sound: imports("./b.ts") },
  { name: "shared imports no package but zod", rule: RESTRICTED, file: "shared/src/XX.ts", broken: imports("react"), sound: imports("zod/mini") },
  { name: "shared imports no other package of ours", rule: RESTRICTED, file: "shared/src/a/XX.ts", broken: imports("@nearframe/server/b"), sound: imports("../b.ts") },
  { name: "shared reaches out of itself by no path", rule: RESTRICTED, file: "shared/src/a/XX.ts", broken: imports("../../../client/src/b.ts"), sound: imports("../../b.ts") },
  ...["server", "edge-node", "client", "checker"].flatMap((name): Wall[] => {
    const other = name === "server" ? "edge-node" : "server";
    return [
      { name: `${name} does not import ${other}`, rule: RESTRICTED, file: `${name}/src/XX.ts`, broken: imports(`@nearframe/${other}/b`), sound: imports("@nearframe/shared/deep/b") },
      { name: `${name} does not reach ${other} by a path`, rule: RESTRICTED, file: `${name}/src/XX.ts`, broken: imports(`../../${other}/src/b.ts`), sound: imports("./b.ts") },
    ];
  }),
  { name: "a package's test stays in its package", rule: RESTRICTED, file: "server/src/XX.test.ts", broken: imports("@nearframe/edge-node/b"), sound: imports("node:fs") },
  { name: "tests import packages by name", rule: RESTRICTED, file: "tests/e2e/XX.test.ts", broken: imports("../../server/src/b.ts"), sound: imports("@nearframe/server/b") },
  { name: "views import no transport", rule: RESTRICTED, file: "client/src/views/XX.tsx", broken: imports("mediasoup-client"), sound: imports("react") },
  { name: "views import no stream", rule: RESTRICTED, file: "client/src/views/XX.tsx", broken: imports("../stream/b.ts"), sound: imports("../view-model/b.ts") },
  { name: "the stream imports no React", rule: RESTRICTED, file: "client/src/stream/XX.ts", broken: imports("react"), sound: imports("mediasoup-client") },
  { name: "set-up imports no package", rule: RESTRICTED, file: "infra/setup/XX.mjs", broken: imports("zod"), sound: imports("node:fs/promises") },
  { name: "set-up imports no TypeScript", rule: RESTRICTED, file: "infra/setup/XX.mjs", broken: imports("../b.ts"), sound: imports("../b.mjs") },

  ...["server/src/XX/transition.ts", "client/src/stream/XX/session-transition.ts", "server/src/XX/choose-node.ts", "server/src/XX/score-host.ts", "edge-node/src/XX/held.ts", "edge-node/src/rate/XX.ts", "checker/src/measure/XX.ts"].flatMap((file): Wall[] => [
    { name: `${file} imports no Node`, rule: RESTRICTED, file, broken: imports("node:fs"), sound: imports("@nearframe/shared/b") },
    { name: `${file} imports no package`, rule: RESTRICTED, file, broken: imports("ws"), sound: imports("./b.ts") },
    { name: `${file} imports no adapter`, rule: RESTRICTED, file, broken: imports("../adapters/b.ts"), sound: imports("../b.ts") },
    { name: `${file} asks no clock`, rule: GLOBALS, file, broken: "export const at = Date.now();\n", sound: "export const at = (nowMs: number) => nowMs;\n" },
    { name: `${file} sets no timer`, rule: GLOBALS, file, broken: "setTimeout(() => {}, 1);\n", sound: "export const dueAtMs = 1;\n" },
    { name: `${file} throws no dice`, rule: "eslint(no-restricted-properties)", file, broken: "export const dice = Math.random();\n", sound: "export const dice = Math.floor(1.5);\n" },
  ]),
  { name: "shared asks no clock", rule: GLOBALS, file: "shared/src/XX.ts", broken: "export const at = performance.now();\n", sound: "export const at = (nowMs: number) => nowMs;\n" },

  { name: "no any", rule: "typescript(no-explicit-any)", file: "server/src/XX.ts", broken: "export const x = (y: any) => y;\n", sound: "export const x = (y: unknown) => y;\n" },
  { name: "no ts-ignore", rule: "typescript(ban-ts-comment)", file: "server/src/XX.ts", broken: "// @ts-ignore\nexport const x = 1;\n", sound: "// Said in words.\nexport const x = 1;\n" },
  { name: "no unused variable", rule: "eslint(no-unused-vars)", file: "server/src/XX.ts", broken: "const x = 1;\n", sound: "export const x = 1;\n" },
  { name: "no empty catch", rule: "eslint(no-empty)", file: "server/src/XX.ts", broken: "try { JSON.parse('') } catch {}\n", sound: "try { JSON.parse('') } catch { /* Said why. */ }\n" },
  { name: "no floating promise", rule: "typescript(no-floating-promises)", file: "server/src/XX.ts", broken: "export function x() { Promise.resolve(); }\n", sound: "export function x() { void Promise.resolve(); }\n" },
  {
    name: "no import cycle",
    rule: "import(no-cycle)",
    file: "server/src/XX.ts",
    broken: 'export * from "./XX-b.ts";\n',
    sound: 'export * from "./XX-b.ts";\n',
    beside: { file: "server/src/XX-b.ts", broken: 'export * from "./XX.ts";\n', sound: "export const b = 1;\n" },
  },
];

type Diagnostic = { code: string; filename: string };

const KINDS = ["broken", "sound"] as const;
const uniqueName = (wall: Wall, kind: (typeof KINDS)[number]) => `${kind}-${WALLS.indexOf(wall)}`;

let folder: string;
let diagnostics: Diagnostic[];

beforeAll(() => {
  folder = mkdtempSync(path.join(os.tmpdir(), "nearframe-walls-"));
  copyFileSync(path.join(ROOT, ".oxlintrc.json"), path.join(folder, ".oxlintrc.json"));
  for (const wall of WALLS) {
    for (const kind of KINDS) {
      for (const { file, [kind]: text } of [wall, ...(wall.beside ? [wall.beside] : [])]) {
        write(file.replace("XX", uniqueName(wall, kind)), text.replaceAll("XX", uniqueName(wall, kind)));
      }
    }
  }
  const oxlint = path.join(ROOT, "node_modules", "oxlint", "bin", "oxlint");
  const { stdout } = spawnSync(process.execPath, [oxlint, "--type-aware", "--format=json"], { cwd: folder, encoding: "utf8" });
  ({ diagnostics } = JSON.parse(stdout) as { diagnostics: Diagnostic[] });
});

afterAll(() => rmSync(folder, { recursive: true, force: true }));

function write(file: string, text: string): void {
  mkdirSync(path.dirname(path.join(folder, file)), { recursive: true });
  writeFileSync(path.join(folder, file), text);
}

const rulesBrokenBy = (file: string) => diagnostics.filter(({ filename }) => filename === file).map(({ code }) => code);

test.each(WALLS)("$name", (wall) => {
  expect(rulesBrokenBy(wall.file.replace("XX", uniqueName(wall, "broken")))).toContain(wall.rule);
  expect(rulesBrokenBy(wall.file.replace("XX", uniqueName(wall, "sound")))).toEqual([]);
});
