// Three kinds of tests, told apart by their file names.
//
//   *.test.ts            fast: pure code, machines with fakes. In parallel.
//   *.contract.test.ts   adapters against the real thing: processes, sockets, displays. Two files at a time.
//   *.e2e.test.ts        the whole product in a real browser. One file at a time, last.

import path from "node:path";
import { configDefaults, defineConfig } from "vitest/config";

const PACKAGES = "{shared,server,edge-node,checker,client,infra,tests}";
const CONTRACT = `${PACKAGES}/**/*.contract.test.{ts,tsx}`;
const E2E = `${PACKAGES}/**/*.e2e.test.{ts,tsx}`;

export default defineConfig({
  root: path.join(import.meta.dirname, ".."),
  test: {
    passWithNoTests: true,
    // What a failed test printed is wanted; all that the others print hides it. `--silent=false` shows everything.
    silent: "passed-only",
    projects: [
      {
        extends: true,
        test: {
          name: "unit",
          include: [`${PACKAGES}/**/*.test.{ts,tsx}`],
          exclude: [...configDefaults.exclude, CONTRACT, E2E],
          // Two thirds of the stage were spent on starting a process, and loading the same modules, for each file.
          pool: "threads",
          isolate: false,
          maxWorkers: "100%",
          sequence: { groupOrder: 0 },
        },
      },
      {
        extends: true,
        test: {
          name: "contract",
          include: [CONTRACT],
          testTimeout: 60_000,
          hookTimeout: 60_000,
          // They wait more than they work: for processes, sockets and pictures.
          maxWorkers: 2,
          // Real processes on a machine that others may use: one second try, which is named at the run's end.
          // What needs it more than once in a while is a fault to be traced.
          retry: 1,
          sequence: { groupOrder: 1 },
        },
      },
      {
        extends: true,
        test: {
          name: "e2e",
          include: [E2E],
          testTimeout: 120_000,
          hookTimeout: 120_000,
          // As above, with real media besides.
          retry: 1,
          fileParallelism: false,
          sequence: { groupOrder: 2 },
        },
      },
    ],
  },
});
