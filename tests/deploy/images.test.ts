// The Dockerfile: that what it copies is there, and that its images start what they
// should. No engine is here to build it.

import { existsSync, readdirSync } from "node:fs";
import path from "node:path";
import { expect, test } from "vitest";
import { readText, ROOT } from "./files.ts";
import { nodeFaults, serverFaults } from "./programs-environment.ts";

type Stage = { name: string; from: string; lines: string[] };

function stages(text: string): Stage[] {
  const found: Stage[] = [];
  for (const line of text.replaceAll("\\\n", " ").split("\n").filter((line) => line !== "" && !line.startsWith("#"))) {
    const [, from, name] = /^FROM (\S+) AS (\S+)$/.exec(line) ?? [];
    if (from !== undefined && name !== undefined) found.push({ name, from, lines: [] });
    else found.at(-1)?.lines.push(line.trim());
  }
  return found;
}

const ALL = stages(readText("infra/images/Dockerfile"));
const stage = (name: string) => ALL.find((stage) => stage.name === name)!;

test("every stage and every file that it builds on is there", () => {
  const names = ALL.map(({ name }) => name);
  expect(names).toEqual(["packages", "client", "server-packages", "server", "edge-node"]);
  for (const { from, lines } of ALL) {
    expect(names.includes(from) || /^node:\d+-bookworm-slim$/.test(from), from).toBe(true);
    for (const line of lines.filter((line) => line.startsWith("COPY "))) {
      const words = line.split(" ").slice(1);
      const other = /^--from=(.*)$/.exec(words[0] ?? "")?.[1];
      if (other === undefined) for (const file of words.slice(0, -1)) expect(existsSync(path.join(ROOT, file)), file).toBe(true);
      else expect(names).toContain(other);
    }
  }
});

test("every workspace's package.json is copied, or npm would find another lock file", () => {
  const { workspaces } = JSON.parse(readText("package.json")) as { workspaces: string[] };
  for (const workspace of workspaces) expect(stage("packages").lines).toContain(`COPY ${workspace}/package.json ${workspace}/`);
});

test("the server's image has what the server imports", () => {
  const copied = stage("server").lines.filter((line) => line.startsWith("COPY ")).join("\n");
  for (const folder of ["shared", "server", "edge-node/titles"]) expect(copied).toContain(`COPY ${folder} ${folder}`);
  expect(readdirSync(path.join(ROOT, "edge-node/titles")).length).toBeGreaterThan(0);
});

test.each([
  ["server", "server/src/main.ts", serverFaults],
  ["edge-node", "edge-node/src/main.ts", nodeFaults],
] as const)("the image %s starts %s, as somebody without rights, in an environment that it takes", (name, script, faults) => {
  const { lines } = stage(name);
  expect(lines).toContain(`CMD ["node", "${script}"]`);
  expect(existsSync(path.join(ROOT, script))).toBe(true);
  expect(lines.findLast((line) => line.startsWith("USER "))).not.toBe("USER root");
  expect(lines.some((line) => line.startsWith("USER "))).toBe(true);
  const variables = lines.filter((line) => line.startsWith("ENV ")).flatMap((line) => line.slice(4).split(" "));
  expect(faults(Object.fromEntries(variables.map((variable) => variable.split("=") as [string, string])))).toEqual([]);
});
