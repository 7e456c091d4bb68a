// Owns resources and closes them, newest first, exactly once.
//
// Knows nothing about what it owns: sockets, timers, processes, child scopes.

type Close = () => void | Promise<void>;

/** Longest that one resource may take to close, unless its owner knows better, before the rest go on without it. */
export const CLOSE_TIMEOUT_MS = 5_000;

export class Scope implements AsyncDisposable {
  readonly #owned = new Set<Close>();
  readonly #abort = new AbortController();
  #closing: Promise<void> | undefined;
  /** Takes this scope out of the one that it ends with. */
  #leave: (() => void) | undefined;

  /** Aborted as closing starts. Pass it to anything that waits. */
  get signal(): AbortSignal {
    return this.#abort.signal;
  }

  get closed(): boolean {
    return this.#abort.signal.aborted;
  }

  /**
   * Takes ownership of a resource and returns it.
   *
   * A resource that arrives after closing began is closed at once and its
   * creator is told by a throw, so a creator that lost the race leaks nothing.
   * After `limitMs` of closing the rest go on without it.
   */
  own<T>(resource: T, close: (resource: T) => void | Promise<void>, limitMs: number = CLOSE_TIMEOUT_MS): T {
    this.#add(() => limited(() => close(resource), limitMs));
    return resource;
  }

  /** A scope that ends with this one, or earlier. */
  child(): Scope {
    return this.adopt(new Scope());
  }

  /**
   * Moves a scope here from the one that it would have ended with. It closes as the newest of what this one owns.
   * Throws where either has begun to close.
   */
  adopt(scope: Scope): Scope {
    scope.signal.throwIfAborted();
    const close = () => limited(() => scope.close(this.signal.reason), CLOSE_TIMEOUT_MS);
    this.#add(close);
    scope.#leave?.();
    scope.#leave = () => void this.#owned.delete(close);
    return scope;
  }

  /** Closes everything. Later calls join the first; its reason stands. */
  close(reason?: unknown): Promise<void> {
    this.#abort.abort(reason);
    return (this.#closing ??= this.#closeAll());
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  #add(close: Close): void {
    if (this.closed) {
      void Promise.try(close).catch(() => {
        // The creator is about to hear that it lost the race; that is the error that counts.
      });
      this.signal.throwIfAborted();
    }
    this.#owned.add(close);
  }

  async #closeAll(): Promise<void> {
    // Wait a turn, so that a close that calls back into `close` joins this one.
    await Promise.resolve();
    const newestFirst = [...this.#owned].reverse();
    this.#owned.clear();
    const failures: unknown[] = [];
    for (const close of newestFirst) {
      try {
        await close();
      } catch (failure) {
        failures.push(failure);
      }
    }
    // A finished child leaves no trace where it was.
    this.#leave?.();
    if (failures.length > 0) throw new AggregateError(failures, "closing a scope failed");
  }
}

function limited(close: Close, limitMs: number): Promise<void> {
  return withTimeout(Promise.try(close), limitMs, "a resource did not close in time");
}

export class TimeoutError extends Error {
  readonly code = "TIMEOUT";
}

/** Rejects with `TimeoutError` when `promise` has not settled after `timeoutMs`. */
export async function withTimeout<T>(promise: Promise<T>, timeoutMs: number, message: string): Promise<T> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  try {
    return await Promise.race([
      promise,
      new Promise<never>((_, reject) => {
        timer = setTimeout(() => reject(new TimeoutError(`${message} (${timeoutMs} ms)`)), timeoutMs);
      }),
    ]);
  } finally {
    clearTimeout(timer);
  }
}
