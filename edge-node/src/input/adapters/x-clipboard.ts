// What is copied in an X display, as text. Whoever copies keeps it and only says so (ICCCM 2, "Peer-to-Peer
// Communication by Means of Selections"); XFIXES tells of each new owner, who is then asked for it.

import type { Scope } from "@nearframe/shared/lifetime";
import { CLIPBOARD_CHARACTERS_MAX } from "@nearframe/shared/protocol/session-control";
import x11, { type FixesExtension, type XClient, type XEvent } from "x11";
import { connectX11, type XAddress } from "../../x11/connect.ts";

/** A title that copies without end is heard so often; the newest wins. */
const ASK_EVERY_MS = 250;
/** An owner that does not answer is a program that hangs. */
const ANSWER_MS = 2_000;
/** UTF-8 takes four bytes a character at most; X counts a property in words of four bytes. */
const WORDS_MAX = CLIPBOARD_CHARACTERS_MAX;
/** Owners put a text that is too large for one request there in pieces; no text of use has more. */
const PIECES_MAX = 256;
/** Core event 31. XFIXES has one of the same name. */
const SELECTION_NOTIFY = 31;
const NEW_VALUE = 0;
const NONE = 0;
const ANY_TYPE = 0;
const INPUT_ONLY = 2;

type Property = { type: number; data: Buffer };

/** Tells each text that is copied in the display, cut to `CLIPBOARD_CHARACTERS_MAX`, until the scope closes. */
export async function watchClipboard(address: XAddress, onCopied: (text: string) => void, scope: Scope): Promise<void> {
  const { display, closed } = await connectX11(address, scope, () => {
    // A window that is gone by the time it is asked: there is nothing to be told then.
  });
  const { client } = display;
  const root = display.screen[0]?.root ?? 0;
  const fixes = await requireFixes(client);
  const [clipboard, utf8, latin1, incr, target] = await Promise.all(
    ["CLIPBOARD", "UTF8_STRING", "STRING", "INCR", "NEARFRAME_COPIED"].map((name) => internAtom(client, name)),
  ) as [number, number, number, number, number];
  const window = client.AllocID();
  client.CreateWindow(window, root, 0, 0, 1, 1, 0, 0, INPUT_ONLY, 0, { eventMask: x11.eventMask.PropertyChange ?? 0 });
  fixes.SelectSelectionInput(window, clipboard, fixes.SelectionEventMask.SetSelectionOwner);

  let over = false;
  /** Set while an owner is asked; true once somebody copied meanwhile. */
  let again: boolean | undefined;
  let heard: ((event: XEvent) => void) | undefined;

  client.on("event", (event: XEvent) => {
    if (event.type === fixes.firstEvent + fixes.events.SelectionNotify) {
      if (event.owner === NONE) return;
      if (again === undefined) void follow();
      else again = true;
    } else heard?.(event);
  });
  void closed.then(() => (over = true));
  scope.own(undefined, () => {
    over = true;
  });
  await client.sync();

  async function follow(): Promise<void> {
    do {
      again = false;
      const fromMs = performance.now();
      const text = await ask().catch(() => undefined);
      if (text !== undefined && text !== "" && !over) onCopied(text);
      const restMs = ASK_EVERY_MS - (performance.now() - fromMs);
      if (restMs > 0 && !over) await wait(restMs);
    } while (again && !over);
    again = undefined;
  }

  async function ask(): Promise<string | undefined> {
    for (const kind of [utf8, latin1]) {
      const text = await convert(kind);
      if (text !== undefined) return text;
    }
    return undefined;
  }

  /** Undefined where the owner has none of this kind. */
  async function convert(kind: number): Promise<string | undefined> {
    const answered = next((event) => event.type === SELECTION_NOTIFY && event.target === kind);
    client.ConvertSelection(window, clipboard, kind, target);
    if ((await answered).property === NONE) return undefined;
    const whole = await take();
    return decode(whole.type === incr ? await takePieces() : whole.data, kind);
  }

  /** Each is put there when the one before was taken, and an empty one is the last. */
  async function takePieces(): Promise<Buffer> {
    const pieces: Buffer[] = [];
    for (let count = 0; count < PIECES_MAX; count++) {
      await next((event) => event.name === "PropertyNotify" && event.atom === target && event.state === NEW_VALUE);
      const { data } = await take();
      if (data.length === 0) break;
      // The rest is taken as well, so that its owner comes to an end, and dropped.
      if (bytesOf(pieces) < WORDS_MAX * 4) pieces.push(data);
    }
    return Buffer.concat(pieces);
  }

  /** The next event that is such a one; listened for before what brings it about is asked for. */
  function next(isIt: (event: XEvent) => boolean): Promise<XEvent> {
    const { promise, resolve, reject } = Promise.withResolvers<XEvent>();
    const timer = setTimeout(() => reject(new Error("the owner of the clipboard does not answer")), ANSWER_MS);
    heard = (event) => isIt(event) && resolve(event);
    return promise.finally(() => {
      clearTimeout(timer);
      heard = undefined;
    });
  }

  /** Reads what was put there, and takes it away: its owner may put the next piece. */
  function take(): Promise<Property> {
    const { promise, resolve, reject } = Promise.withResolvers<Property>();
    client.GetProperty(0, window, target, ANY_TYPE, 0, WORDS_MAX, (error, property) => {
      if (error) return reject(error);
      client.DeleteProperty(window, target);
      // A copy: the client reads the next answer into the same memory.
      resolve({ type: property.type, data: Buffer.from(property.data) });
    });
    return promise;
  }

  function decode(bytes: Buffer, kind: number): string {
    const text = bytes.toString(kind === latin1 ? "latin1" : "utf8").slice(0, CLIPBOARD_CHARACTERS_MAX);
    // Not between the two halves of a character.
    return text.replace(/[\uD800-\uDBFF]$/, "");
  }

  function wait(ms: number): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, ms);
      timer.unref();
    });
  }
}

const bytesOf = (pieces: readonly Buffer[]) => pieces.reduce((sum, { length }) => sum + length, 0);

async function requireFixes(client: XClient): Promise<FixesExtension> {
  const { promise, resolve, reject } = Promise.withResolvers<FixesExtension>();
  client.require("fixes", (error, extension) => (error ? reject(error) : resolve(extension)));
  return await promise;
}

function internAtom(client: XClient, name: string): Promise<number> {
  const { promise, resolve, reject } = Promise.withResolvers<number>();
  client.InternAtom(false, name, (error, atom) => (error ? reject(error) : resolve(atom)));
  return promise;
}
