// What the operator reads. The rubric:
//
//   info   one line for each turn in the life of a session, node or server, and for each minute that was
//          scored; nothing that can come every second
//   warn   somebody outside did what they should not, or a limit was met; the server goes on
//   error  the server could not do its own part
//   debug  the rest
//
// A token is never written: those who log say which fields they log, and what
// could hold one is taken out here as well.

import pino, { type DestinationStream, type Logger } from "pino";

export type Log = Pick<Logger, "debug" | "info" | "warn" | "error">;

export const LOG_LEVELS = ["debug", "info", "warn", "error", "silent"] as const;
export type LogLevel = (typeof LOG_LEVELS)[number];

const SECRET_FIELDS = ["token", "authorization", "cookie", "headers"];

export function createLog(level: LogLevel, destination: DestinationStream): Log {
  return pino(
    {
      level,
      base: null,
      timestamp: pino.stdTimeFunctions.isoTime,
      serializers: { error: describeError },
      redact: { paths: SECRET_FIELDS.flatMap((field) => [field, `*.${field}`]), censor: "[secret]" },
    },
    destination,
  );
}

/** No other fields: errors of databases carry the values they choked on, keys and tokens among them. */
function describeError(error: unknown): unknown {
  if (!(error instanceof Error)) return String(error);
  const { message, stack } = error;
  return {
    message,
    stack,
    ...("code" in error && { code: error.code }),
    ...(error instanceof AggregateError && { errors: error.errors.map(describeError) }),
  };
}
