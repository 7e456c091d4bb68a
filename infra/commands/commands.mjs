// The commands behind the scripts of package.json.

import path from "node:path";
import { EDGE_HELP, START_HELP, TEST_HELP, parseEdgeOptions, parseStartOptions, parseTestOptions } from "./options.mjs";

/**
 * @typedef {object} Command
 * @property {string} summary
 * @property {import("../setup/steps.mjs").Needs | "nothing"} needs
 * @property {string} [script]   Below the repository; run by Node 24 after set-up. Without one, set-up is all.
 * @property {string[]} [args]   Before the caller's own.
 * @property {Record<string, string>} [environment]   Over the caller's.
 * @property {string} [help]     Shown for --help without set-up; without it, the script is asked.
 */

/**
 * What `npm run NAME -- ARGS` does.
 *
 * @param {string | undefined} name
 * @param {readonly string[]} args
 * @param {NodeJS.ProcessEnv} env
 * @returns {Command | undefined}
 */
export function findCommand(name, args, env) {
  switch (name) {
    case "start": {
      const options = parseStartOptions(args, env);
      return {
        summary: "start the server and an edge node",
        needs: options.setup ? "everything" : "nothing",
        script: "infra/start/main.ts",
        ...(options.help && { help: START_HELP }),
      };
    }
    case "test": {
      const options = parseTestOptions(args);
      const quick = options.stages.every((stage) => stage === "lint" || stage === "types" || stage === "unit");
      return {
        summary: "run lint, types and every test",
        needs: quick ? "packages" : "tests",
        script: "infra/test/main.ts",
        ...(options.help && { help: TEST_HELP }),
      };
    }
    case "bench":
      return { summary: "run the benchmarks", needs: "tests", script: "tests/bench/main.ts" };
    case "edge": {
      const { help, drain, appeal, environment } = parseEdgeOptions(args);
      return {
        summary: "start an edge node alone",
        needs: drain || appeal ? "packages" : "node",
        script: drain ? "edge-node/src/drain.ts" : appeal ? "edge-node/src/appeal.ts" : "edge-node/src/main.ts",
        environment,
        ...(help && { help: EDGE_HELP }),
      };
    }
    case "checker":
      return { summary: "check nodes as a player would meet them, when a server asks for it", needs: "packages", script: "checker/src/main.ts" };
    case "verify":
      return { summary: "judge an epoch of checking again from public data", needs: "packages", script: "checker/src/verify/main.ts" };
    case "title":
      return { summary: "publish a title, see its versions, go back to one", needs: "packages", script: "server/src/title-store/cli.ts" };
    case "doctor":
      return {
        summary: "say what of this host works for an edge node",
        needs: "packages",
        script: "edge-node/src/doctor/main.ts",
        environment: parseEdgeOptions(args).environment,
      };
    case "impair":
      return { summary: "relay UDP as a bad network would", needs: "packages", script: "tests/net/impair-cli.ts" };
    case "simulate":
      return { summary: "place a day of players over a map of cities", needs: "packages", script: "tests/simulate/main.ts" };
    case "lint":
      return { summary: "check style and the walls between packages", needs: "packages", script: "infra/test/main.ts", args: ["lint"] };
    case "typecheck":
      return { summary: "check types", needs: "packages", script: "infra/test/main.ts", args: ["types"] };
    case "setup":
      return { summary: "install and build what is missing", needs: "everything" };
    default:
      return undefined;
  }
}

const NAMES = ["start", "test", "bench", "edge", "checker", "verify", "title", "doctor", "impair", "simulate", "lint", "typecheck", "setup"];

/** @param {NodeJS.ProcessEnv} env */
export function listCommands(env) {
  const rows = NAMES.map((name) => `  ${name.padEnd(10)} ${findCommand(name, [], env)?.summary}`);
  return `npm run COMMAND -- [options]; start and test go without "run"\n\n${rows.join("\n")}`;
}

/**
 * @param {string} root
 * @param {string} script
 */
export const scriptPath = (root, script) => path.join(root, ...script.split("/"));
