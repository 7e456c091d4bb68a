// A value that changes, which others may read and follow but not set.
// It joins what happens in a session to what is shown, and knows neither.

export interface Behavior<T> {
  readonly value: T;
  /** The listener is called after each change, until the returned function is called. */
  subscribe(listener: () => void): () => void;
}

export interface Source<T> {
  readonly behavior: Behavior<T>;
  /** Does nothing when `next` is the value that is there already. */
  set(next: T): void;
}

export function createSource<T>(initial: T): Source<T> {
  let value = initial;
  const listeners = new Set<() => void>();
  return {
    behavior: {
      get value() {
        return value;
      },
      subscribe(listener) {
        listeners.add(listener);
        return () => void listeners.delete(listener);
      },
    },
    set(next) {
      if (Object.is(next, value)) return;
      value = next;
      // A copy: a listener may stop listening while it is called.
      for (const listener of [...listeners]) listener();
    },
  };
}

/** A behavior that never changes. */
export const constant = <T>(value: T): Behavior<T> => ({ value, subscribe: () => () => {} });
