// The shell as a service: in packets with an exit code (`shell,v2`), or bare (`shell`, `exec`).

import type { ServiceSocket } from "./adb-daemon.ts";

const ID = { stdin: 0, stdout: 1, stderr: 2, exit: 3, closeStdin: 4 } as const;

/** What a command that runs is given and gives. */
export interface ShellStreams {
  /** Undefined: the end of its input. */
  onInput(use: (bytes: Buffer | undefined) => void): void;
  onClosed(tell: () => void): void;
  out(bytes: Uint8Array): Promise<void>;
  err(bytes: Uint8Array): Promise<void>;
}

export type RunCommand = (command: string, streams: ShellStreams) => Promise<number>;

/** False for what is no shell. */
export function serveShell(service: string, socket: ServiceSocket, run: RunCommand): boolean {
  const match = /^(shell|exec)(,[^:]*)?:(.*)$/s.exec(service);
  if (!match) return false;
  const framed = (match[2] ?? "").split(",").includes("v2");
  const write = (id: number, bytes: Uint8Array): Promise<void> => {
    if (!framed) return socket.write(bytes);
    const head = Buffer.alloc(5);
    head[0] = id;
    head.writeUInt32LE(bytes.length, 1);
    return socket.write(Buffer.concat([head, bytes]));
  };
  const streams: ShellStreams = {
    onInput: (use) => readInput(socket, framed, use),
    onClosed: (tell) => socket.onClosed(tell),
    out: (bytes) => write(ID.stdout, bytes),
    err: (bytes) => write(ID.stderr, bytes),
  };
  void run(match[3] ?? "", streams).then(async (exitCode) => {
    if (framed) await write(ID.exit, Uint8Array.of(exitCode & 0xff));
    socket.close();
  });
  return true;
}

function readInput(socket: ServiceSocket, framed: boolean, use: (bytes: Buffer | undefined) => void): void {
  if (!framed) {
    socket.onData(use);
    socket.onClosed(() => use(undefined));
    return;
  }
  let bytes = Buffer.alloc(0);
  socket.onData((chunk) => {
    bytes = Buffer.concat([bytes, chunk]);
    while (bytes.length >= 5 && bytes.length >= 5 + bytes.readUInt32LE(1)) {
      const end = 5 + bytes.readUInt32LE(1);
      if (bytes[0] === ID.stdin) use(Buffer.from(bytes.subarray(5, end)));
      else if (bytes[0] === ID.closeStdin) use(undefined);
      bytes = bytes.subarray(end);
    }
  });
}
