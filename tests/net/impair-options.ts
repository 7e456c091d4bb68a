// The words after `npm run impair --`, parsed. Pure; errors are sentences.

import { parseArgs } from "node:util";
import { CLEAR_LINK, parseProfile } from "./link/profile.ts";
import type { LinkProfile, NetProfile } from "./link/profile.ts";
import type { Endpoint } from "./relay/flow.ts";
import { ImpairUsageError, parseDurationMs, parseEndpoint, parseFraction, parseRateKbps } from "./units.ts";

export type ImpairCommand =
  | { kind: "help" }
  | { kind: "list" }
  | {
      kind: "run";
      listen: Endpoint;
      to: Endpoint;
      /** Name or file of the network to begin with; undefined is a clear one. */
      profileName: string | undefined;
      seed: number;
      linkPer: "flow" | "relay";
      json: boolean;
      /** What the flags change in the profile. */
      overrides: Overrides;
    };

export type Overrides = { up: Partial<LinkProfile>; down: Partial<LinkProfile> };

type Direction = keyof Overrides;

/** Each may also be said for one direction: --down-rate 5mbit --up-delay 40. */
const IMPAIRMENTS = {
  delay: (text: string) => ({ delayMs: parseDurationMs(text) }),
  jitter: (text: string) => ({ jitter: { kind: "normal" as const, ms: parseDurationMs(text), everyMs: 10 } }),
  loss: (text: string) => ({ lossFraction: parseFraction(text) }),
  "burst-loss": (text: string) => {
    const [fraction = "", packets = "8"] = text.split("/");
    return { burstLoss: { fraction: parseFraction(fraction), packets: parseCount(packets) } };
  },
  // A rate that was asked for replaces what a trace says about it.
  rate: (text: string) => ({ rateKbps: parseRateKbps(text), trace: null }),
  queue: (text: string) => ({ queueMs: parseDurationMs(text) }),
  reorder: (text: string) => {
    const [fraction = "", by = "10"] = text.split("/");
    return { reorder: { fraction: parseFraction(fraction), byMs: parseDurationMs(by) } };
  },
  duplicate: (text: string) => ({ duplicateFraction: parseFraction(text) }),
  blackout: (text: string) => {
    const [from = "", length = "", every] = text.split("/");
    const everyMs = every === undefined ? null : parseDurationMs(every);
    return { blackouts: [{ fromMs: parseDurationMs(from), forMs: parseDurationMs(length), everyMs }] };
  },
} satisfies Record<string, (text: string) => Partial<LinkProfile>>;

type Impairment = keyof typeof IMPAIRMENTS;
const NAMES = Object.keys(IMPAIRMENTS) as Impairment[];

export const HELP = `Treats UDP as a bad network would: delay, loss, a slow bottleneck with a queue.

  npm run impair -- --listen 45000 --to 127.0.0.1:44444 --profile lte-drive
  npm run impair -- --listen 45000 --to 127.0.0.1:44444 --delay 40 --jitter 10 --loss 2% --rate 5mbit --queue 200ms

  --listen [HOST:]PORT    where clients send (host: 127.0.0.1)
  --to HOST:PORT          where their packets go on to
  --profile NAME|FILE     a network from tests/net/traces, or a file like those
  --list                  the names, with a sentence each
  --seed N                other dice (default 1); the same seed repeats a run
  --shared                all clients share one line (default: a line each)
  --json                  one JSON object a second in place of a line of text
  --help

Impairments, added to the profile. Each means both ways; --up-... is client to
target, --down-... target to client:

  --delay 40              one way; ms, or with a unit: 40ms, 1.5s
  --jitter 10             standard deviation of the delay
  --loss 2%               single packets
  --burst-loss 3%/8       of all packets, in runs of 8 on average
  --rate 5mbit            bottleneck: kbit, mbit, gbit
  --queue 200ms           depth of its drop-tail queue
  --reorder 1%/15ms       held back by so much
  --duplicate 0.5%
  --blackout 10s/2s[/30s] after 10 s nothing passes for 2 s [again every 30 s]
`;

export function parseImpairArgs(args: readonly string[]): ImpairCommand {
  const values = parseFlags(args);
  if (values.help) return { kind: "help" };
  if (values.list) return { kind: "list" };
  if (values.listen === undefined) throw new ImpairUsageError("--listen PORT is missing: where clients send");
  if (values.to === undefined) throw new ImpairUsageError("--to HOST:PORT is missing: where packets go on to");
  return {
    kind: "run",
    listen: parseEndpoint(values.listen, "127.0.0.1"),
    to: parseEndpoint(values.to, undefined),
    profileName: values.profile,
    seed: values.seed === undefined ? 1 : parseCount(values.seed),
    linkPer: values.shared ? "relay" : "flow",
    json: values.json,
    overrides: { up: overridesOf(values.texts, "up"), down: overridesOf(values.texts, "down") },
  };
}

/** The profile with what the flags say on top. */
export function applyOverrides(base: NetProfile | undefined, { up, down }: Overrides): NetProfile {
  const profile = base ?? { about: "a clear network", madeBy: "by hand", up: CLEAR_LINK, down: CLEAR_LINK };
  const changed = { ...profile, up: { ...profile.up, ...up }, down: { ...profile.down, ...down } };
  return parseProfile(changed, "the flags ask for what no profile may have");
}

function parseFlags(args: readonly string[]) {
  const impairments = ["", "up-", "down-"].flatMap((prefix) => NAMES.map((name) => `${prefix}${name}`));
  try {
    const { values } = parseArgs({
      args: [...args],
      options: {
        listen: { type: "string" },
        to: { type: "string" },
        profile: { type: "string" },
        seed: { type: "string" },
        list: { type: "boolean", default: false },
        shared: { type: "boolean", default: false },
        json: { type: "boolean", default: false },
        help: { type: "boolean", short: "h", default: false },
        ...Object.fromEntries(impairments.map((name) => [name, { type: "string" as const }])),
      },
    });
    return { ...values, texts: values as Readonly<Record<string, unknown>> };
  } catch (cause) {
    throw new ImpairUsageError((cause as Error).message, { cause });
  }
}

/** Said for one direction wins over said for both. */
function overridesOf(texts: Readonly<Record<string, unknown>>, direction: Direction): Partial<LinkProfile> {
  const parts = NAMES.map((name) => {
    const flag = texts[`${direction}-${name}`] === undefined ? name : `${direction}-${name}`;
    const text = texts[flag];
    if (typeof text !== "string") return {};
    try {
      return IMPAIRMENTS[name](text);
    } catch (cause) {
      if (!(cause instanceof ImpairUsageError)) throw cause;
      throw new ImpairUsageError(`--${flag}: ${cause.message}`, { cause });
    }
  });
  return Object.assign({}, ...parts) as Partial<LinkProfile>;
}

function parseCount(text: string): number {
  const count = Number(text);
  if (!/^\d+$/.test(text) || !Number.isSafeInteger(count)) {
    throw new ImpairUsageError(`"${text}" is not a whole number`);
  }
  return count;
}
