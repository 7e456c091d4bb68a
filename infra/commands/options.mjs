// The options of each command: read before set-up, so that a mistake or --help
// costs nothing on a fresh clone, and again by the program that set-up hands over to.

import { parseArgs } from "node:util";

/** A mistake in the command line; the message is for the person. */
export class UsageError extends Error {}

/**
 * @typedef {object} StartOptions
 * @property {boolean} help
 * @property {number} port
 * @property {string} dataFolder          Absolute, or below the repository.
 * @property {string[]} titleFolders      Beyond the built-in ones.
 * @property {number} edgeCount
 * @property {"damage" | "ffmpeg"} pipeline
 * @property {boolean} setup
 * @property {boolean} verbose
 */

export const START_HELP = `npm start -- [options]

Starts the server and an edge node, and prints the address to play at.

  --port NUMBER        the server's port (PORT, 8080)
  --data FOLDER        where accounts, saves and sessions lie (NEARFRAME_DATA, .nearframe)
  --titles FOLDERS     more folders of titles, joined by ":" (NEARFRAME_TITLES)
  --edges NUMBER       edge nodes to start on this machine, 0 to 16 (1)
  --pipeline NAME      damage: capture on change, encode in process (default)
                       ffmpeg: x11grab in an ffmpeg of its own; slower, for comparison
  --no-setup           start with what is here, install and build nothing
  --verbose            show what the server and the nodes log
  --help               this page

An option wins over the environment variable in brackets.`;

export const EDGE_HELP = `npm run edge -- --server ADDRESS [options]

Starts one edge node alone, for a server on another machine. It dials out, so it
works behind NAT; docs/hosts.md is the page for hosts.

  --server ADDRESSES      the server, such as ws://host:8080, https://play.example.org
                          or host:8080; several, separated by commas, where any of
                          them will do (NEARFRAME_SERVER, ws://127.0.0.1:8080)
  --token TOKEN           where the server lets in only nodes that show it: its own
                          NEARFRAME_NODE_TOKEN, or the file node-token in its data
                          folder (NEARFRAME_NODE_TOKEN)
  --name NAME             the node's name in lists (NEARFRAME_NODE_NAME, the machine's)
  --data FOLDER           where the node keeps its identity; each node has its own
                          (NEARFRAME_DATA, .nearframe)
  --titles FOLDERS        more folders of titles, joined by ":" (NEARFRAME_TITLES)
  --slots NUMBER          sessions at once, instead of what it measures (NEARFRAME_SLOTS)
  --drain                 lets the node that runs on --data end once its sessions have,
                          and waits until it has
  --appeal                has a penalty that keeps the node of --data out, or play
                          on it that was marked as made up, looked at again;
                          --reason TEXT says why
  --help                  this page

An option wins over the environment variable in brackets. By environment only:

  NEARFRAME_MEDIA_PORT    UDP and TCP port of all media (any free one)
  NEARFRAME_ANNOUNCE      the public address, where players can't reach this
                          machine's own
  NEARFRAME_UPLINK_KBPS   what the line carries away from here, where you know it
  NEARFRAME_FEE_PER_HOUR_MICROS  what a session costs an hour (0)
  NEARFRAME_OPERATOR      whom the node belongs to
  NEARFRAME_BITRATE_KBPS  of a session's picture at most (8000)
  NEARFRAME_PIPELINE      damage or ffmpeg (damage)
  NEARFRAME_ENCODERS      the only encoders it may use, such as x264,vpx-vp8 (all
                          that work when it tries them)
  NEARFRAME_GPU_SESSIONS  titles that ask for a graphics card, on each at once (as
                          many as its memory holds)
  NEARFRAME_SANDBOX       bubblewrap; none only where every title is trusted
  NEARFRAME_TITLE_NETWORK 1 lets titles that ask for it reach the internet (0)
  NEARFRAME_TITLE_DISK_GB what fetched titles may take (50)
  NEARFRAME_SAVE_INTERVAL_S  between two archives of what a title keeps (60)
  NEARFRAME_ANDROID       Android devices, such as 127.0.0.1:5555,adb:SERIAL, with
  NEARFRAME_SCRCPY_SERVER what runs on them (docs/android.md)
  NEARFRAME_LOG           debug, info, warn or error (info)`;

const EDGES_MAX = 16;
const PIPELINES = /** @type {const} */ (["damage", "ffmpeg"]);

/**
 * @param {readonly string[]} args
 * @param {NodeJS.ProcessEnv} env
 * @returns {StartOptions}
 */
export function parseStartOptions(args, env) {
  const values = parseFlags(args, {
    "help": { type: "boolean", short: "h" },
    "port": { type: "string" },
    "data": { type: "string" },
    "titles": { type: "string" },
    "edges": { type: "string" },
    "pipeline": { type: "string" },
    "no-setup": { type: "boolean" },
    "verbose": { type: "boolean", short: "v" },
  });
  const pipeline = PIPELINES.find((name) => name === (text(values["pipeline"]) ?? (env["NEARFRAME_PIPELINE"] || "damage")));
  if (!pipeline) throw new UsageError(`There is no such pipeline: --pipeline is one of ${PIPELINES.join(", ")}.`);
  return {
    help: values["help"] === true,
    port: parseCount("The port (--port or PORT)", text(values["port"]) ?? (env["PORT"] || "8080"), 1, 65_535),
    dataFolder: text(values["data"]) ?? (env["NEARFRAME_DATA"] || ".nearframe"),
    titleFolders: splitFolders(text(values["titles"]) ?? env["NEARFRAME_TITLES"] ?? ""),
    edgeCount: parseCount("--edges", text(values["edges"]) ?? "1", 0, EDGES_MAX),
    pipeline,
    setup: values["no-setup"] !== true,
    verbose: values["verbose"] === true,
  };
}

