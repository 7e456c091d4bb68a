// The sessions of this process that wait for a slot: who is placed next, and what
// place each is told.
//
// Choosing is done at once and in order, so that nobody is overtaken; getting the
// lease takes a round trip to the cluster's keeper, so that runs beside. Whoever
// loses that race goes back to the old place in line.

export type Placing =
  /** On its way: `settled` is called when it is known what became of it. */
  | "placing"
  /** Nobody of its kind can be placed in this round, though there are nodes that could. */
  | "no-slot"
  /** There is no such node at all. */
  | "no-node"
  /** This one does not want a slot at the moment. */
  | "not-now";

type Ports<Entry> = {
  /** The same, in the order in which they are served. */
  order(waiting: readonly Entry[]): readonly Entry[];
  place(entry: Entry): Placing;
  /** Entries of one kind ask for the same thing. */
  kindOf(entry: Entry): string;
  /** A node that could take it is there, though it may be busy. */
  giveHope(entry: Entry): void;
  /** Places count from 1. */
  tellPosition(entry: Entry, position: number): void;
};

export type Line<Entry> = ReturnType<typeof createLine<Entry>>;

export function createLine<Entry>({ order, place, kindOf, giveHope, tellPosition }: Ports<Entry>) {
  /** In order of arrival, each with the place that was last told. */
  const waiting = new Map<Entry, number | undefined>();
  const placing = new Set<Entry>();
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
    const hopeless = new Map<string, "no-slot" | "no-node">();
    for (const entry of order([...waiting.keys()])) {
      if (placing.has(entry) || !waiting.has(entry)) continue;
      const kind = kindOf(entry);
      const outcome = hopeless.get(kind) ?? place(entry);
      if (outcome === "placing") placing.add(entry);
      if (outcome === "no-slot" || outcome === "no-node") hopeless.set(kind, outcome);
      if (outcome === "no-slot") giveHope(entry);
    }
  }

  function tellPositions(): void {
    let position = 0;
    for (const entry of order([...waiting.keys()])) {
      // Whoever is about to get a slot is not told of a line.
      if (placing.has(entry)) continue;
      position++;
      if (waiting.get(entry) === position || !waiting.has(entry)) continue;
      waiting.set(entry, position);
      tellPosition(entry, position);
    }
  }

  return {
    add: (entry: Entry) => void waiting.set(entry, undefined),
    delete: (entry: Entry) => {
      waiting.delete(entry);
      placing.delete(entry);
    },
    /** What `place` began has ended, well or not. */
    settled: (entry: Entry) => void placing.delete(entry),
    has: (entry: Entry) => waiting.has(entry),
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
