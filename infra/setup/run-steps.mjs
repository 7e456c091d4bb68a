// Runs set-up's steps in order. A step that finds nothing to do costs a glance
// and prints nothing, so that a second start is quick and quiet.

/**
 * @typedef {object} SetupContext  What steps know, and what they tell later ones.
 * @property {string} root             The repository.
 * @property {NodeJS.ProcessEnv} env
 * @property {string[]} notices        Sentences for the person: what will not work, and why.
 * @property {boolean} testing         What only tests need is to be here too.
 * @property {boolean} workerToBuild   No media worker was found or downloaded.
 */

/**
 * @typedef {object} Work  What a step found to do.
 * @property {string} [detail]  "xvfb, chromium".
 * @property {(report: (advance: import("./progress.mjs").Advance) => void) => Promise<string | void>} run
 *   Resolves with the outcome in a few words, where it is not simply done.
 */

/**
 * @typedef {object} Step
 * @property {string} name
 * @property {(context: SetupContext) => Promise<Work | undefined>} plan  Undefined when there is nothing to do.
 */

/**
 * @param {string} root
 * @param {NodeJS.ProcessEnv} env
 * @param {{ testing?: boolean }} [options]
 * @returns {SetupContext}
 */
export function createContext(root, env, { testing = false } = {}) {
  return { root, env, notices: [], testing, workerToBuild: false };
}

/**
 * @param {readonly Step[]} steps
 * @param {SetupContext} context
 * @param {import("./progress.mjs").Progress} progress
 */
export async function runSteps(steps, context, progress) {
  let spoke = false;
  for (const [index, step] of steps.entries()) {
    const label = `[${index + 1}/${steps.length}] ${step.name}`;
    const work = await step.plan(context);
    if (!work) {
      if (spoke) progress.say(`${label}  ready`);
      continue;
    }
    spoke = true;
    const line = progress.start(label, work.detail);
    try {
      line.done((await work.run(line.report)) ?? undefined);
    } catch (error) {
      line.fail();
      throw error;
    }
  }
}
