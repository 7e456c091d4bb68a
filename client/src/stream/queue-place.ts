// A place in line as the page knows it, and what became of it while nobody saw the page:
// then the server lets others go first (`session.presence`), and gives the old place back
// when the page is seen again. Pure.

export type Queue = {
  readonly position: number;
  readonly waitMs?: number;
  /** The best place that it has had since the page was hidden; not there for a page that is seen. */
  readonly hiddenFrom?: number;
  /** Others were put before it while the page was hidden, now or the last time. */
  readonly othersFirst?: true;
};

/** The server has told the place. */
export function placeTold(before: Queue | undefined, told: Pick<Queue, "position" | "waitMs">, pageVisible: boolean): Queue {
  const { position } = told;
  if (pageVisible) return { ...told, ...(before?.othersFirst && { othersFirst: true }) };
  const hiddenFrom = before?.hiddenFrom ?? position;
  const othersFirst = before?.othersFirst || position > hiddenFrom;
  return { ...told, hiddenFrom: Math.min(hiddenFrom, position), ...(othersFirst && { othersFirst: true }) };
}

/** The page was hidden, or is seen again: then what happened meanwhile is kept, to be said. */
export function pageTurned(queue: Queue, pageVisible: boolean): Queue {
  const { hiddenFrom, othersFirst, ...told } = queue;
  if (pageVisible) return { ...told, ...(othersFirst && { othersFirst }) };
  return hiddenFrom === undefined ? { ...told, hiddenFrom: told.position } : queue;
}