/** @typedef {"lint" | "types" | "unit" | "contract" | "e2e"} Stage */

/** @type {readonly Stage[]} */
export const STAGES = ["lint", "types", "unit", "contract", "e2e"];

export const TEST_HELP = `npm test -- [stages] [path filters] [options]

Sets up what the tests need and runs them, the quick ones first:

  lint       oxlint, with the walls between packages
  types      the TypeScript compiler on each package
  unit       *.test.ts
  contract   *.contract.test.ts: adapters against real displays, encoders, sockets
  e2e        *.e2e.test.ts: the whole product in real Chromium

  npm test -- unit             one stage
  npm test -- unit session/    the unit tests whose path has "session/" in it
  npm test -- client/          every test whose path has "client/" in it, nothing else

  --bail       stop after the first stage that fails
  --help       this page

The last line sums up everything: "N passed, N failed".`;

/**
 * @typedef {object} TestOptions
 * @property {boolean} help
 * @property {boolean} bail
 * @property {Stage[]} stages
 * @property {string[]} filters
 */

/**
 * @param {readonly string[]} args
 * @returns {TestOptions}
 */
export function parseTestOptions(args) {
  const { values, positionals } = parse(args, {
    help: { type: "boolean", short: "h" },
    bail: { type: "boolean" },
  });
  const named = STAGES.filter((stage) => positionals.includes(stage));
  const filters = positionals.filter((word) => !STAGES.some((stage) => stage === word));
  // A path can only mean tests, so alone it leaves lint and types out.
  const all = filters.length > 0 ? STAGES.filter((stage) => stage !== "lint" && stage !== "types") : STAGES;
  return {
    help: values["help"] === true,
    bail: values["bail"] === true,
    stages: named.length > 0 ? named : [...all],
    filters,
  };
}

/**
 * @typedef {object} EdgeOptions
 * @property {boolean} help
 * @property {boolean} drain
 * @property {boolean} appeal
 * @property {Record<string, string>} environment   What the options say, as the node reads it.
 */

/** @type {Readonly<Record<string, string>>} */
const EDGE_VARIABLES = {
  server: "NEARFRAME_SERVER",
  token: "NEARFRAME_NODE_TOKEN",
  name: "NEARFRAME_NODE_NAME",
  data: "NEARFRAME_DATA",
  titles: "NEARFRAME_TITLES",
  slots: "NEARFRAME_SLOTS",
  reason: "NEARFRAME_APPEAL_REASON",
};

/**
 * @param {readonly string[]} args
 * @returns {EdgeOptions}
 */
export function parseEdgeOptions(args) {
  const flags = Object.fromEntries(Object.keys(EDGE_VARIABLES).map((name) => /** @type {const} */ ([name, { type: "string" }])));
  const values = parseFlags(args, { ...flags, help: { type: "boolean", short: "h" }, drain: { type: "boolean" }, appeal: { type: "boolean" } });
  /** @type {Record<string, string>} */
  const environment = {};
  for (const [name, variable] of Object.entries(EDGE_VARIABLES)) {
    const value = text(values[name]);
    if (value === "") throw new UsageError(`--${name} needs a value: --help shows what it may be.`);
    if (value !== undefined) environment[variable] = value;
  }
  return { help: values["help"] === true, drain: values["drain"] === true, appeal: values["appeal"] === true, environment };
}

/** @typedef {Record<string, { type: "boolean" | "string", short?: string }>} Flags */

/**
 * @param {readonly string[]} args
 * @param {Flags} flags
 */
function parseFlags(args, flags) {
  const { values, positionals } = parse(args, flags);
  if (positionals.length > 0) throw new UsageError(`"${positionals[0]}" is not an option: --help lists them.`);
  return values;
}

/**
 * @param {readonly string[]} args
 * @param {Flags} flags
 */
function parse(args, flags) {
  try {
    return parseArgs({ args: [...args], options: flags, allowPositionals: true, strict: true });
  } catch (error) {
    const [sentence] = /** @type {Error} */ (error).message.split(/\. |$/m);
    throw new UsageError(`${sentence}: --help lists the options.`);
  }
}

/** @param {unknown} value */
const text = (value) => (typeof value === "string" ? value : undefined);

/** @param {string} folders */
export function splitFolders(folders) {
  return folders.split(":").filter((folder) => folder !== "");
}

/**
 * @param {string} what
 * @param {string} value
 * @param {number} min
 * @param {number} max
 */
function parseCount(what, value, min, max) {
  const count = Number(value);
  if (!/^\d+$/.test(value) || count < min || count > max) {
    throw new UsageError(`${what} is "${value}", but must be a whole number from ${min} to ${max}.`);
  }
  return count;
}
