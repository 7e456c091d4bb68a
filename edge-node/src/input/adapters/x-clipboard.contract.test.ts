import { afterEach, beforeEach, expect, test, vi } from "vitest";
import x11, { type XClient, type XEvent } from "x11";
import { Scope } from "@nearframe/shared/lifetime";
import { CLIPBOARD_CHARACTERS_MAX } from "@nearframe/shared/protocol/session-control";
import { openXvfb } from "../../display/adapters/xvfb.ts";
import type { Display } from "../../session/ports.ts";
import { connectX11 } from "../../x11/connect.ts";
import { watchClipboard } from "./x-clipboard.ts";

const PIECE_BYTES = 1_000;

let scope: Scope;
let display: Display;
let copied: string[];

beforeEach(async () => {
  scope = new Scope();
  display = await openXvfb({ width: 320, height: 240 }, scope);
  copied = [];
  await watchClipboard(display, (text) => copied.push(text), scope);
});
afterEach(() => scope.close());

type Kind = "UTF8_STRING" | "STRING";
type Copied = Partial<Record<Kind, Buffer>>;

/** A program that copies, as ICCCM says one does: it owns the selection, and hands it out when asked. */
async function createProgram({ inPieces = false, answers = true } = {}) {
  const { display: xDisplay } = await connectX11(display, scope, (error) => {
    throw error;
  });
  const { client } = xDisplay;
  const names = ["CLIPBOARD", "UTF8_STRING", "STRING", "INCR"] as const;
  const atoms = new Map(await Promise.all(names.map(async (name) => [name, await atomOf(client, name)] as const)));
  const at = (name: (typeof names)[number]) => atoms.get(name) ?? 0;
  const window = client.AllocID();
  client.CreateWindow(window, xDisplay.screen[0]?.root ?? 0, 0, 0, 1, 1, 0, 0, 2, 0, {});
  let mine: Copied = {};
  client.on("event", (event: XEvent) => {
    if (event.name !== "SelectionRequest" || !answers) return;
    const { requestor, target, property } = event as unknown as Record<"requestor" | "target" | "property", number>;
    const bytes = target === at("UTF8_STRING") ? mine.UTF8_STRING : target === at("STRING") ? mine.STRING : undefined;
    if (bytes && inPieces) givePieces(requestor, property, target, bytes);
    else if (bytes) client.ChangeProperty(0, requestor, property, target, 8, bytes);
    client.SendEvent(requestor, 0, 0, {
      name: "SelectionNotify", type: 31, seq: 0, time: 0, requestor, selection: at("CLIPBOARD"), target, property: bytes ? property : 0,
    });
  });
  return {
    async copy(what: Copied) {
      mine = what;
      client.SetSelectionOwner(window, at("CLIPBOARD"));
      await client.sync();
    },
  };

  function givePieces(requestor: number, property: number, target: number, bytes: Buffer): void {
    client.ChangeWindowAttributes(requestor, { eventMask: x11.eventMask.PropertyChange ?? 0 });
    client.ChangeProperty(0, requestor, property, at("INCR"), 32, Buffer.alloc(4));
    let from = 0;
    let over = false;
    client.on("event", (event: XEvent) => {
      const DELETED = 1;
      if (over || event.name !== "PropertyNotify" || event.wid !== requestor || event.atom !== property || event.state !== DELETED) return;
      const piece = bytes.subarray(from, from + PIECE_BYTES);
      from += PIECE_BYTES;
      over = piece.length === 0;
      client.ChangeProperty(0, requestor, property, target, 8, piece);
    });
  }
}

const atomOf = (client: XClient, name: string) =>
  new Promise<number>((resolve, reject) => client.InternAtom(false, name, (error, atom) => (error ? reject(error) : resolve(atom))));

const utf8 = (text: string): Copied => ({ UTF8_STRING: Buffer.from(text) });

test("what a program copies is told, each time and from each program", async () => {
  const [one, other] = [await createProgram(), await createProgram()];
  await one.copy(utf8("first"));
  await vi.waitFor(() => expect(copied).toEqual(["first"]), { timeout: 5_000 });
  await one.copy(utf8("second, by the same"));
  await vi.waitFor(() => expect(copied).toEqual(["first", "second, by the same"]), { timeout: 5_000 });
  await other.copy(utf8("Grüße, 你好, 🎮"));
  await vi.waitFor(() => expect(copied.at(-1)).toBe("Grüße, 你好, 🎮"), { timeout: 5_000 });
});

test("a program that knows only the old kind of text is understood", async () => {
  const old = await createProgram();
  await old.copy({ STRING: Buffer.from("café", "latin1") });
  await vi.waitFor(() => expect(copied).toEqual(["café"]), { timeout: 5_000 });
});

test("a long text is cut, one that comes in pieces too, and never within a character", async () => {
  const long = `a${"🎮".repeat(CLIPBOARD_CHARACTERS_MAX)}`;
  const cut = long.slice(0, CLIPBOARD_CHARACTERS_MAX - 1);
  await (await createProgram()).copy(utf8(long));
  await vi.waitFor(() => expect(copied).toEqual([cut]), { timeout: 5_000 });
  const pieces = await createProgram({ inPieces: true });
  await pieces.copy(utf8(long));
  await vi.waitFor(() => expect(copied).toEqual([cut, cut]), { timeout: 5_000 });
  // Its owner came to its end: the next text is heard.
  await pieces.copy(utf8("short, in one piece"));
  await vi.waitFor(() => expect(copied.at(-1)).toBe("short, in one piece"), { timeout: 5_000 });
});

test("a program that hangs is given up, and one that copies pictures says nothing", async () => {
  await (await createProgram({ answers: false })).copy(utf8("never"));
  await (await createProgram()).copy({});
  await (await createProgram()).copy(utf8("at last"));
  await vi.waitFor(() => expect(copied).toEqual(["at last"]), { timeout: 10_000 });
});

test("of what is copied without end the newest is told", async () => {
  const busy = await createProgram();
  for (let count = 1; count <= 200; count++) await busy.copy(utf8(`number ${count}`));
  await vi.waitFor(() => expect(copied.at(-1)).toBe("number 200"), { timeout: 5_000 });
  expect(copied.length).toBeLessThan(20);
});
