// Shows what set-up does and how far it is: one line that changes on a terminal,
// a few plain lines elsewhere.

/** On something that is not a terminal, one line this often at most. */
const PLAIN_INTERVAL_MS = 15_000;
const TERMINAL_INTERVAL_MS = 250;

/**
 * @typedef {object} Advance
 * @property {number} [share]  0 to 1.
 * @property {string} [text]   What it is at.
 */

/**
 * "[2/5] Debian packages: xvfb, chromium  43 %  unpacking xvfb  12 s", without what is not known.
 *
 * @param {string} label
 * @param {Advance} advance
 * @param {number} elapsedMs
 */
export function formatProgress(label, { share, text }, elapsedMs) {
  return [
    label,
    share === undefined ? "" : `${Math.floor(Math.min(Math.max(share, 0), 1) * 100)} %`,
    text ?? "",
    `${Math.round(elapsedMs / 1000)} s`,
  ]
    .filter((part) => part !== "")
    .join("  ");
}

/**
 * @param {{ write(text: string): unknown, isTTY?: boolean, columns?: number }} stream
 * @param {() => number} nowMs
 */
export function createProgress(stream, nowMs) {
  return {
    /**
     * @param {string} label   "[2/5] Debian packages"
     * @param {string} [detail] "xvfb, chromium"; said once.
     */
    start(label, detail) {
      const startedAtMs = nowMs();
      let shownAtMs = startedAtMs;
      /** @type {Advance} */
      let latest = {};
      const elapsedMs = () => nowMs() - startedAtMs;
      const draw = () => {
        const line = formatProgress(label, latest, elapsedMs());
        if (stream.isTTY) stream.write(`\r\x1b[2K${line.slice(0, (stream.columns ?? 80) - 1)}`);
        else stream.write(`${line}\n`);
        shownAtMs = nowMs();
      };
      stream.write(detail ? `${label}: ${detail}\n` : `${label}\n`);
      const timer = stream.isTTY ? setInterval(draw, TERMINAL_INTERVAL_MS) : undefined;
      const finish = (/** @type {string} */ outcome) => {
        clearInterval(timer);
        const line = formatProgress(label, { text: outcome }, elapsedMs());
        stream.write(stream.isTTY ? `\r\x1b[2K${line}\n` : `${line}\n`);
      };
      return {
        /** @param {Advance} advance */
        report(advance) {
          latest = advance;
          if (nowMs() - shownAtMs >= (stream.isTTY ? TERMINAL_INTERVAL_MS : PLAIN_INTERVAL_MS)) draw();
        },
        /** @param {string} [outcome] */
        done: (outcome = "done") => finish(outcome),
        fail: () => finish("failed"),
      };
    },
    /** @param {string} text */
    say(text) {
      stream.write(`${text}\n`);
    },
  };
}

/** @typedef {ReturnType<typeof createProgress>} Progress */
