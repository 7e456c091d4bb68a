// A hand-written far end for tests over real sockets: says what it is told to,
// remembers what it hears, and waits for a message by its type.

import { WebSocket, type ClientOptions } from "ws";

const WAIT_MS = 5_000;

type Message = { type: string } & Record<string, unknown>;

export type SocketClient = Awaited<ReturnType<typeof openSocketClient>>;

/** Rejects with the HTTP status if the upgrade is refused. */
export async function openSocketClient(address: string, options: ClientOptions = {}) {
  const socket = new WebSocket(address, options);
  const unread: Message[] = [];
  const waiting = new Set<() => void>();
  let closeCode: number | undefined;
  const wake = () => {
    for (const check of [...waiting]) check();
  };
  socket.on("message", (data: Buffer) => {
    unread.push(JSON.parse(data.toString("utf8")) as Message);
    wake();
  });
  socket.on("close", (code) => {
    closeCode = code;
    wake();
  });
  await new Promise<void>((resolve, reject) => {
    socket.once("open", resolve);
    socket.once("unexpected-response", (_request, response) => {
      let body = "";
      response.on("data", (chunk: Buffer) => (body += chunk.toString()));
      response.on("end", () => reject(Object.assign(new Error(body), { status: response.statusCode })));
    });
    socket.once("error", reject);
  });
  socket.on("error", () => {
    // The close that follows is what tests look at.
  });

  function waitFor<T>(what: string, check: () => T | undefined): Promise<T> {
    return new Promise((resolve, reject) => {
      const settle = (finish: () => void) => {
        clearTimeout(timer);
        waiting.delete(look);
        finish();
      };
      const look = () => {
        const found = check();
        if (found !== undefined) settle(() => resolve(found));
        else if (closeCode !== undefined) settle(() => reject(new Error(`closed with ${closeCode} before ${what}`)));
      };
      const timer = setTimeout(
        () => settle(() => reject(new Error(`no ${what}; unread: ${JSON.stringify(unread)}`))),
        WAIT_MS,
      );
      waiting.add(look);
      look();
    });
  }

  return {
    socket,
    send: (message: unknown) => socket.send(JSON.stringify(message)),
    sendText: (text: string) => socket.send(text),
    /** The next unread message of this type; those before it are skipped. */
    next: (type: string): Promise<Message> =>
      waitFor(type, () => {
        const index = unread.findIndex((message) => message.type === type);
        return index < 0 ? undefined : unread.splice(0, index + 1).at(-1);
      }),
    closed: (): Promise<number> =>
      new Promise((resolve, reject) => {
        if (closeCode !== undefined) return resolve(closeCode);
        const timer = setTimeout(() => reject(new Error("the socket did not close")), WAIT_MS);
        socket.once("close", (code) => {
          clearTimeout(timer);
          resolve(code);
        });
      }),
    close: () => socket.close(),
    terminate: () => socket.terminate(),
    get unread(): readonly Message[] {
      return unread;
    },
  };
}
