// The sessions of this process that wait for a slot, in one line with those that wait
// at others: who is placed next, and what place each is told.
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

/** Entries of one kind ask for the same thing. */
export type Turn<Entry, Other> =
  | { readonly at: "here"; readonly kind: string; readonly entry: Entry }
  | { readonly at: "elsewhere"; readonly kind: string; readonly other: Other; /** Told of a line, like ours. */ readonly counts: boolean };

export type Holding =
  /** What it could have is kept free until the round is over. */
  | { readonly type: "held"; release(): void }
  | { readonly type: "no-slot" | "no-node" | "not-now" };

type Ports<Entry, Other> = {
  /** These and those who wait elsewhere, in the order in which they are served. */
  order(waiting: readonly Entry[]): readonly Turn<Entry, Other>[];
  place(entry: Entry): Placing;
  /** Leaves to one at another process what it could have now. */
  hold(other: Other): Holding;
  /** For whom of the others something was left in this round. */
  noteHeld(others: readonly Other[]): void;
  /** A node that could take it is there, though it may be busy. */
  giveHope(entry: Entry): void;
  /** Places count from 1. */
  tellPosition(entry: Entry, position: number): void;
};

export type Line<Entry, Other> = ReturnType<typeof createLine<Entry, Other>>;

export function createLine<Entry, Other>({ order, place, hold, noteHeld, giveHope, tellPosition }: Ports<Entry, Other>) {
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
    const hopelessElsewhere = new Set<string>();
    const held: { other: Other; release(): void }[] = [];
    let left = waiting.size;
    try {
      for (const turn of left > 0 ? order([...waiting.keys()]) : []) {
        // Whoever comes after the last of ours is nobody whom we could overtake.
        if (left === 0) break;
        const { kind } = turn;
        if (turn.at === "elsewhere") {
          // What one of theirs can't have says nothing of ours, who may be somewhere else.
          if (hopeless.has(kind) || hopelessElsewhere.has(kind)) continue;
          const holding = hold(turn.other);
          if (holding.type === "held") held.push({ other: turn.other, release: () => holding.release() });
          else if (holding.type !== "not-now") hopelessElsewhere.add(kind);
          continue;
        }
        left--;
        const { entry } = turn;
        if (placing.has(entry) || !waiting.has(entry)) continue;
        const outcome = hopeless.get(kind) ?? place(entry);
        if (outcome === "placing") placing.add(entry);
        if (outcome === "no-slot" || outcome === "no-node") hopeless.set(kind, outcome);
        if (outcome === "no-slot") giveHope(entry);
      }
    } finally {
      for (const { release } of held) release();
    }
    noteHeld(held.map(({ other }) => other));
  }

  function tellPositions(): void {
    if (waiting.size === 0) return;
    let position = 0;
    for (const turn of order([...waiting.keys()])) {
      // Whoever is about to get a slot is not told of a line.
      if (turn.at === "elsewhere") {
        if (turn.counts) position++;
        continue;
      }
      const { entry } = turn;
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
    isPlacing: (entry: Entry) => placing.has(entry),
    /** In order of arrival. */
    all: (): Entry[] => [...waiting.keys()],
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
