// Lines out of a stream of bytes, with a bound on each.

import type { Socket } from "node:net";
import { LINE_BYTES_MAX } from "./messages.ts";

/** Calls for each whole line. A line that is too long ends the stream. */
export function readLines(socket: Socket, onLine: (line: string) => void): void {
  let rest = "";
  socket.setEncoding("utf8");
  socket.on("data", (text: string) => {
    const lines = (rest + text).split("\n");
    rest = lines.pop() ?? "";
    for (const line of lines) onLine(line);
    if (rest.length > LINE_BYTES_MAX) socket.destroy(new Error(`a line of more than ${LINE_BYTES_MAX} bytes`));
  });
}
