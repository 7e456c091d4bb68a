// From a player's bytes to the title's display: reads messages, decides what they
// change (`held.ts`), and applies it in order. Knows no transport and no X11.

import type { Scope } from "@nearframe/shared/lifetime";
import { InputDecodeError, readInput } from "@nearframe/shared/input/messages";
import { applyInput, holdsSomething, NOTHING_HELD, releaseAll, type Held } from "./held.ts";
import { machineMs, type InputMark } from "./mark.ts";
import type { InputAction, InputSink } from "./ports.ts";
import { createQuietWatch } from "./quiet-watch.ts";

export type PlayerInputPorts = {
  sink: InputSink;
  mark: InputMark;
  /** A sink that failed, or bytes that no player's client makes. */
  onProblem(detail: string): void;
};

export interface PlayerInput {
  /** One message of either input channel. */
  receive(bytes: Uint8Array): void;
  /** A player took the seat: totals and sequence start again. */
  restart(): void;
  /** Lets go of all that is held. */
  release(): void;
  /** When the player last did something, by `machineMs`; undefined before the first time. */
  readonly lastAtMs: number | undefined;
}

export function createPlayerInput(ports: PlayerInputPorts, scope: Scope): PlayerInput {
  const nothing: Held = { ...NOTHING_HELD, touches: ports.sink.lacks.touch === undefined ? [] : undefined };
  let held = nothing;
  let lastAtMs: number | undefined;

  // Applied in the order of arrival: the sink's own queue keeps it, so nothing waits here.
  const apply = (asked: readonly InputAction[], seq: number | undefined) => {
    const actions = asked.filter(({ kind }) => !isLacking(kind));
    if (actions.length === 0 || scope.closed) return;
    ports.sink.apply(actions).then(
      () => {
        if (seq !== undefined && !scope.closed) ports.mark.write(seq, machineMs());
      },
      (error: Error) => {
        if (!scope.closed) ports.onProblem(`input was not applied: ${error.message}`);
      },
    );
  };

  const told = new Set<InputAction["kind"]>();
  const isLacking = (kind: InputAction["kind"]) => {
    const why = ports.sink.lacks[kind];
    if (why === undefined) return false;
    if (!told.has(kind)) ports.onProblem(`${kind} input is not possible here: ${why}`);
    told.add(kind);
    return true;
  };

  function release(): void {
    const [next, actions] = releaseAll(held);
    held = next;
    apply(actions, undefined);
  }
  const quiet = createQuietWatch({ nowMs: machineMs, holds: () => holdsSomething(held), letGo: release }, scope);

  return {
    receive(bytes) {
      if (scope.closed) return;
      try {
        const message = readInput(bytes);
        const [next, actions] = applyInput(held, message);
        held = next;
        if (actions.length > 0) lastAtMs = machineMs();
        apply(actions, message.seq);
        quiet.hear();
      } catch (error) {
        if (!(error instanceof InputDecodeError)) throw error;
        ports.onProblem(error.message);
      }
    },
    get lastAtMs() {
      return lastAtMs;
    },
    restart() {
      release();
      held = nothing;
    },
    release,
  };
}
