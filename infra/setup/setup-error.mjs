// Something that a person has to do before set-up can go on. The message is all
// they see: one clear sentence that says what to do, then, if it helps, what the
// failing program said.

export class SetupError extends Error {
  /**
   * @param {string} message
   * @param {{ output?: string }} [details]
   */
  constructor(message, { output } = {}) {
    super(message);
    this.name = "SetupError";
    /** The last lines of the program that failed. */
    this.output = output?.trim() ?? "";
  }
}
