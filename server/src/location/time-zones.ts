// One name for each time zone: several are in use for the same one, and browsers differ.

/** Names that somebody made up are remembered too, so the memory is bounded. */
const NAMES_MAX = 2_000;

/** Undefined for a name that is no time zone. */
export function createCanonicalZone(): (timeZone: string) => string | undefined {
  const known = new Map<string, string | undefined>();
  return (timeZone) => {
    if (known.has(timeZone)) return known.get(timeZone);
    if (known.size >= NAMES_MAX) known.clear();
    const name = askIntl(timeZone);
    known.set(timeZone, name);
    return name;
  };
}

function askIntl(timeZone: string): string | undefined {
  try {
    return new Intl.DateTimeFormat("en", { timeZone }).resolvedOptions().timeZone;
  } catch (error) {
    if (error instanceof RangeError) return undefined;
    throw error;
  }
}
