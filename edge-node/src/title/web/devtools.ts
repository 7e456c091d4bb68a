// Chromium's DevTools protocol over its pipe: JSON with a zero byte behind each message.
// https://chromedevtools.github.io/devtools-protocol/

import type { Readable, Writable } from "node:stream";

type Message = { id?: number; method?: string; params?: Params; result?: Params; error?: { message: string }; sessionId?: string };
export type Params = Record<string, unknown>;

export interface DevTools {
  /** Rejects when the browser refuses, or is gone. */
  call(method: string, params?: Params, sessionId?: string): Promise<Params>;
  onEvent(listener: (method: string, params: Params, sessionId: string | undefined) => void): void;
}

export function openDevTools(toBrowser: Writable, fromBrowser: Readable): DevTools {
  const waiting = new Map<number, { resolve(result: Params): void; reject(error: Error): void }>();
  const listeners: Parameters<DevTools["onEvent"]>[0][] = [];
  let lastId = 0;
  let rest: Buffer = Buffer.alloc(0);

  fromBrowser.on("data", (bytes: Buffer) => {
    rest = rest.length === 0 ? bytes : Buffer.concat([rest, bytes]);
    for (let end = rest.indexOf(0); end >= 0; end = rest.indexOf(0)) {
      handle(JSON.parse(rest.toString("utf8", 0, end)) as Message);
      rest = rest.subarray(end + 1);
    }
  });
  const fail = () => {
    for (const { reject } of waiting.values()) reject(new Error("the browser is gone"));
    waiting.clear();
  };
  fromBrowser.on("close", fail);
  toBrowser.on("error", fail);

  function handle({ id, method, params = {}, result = {}, error, sessionId }: Message): void {
    if (id === undefined) {
      if (method !== undefined) for (const listener of listeners) listener(method, params, sessionId);
      return;
    }
    const call = waiting.get(id);
    waiting.delete(id);
    if (error) call?.reject(new Error(error.message));
    else call?.resolve(result);
  }

  return {
    call(method, params = {}, sessionId) {
      const id = (lastId += 1);
      return new Promise((resolve, reject) => {
        waiting.set(id, { resolve, reject });
        toBrowser.write(`${JSON.stringify({ id, method, params, ...(sessionId === undefined ? {} : { sessionId }) })}\0`);
      });
    },
    onEvent: (listener) => void listeners.push(listener),
  };
}
