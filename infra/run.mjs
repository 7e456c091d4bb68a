// Runs one command: finds it, sets up what it needs, hands over.

import { existsSync } from "node:fs";
import { findCommand, listCommands, scriptPath } from "./commands/commands.mjs";
import { UsageError } from "./commands/options.mjs";
import { handOver } from "./hand-over.mjs";
import { createProgress } from "./setup/progress.mjs";
import { endRunningCommands } from "./setup/run-command.mjs";
import { createContext, runSteps } from "./setup/run-steps.mjs";
import { SetupError } from "./setup/setup-error.mjs";
import { STEPS } from "./setup/steps.mjs";

/**
 * @param {string} root
 * @param {readonly string[]} argv
 */
export async function run(root, argv) {
  const [name, ...args] = argv;
  try {
    const command = findCommand(name, args, process.env);
    if (!command) {
      console.log(listCommands(process.env));
      process.exitCode = name === undefined || name === "--help" ? 0 : 1;
      return;
    }
    if (command.help !== undefined) {
      console.log(command.help);
      return;
    }
    const context = createContext(root, { ...process.env, ...command.environment }, { testing: command.needs === "tests" });
    if (command.needs !== "nothing") await setUp(command.needs, context);
    if (command.script === undefined) {
      for (const notice of context.notices) console.log(notice);
      console.log("Everything is set up.");
      return;
    }
    const script = scriptPath(root, command.script);
    if (!existsSync(script)) throw new SetupError(`${command.script} is not in this checkout, so there is no \`npm run ${name}\` yet.`);
    process.exitCode = await handOver(script, [...(command.args ?? []), ...args], context);
  } catch (error) {
    if (!(error instanceof SetupError || error instanceof UsageError)) throw error;
    if (error instanceof SetupError && error.output !== "") console.error(`\n${error.output}`);
    console.error(`\n${error.message}`);
    process.exitCode = 1;
  }
}

/**
 * @param {import("./setup/steps.mjs").Needs} needs
 * @param {import("./setup/run-steps.mjs").SetupContext} context
 */
async function setUp(needs, context) {
  const stop = () => {
    endRunningCommands();
    console.error("\nSet-up was stopped. The same command goes on where it was.");
    process.exit(130);
  };
  process.on("SIGINT", stop).on("SIGTERM", stop).on("SIGHUP", stop);
  await runSteps(STEPS[needs], context, createProgress(process.stderr, () => performance.now()));
  process.off("SIGINT", stop).off("SIGTERM", stop).off("SIGHUP", stop);
}
