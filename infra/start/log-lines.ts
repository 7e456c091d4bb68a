// What the server and the nodes log, one JSON object a line, made readable. Pure.

/** pino's numbers. */
const WARN = 40;
const LEVEL_NAMES: Readonly<Record<number, string>> = { 10: "trace", 20: "debug", 30: "info", 40: "warning", 50: "error", 60: "fatal" };
const LEFT_OUT = new Set(["level", "time", "name", "msg", "pid", "hostname"]);

export type LoggedLine = { program: string; line: string; source: "stdout" | "stderr"; verbose: boolean };

/**
 * "node  warning  control link lost (code=1006)", or undefined for a line that
 * is only for those who asked for everything.
 */
export function formatLogLine({ program, line, source, verbose }: LoggedLine): string | undefined {
  const record = parseRecord(line);
  if (!record) {
    // Not from the log: a greeting, or on stderr a failure.
    const shown = line.trim() !== "" && (verbose || source === "stderr");
    return shown ? `${program}  ${line}` : undefined;
  }
  const level = typeof record.level === "number" ? record.level : WARN;
  if (level < WARN && !verbose) return undefined;
  const details = Object.entries(record)
    .filter(([key]) => !LEFT_OUT.has(key))
    .map(([key, value]) => `${key}=${typeof value === "string" ? value : JSON.stringify(value)}`);
  const message = typeof record.msg === "string" ? record.msg : "";
  const words = [program, LEVEL_NAMES[level] ?? String(level), message];
  return `${words.join("  ")}${details.length > 0 ? ` (${details.join(", ")})` : ""}`;
}

function parseRecord(line: string): Record<string, unknown> | undefined {
  if (!line.startsWith("{")) return undefined;
  try {
    return JSON.parse(line) as Record<string, unknown>;
  } catch {
    return undefined; // Cut off, or somebody else's braces: shown as it is.
  }
}
