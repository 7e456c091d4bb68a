// Keeps one program running: starts it, waits until it is ready, and starts it
// again when it dies, with a growing pause and not for ever.

import type { Clock } from "@nearframe/shared/clock";
import type { Scope } from "@nearframe/shared/lifetime";
import type { ProgramSpec } from "./programs.ts";
import { describeExit, ProgramFailedError, type Program, type ReadyMessage } from "./program.ts";
import { chooseRestart } from "./restart-policy.ts";

export type KeepRunningPorts = {
  startProgram(spec: ProgramSpec): Program;
  clock: Clock;
  say(sentence: string): void;
};

export interface KeptProgram {
  /** What it said when it was first ready. */
  readonly ready: ReadyMessage;
  /** Settles when it died too often to go on. */
  readonly givenUp: Promise<ProgramFailedError>;
  kill(): void;
}

/** Rejects when the program does not get ready the first time: that is for a person to mend. */
export async function keepRunning(spec: ProgramSpec, ports: KeepRunningPorts, scope: Scope): Promise<KeptProgram> {
  const givenUp = Promise.withResolvers<ProgramFailedError>();
  let deaths = 0;
  let startedAtMs = ports.clock.monotonicMs();
  let current = ports.startProgram(spec);
  let timer: NodeJS.Timeout | undefined;
  scope.own(undefined, () => {
    clearTimeout(timer);
    return current.stop();
  });

  const watch = (program: Program) => {
    void program.exited.then((exit) => {
      if (scope.closed) return;
      const restart = chooseRestart(deaths, ports.clock.monotonicMs() - startedAtMs);
      if (restart.kind === "give-up") {
        givenUp.resolve(new ProgramFailedError(`The ${spec.name} ends again and again (${describeExit(exit)}).`, program.lastOutput()));
        return;
      }
      deaths = restart.deaths;
      ports.say(`The ${spec.name} ended ${describeExit(exit)}; it is started again in ${restart.delayMs / 1000} s.`);
      timer = setTimeout(startAgain, restart.delayMs);
    });
  };
  const startAgain = () => {
    startedAtMs = ports.clock.monotonicMs();
    current = ports.startProgram(spec);
    watch(current);
    // One that hangs as it starts would never be noticed otherwise.
    current.ready.then(
      () => ports.say(`The ${spec.name} runs again.`),
      () => current.kill(),
    );
  };

  const ready = await current.ready;
  watch(current);
  return { ready, givenUp: givenUp.promise, kill: () => current.kill() };
}
