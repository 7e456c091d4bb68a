// Benchmarks that checkers ask for: one at a time, each in a process that is gone when its
// time is over. While somebody plays there is none: it would slow the session down. One that
// has begun runs like any program: the pipeline of a session that begins meanwhile goes before it.

import { fork, type ChildProcess } from "node:child_process";
import { fileURLToPath } from "node:url";
import * as z from "zod/mini";
import type { AnswerTo, BenchmarkProfile } from "@nearframe/shared/checking/node-calls";
import { withTimeout, type Scope } from "@nearframe/shared/lifetime";
import type { VideoCodec } from "@nearframe/shared/media/video-codecs";
import { FromBenchmark, type ToBenchmark } from "./benchmark-messages.ts";
import { CheckRefusedError } from "./refused.ts";

export interface Benchmarks {
  prepare(benchmarkId: string, profile: BenchmarkProfile): Promise<VideoCodec>;
  start(benchmarkId: string, seed: string): Promise<Omit<AnswerTo<"benchmark.start">, "call">>;
  /** Base64. */
  show(benchmarkId: string, frame: number): Promise<string>;
  end(benchmarkId: string): Promise<void>;
}

const PROGRAM = fileURLToPath(new URL("./benchmark-process.ts", import.meta.url));
/** From the first word to the last: questions come within seconds of each other. */
const BENCHMARK_MS = 60_000;
const ANSWER_MS_MAX = 30_000;

type Running = { benchmarkId: string; scope: Scope; codec: Promise<VideoCodec>; ask(message: ToBenchmark): Promise<FromBenchmark> };

export function createBenchmarks({ isPlaying }: { isPlaying(): boolean }, owner: Scope): Benchmarks {
  let running: Running | undefined;

  function open(benchmarkId: string, profile: BenchmarkProfile): Running {
    const scope = owner.child();
    const child = fork(PROGRAM, { execArgv: [], stdio: ["ignore", "ignore", "ignore", "ipc"] });
    scope.own(child, (child) => void child.kill("SIGKILL"));
    scope.own(setTimeout(() => void scope.close("its time is over"), BENCHMARK_MS), clearTimeout);
    const ask = inTurn(child, scope);
    const codec = ask({ type: "prepare", profile }).then((said) => expectSaid(said, "ready").codec);
    const opened: Running = { benchmarkId, scope, codec, ask };
    scope.own(undefined, () => {
      if (running === opened) running = undefined;
    });
    // What could not be prepared makes room for the next.
    codec.catch((error: unknown) => scope.close(error));
    return opened;
  }

  function named(benchmarkId: string): Running {
    if (running?.benchmarkId !== benchmarkId) throw new CheckRefusedError("NOT_PREPARED", "this benchmark was not prepared, or its time is over");
    return running;
  }

  return {
    prepare(benchmarkId, profile) {
      if (isPlaying()) throw new CheckRefusedError("IN_USE", "somebody plays here, and would notice");
      if (running && running.benchmarkId !== benchmarkId) throw new CheckRefusedError("BUSY", "another checker's benchmark runs");
      running ??= open(benchmarkId, profile);
      return running.codec;
    },
    async start(benchmarkId, seed) {
      const { call: _, ...answer } = expectSaid(await named(benchmarkId).ask({ type: "start", seed }), "started").answer;
      return answer;
    },
    async show(benchmarkId, frame) {
      return expectSaid(await named(benchmarkId).ask({ type: "show", frame }), "shown").answer.data;
    },
    async end(benchmarkId) {
      if (running?.benchmarkId === benchmarkId) await running.scope.close("the checker has seen enough");
    },
  };
}

/** One question at a time; each gets an answer or, within a limit, an error. */
function inTurn(child: ChildProcess, scope: Scope): (message: ToBenchmark) => Promise<FromBenchmark> {
  const gone = Promise.withResolvers<never>();
  gone.promise.catch(() => undefined);
  child.once("error", gone.reject);
  child.once("exit", () => gone.reject(new Error("the benchmark's process ended")));
  scope.own(undefined, () => gone.reject(new Error("the benchmark's time is over")));
  let last: Promise<unknown> = Promise.resolve();
  return (message) => {
    const answered = last.then(() => {
      const said = new Promise<FromBenchmark>((resolve) => child.once("message", (raw) => resolve(z.parse(FromBenchmark, raw))));
      child.send(message);
      return withTimeout(Promise.race([said, gone.promise]), ANSWER_MS_MAX, "the benchmark took too long");
    });
    last = answered.catch(() => undefined);
    return answered;
  };
}

function expectSaid<T extends FromBenchmark["type"]>(said: FromBenchmark, type: T): Extract<FromBenchmark, { type: T }> {
  if (said.type === "failed") throw new CheckRefusedError("BENCHMARK_FAILED", said.message);
  if (said.type !== type) throw new Error(`the benchmark's process said ${said.type}, not ${type}`);
  return said as Extract<FromBenchmark, { type: T }>;
}
