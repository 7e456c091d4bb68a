// The line of sessions that wait for a slot: first come, first served, but
// whoever can't be served now holds up nobody behind who can.

export type Placing =
  | "placed"
  /** Nobody of its kind can be placed in this round. */
  | "no-slot"
  /** This one does not want a slot at the moment. */
  | "not-now";

type Ports<Entry> = {
  place(entry: Entry): Placing;
  /** Entries of one kind ask for the same thing. */
  kindOf(entry: Entry): string;
  /** Places count from 1. */
  tellPosition(entry: Entry, position: number): void;
};

export function createSessionQueue<Entry>({ place, kindOf, tellPosition }: Ports<Entry>) {
  /** In order of arrival, each with the place that was last told. */
  const waiting = new Map<Entry, number | undefined>();
  let settling = false;
  let again = false;

  /** Places who can be placed, then tells those whose place has changed. */
  function settle(): void {
    // Placing changes sessions, and a changed session settles the line: one more round after this one will do.
    again = true;
    if (settling) return;
    settling = true;
    try {
      while (again) {
        again = false;
        placeOnce();
      }
    } finally {
      settling = false;
    }
    tellPositions();
  }

  function placeOnce(): void {
    const hopeless = new Set<string>();
    for (const entry of [...waiting.keys()]) {
      const kind = kindOf(entry);
      if (hopeless.has(kind) || !waiting.has(entry)) continue;
      const placing = place(entry);
      if (placing === "placed") waiting.delete(entry);
      if (placing === "no-slot") hopeless.add(kind);
    }
  }

  function tellPositions(): void {
    let position = 0;
    for (const [entry, told] of [...waiting]) {
      position++;
      if (told === position || !waiting.has(entry)) continue;
      waiting.set(entry, position);
      tellPosition(entry, position);
    }
  }

  return {
    add: (entry: Entry) => void waiting.set(entry, undefined),
    delete: (entry: Entry) => void waiting.delete(entry),
    /** The next settling tells this one its place, changed or not. */
    repeatPosition: (entry: Entry) => {
      if (waiting.has(entry)) waiting.set(entry, undefined);
    },
    settle,
    get length(): number {
      return waiting.size;
    },
  };
}
