// Finds out which encoders this machine really has: each is opened and used for a few
// frames, in a process that may crash or hang.

import { fork } from "node:child_process";
import { fileURLToPath } from "node:url";
import * as z from "zod/mini";
import type { Scope } from "@nearframe/shared/lifetime";
import { describeExit } from "../../../process/child.ts";
import type { TriedEncoder } from "../choose-codec.ts";
import { KNOWN_ENCODERS, type VideoEncoderName } from "../known-encoders.ts";
import { FromTrial, type ToTrial } from "./messages.ts";

export type Trial = {
  encoders: readonly TriedEncoder[];
  /** The machine had other things to do, so it looks slower than it is. */
  disturbed: boolean;
};

export type TrialOptions = {
  names: readonly VideoEncoderName[];
  /** The process to run; another one in tests. */
  program?: string;
  /** For one encoder. */
  encoderMsMax?: number;
};

const PROGRAM = fileURLToPath(new URL("./trial-process.ts", import.meta.url));
/** The slowest took 1.5 s, on two idle cores. This is for busy ones: everybody else comes first. */
const ENCODER_MS_MAX = 30_000;
/** Node and the codecs start in 0.5 s on an idle machine. */
const START_MS_MAX = 30_000;
/** A core that was waited for longer than this share of the time was somebody else's. */
const WAITED_SHARE_MAX = 0.2;

/** What one process found out, how it ended, and at which encoder where it ended early. */
type Round = {
  tried: readonly TriedEncoder[];
  /** Of those whose sessions were counted; 0: not even one opened any more. */
  sessionsMax: ReadonlyMap<VideoEncoderName, number>;
  waitedShare: number;
  trying: VideoEncoderName | undefined;
  late: boolean;
  ended: string;
};

/**
 * In the order of `names`. Bounded: each encoder has its time. Rejects where nothing can
 * be said of an encoder: what runs on the processor and is not done in time was kept
 * from it by others, while a driver that takes so long hangs.
 */
export async function tryEncoders(options: TrialOptions, scope: Scope): Promise<Trial> {
  const encoders: TriedEncoder[] = [];
  let disturbed = false;
  for (let left = options.names; left.length > 0; ) {
    const { tried, waitedShare, trying, late, ended } = await runProcess({ ...options, names: left }, scope);
    encoders.push(...tried);
    if (waitedShare > WAITED_SHARE_MAX) disturbed = true;
    left = left.slice(tried.length);
    if (left.length === 0) break;
    if (trying === undefined) throw new Error(`The trial of the encoders ended ${ended} before it began.`);
    if (late && !KNOWN_ENCODERS[trying].hardware) throw new Error(`The machine was too busy to try ${trying}.`);
    encoders.push(refused(trying, late ? "It did not finish its trial in time." : `Its trial ended ${ended}.`));
    left = left.slice(1);
  }
  return { encoders: await countSessions(encoders, options, scope), disturbed };
}

/** On the processor there is no such number. What can't be counted, as the driver crashes or hangs at it, is left open. */
async function countSessions(encoders: readonly TriedEncoder[], options: TrialOptions, scope: Scope): Promise<TriedEncoder[]> {
  const counted = new Map<VideoEncoderName, number>();
  for (const { name } of encoders.filter(({ opened, hardware }) => opened && hardware)) {
    const { sessionsMax } = await runProcess({ ...options, names: [name], what: "sessions" }, scope);
    for (const [of, most] of sessionsMax) counted.set(of, most);
  }
  return encoders.map((encoder) => {
    const sessionsMax = counted.get(encoder.name);
    return encoder.opened && sessionsMax !== undefined ? { ...encoder, sessionsMax: Math.max(1, sessionsMax) } : encoder;
  });
}

function runProcess({ names, what = "speed", program = PROGRAM, encoderMsMax = ENCODER_MS_MAX }: TrialOptions & Partial<Pick<ToTrial, "what">>, owner: Scope): Promise<Round> {
  const scope = owner.child();
  // In a session of its own, so that it can be weighed apart from this process (`giveWay`).
  const child = fork(program, { detached: true, execArgv: [], stdio: ["ignore", "ignore", "ignore", "ipc"] });
  scope.own(child, (child) => void child.kill("SIGKILL"));
  const tried: TriedEncoder[] = [];
  const sessionsMax = new Map<VideoEncoderName, number>();
  let trying: VideoEncoderName | undefined;
  let waitedShare = 0;
  let late = false;
  let timer: NodeJS.Timeout | undefined;
  scope.own(undefined, () => clearTimeout(timer));

  const limit = (ms: number) => {
    clearTimeout(timer);
    timer = setTimeout(() => {
      late = true;
      child.kill("SIGKILL");
    }, ms);
  };
  const hear = (message: FromTrial) => {
    if (message.type === "done") {
      waitedShare = message.waitedShare;
      return;
    }
    limit(encoderMsMax);
    if (message.type === "trying") {
      trying = message.name;
      return;
    }
    trying = undefined;
    if (message.type !== "counted") tried.push(reportOf(message));
    else if (message.sessionsMax !== undefined) sessionsMax.set(message.name, message.sessionsMax);
  };

  return new Promise((resolve, reject) => {
    const end = (ended: string) => {
      // A trial that its owner gave up found out nothing.
      const given = owner.closed;
      void scope.close(ended);
      if (given) return reject(new Error("The trial of the encoders was given up."));
      resolve({ tried, sessionsMax, waitedShare, trying, late, ended });
    };
    child.on("message", (raw) => {
      const parsed = z.safeParse(FromTrial, raw);
      if (parsed.success) hear(parsed.data);
      else child.kill("SIGKILL");
    });
    child.once("error", (error) => end(`with an error (${error.message})`));
    child.once("exit", (code, signal) => end(describeExit({ code, signal })));
    limit(START_MS_MAX);
    child.send({ names: [...names], what } satisfies ToTrial, (error) => {
      // It has ended already, and says so itself.
      if (error) limit(0);
    });
  });
}

function reportOf(message: Extract<FromTrial, { type: "opened" | "refused" }>): TriedEncoder {
  if (message.type === "refused") return refused(message.name, message.reason);
  const { name, at720p, at1080p } = message;
  return { name, ...aboutOf(name), opened: true, at720p, at1080p };
}

const refused = (name: VideoEncoderName, reason: string): TriedEncoder => ({ name, ...aboutOf(name), opened: false, reason });

const aboutOf = (name: VideoEncoderName) => ({ codec: KNOWN_ENCODERS[name].codec, hardware: KNOWN_ENCODERS[name].hardware });
