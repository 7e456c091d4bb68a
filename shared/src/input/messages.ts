// Input on the wire. Bytes, because it is the one thing that must never wait.
//
// Two data channels carry it, little-endian:
//
//   input.state   unordered, never sent again. The whole truth each time: where the
//                 pointer is, what is held. A newer one replaces an older one, and it is
//                 repeated while anything is held, so nothing lost can stick.
//
//     0 u8 kind=1 | 1 u8 flags (bit 0: x and y hold) | 2 u32 seq | 6 u32 edgeSeq
//    10 u16 x | 12 u16 y | 14 i32 dxTotal | 18 i32 dyTotal | 22 i32 wheelXTotal | 26 i32 wheelYTotal
//    30 u8 buttons | 31 u8 keyCount | keys u8[]
//       u8 padCount | pads { u8 index | u32 buttons | u8 triggers[2] | i16 axes[4] }[]
//       u8 touchCount | touches { u8 id | u16 x | u16 y | u8 pressure }[]
//
//   input.edges   reliable and ordered: presses, releases, text. A tap shorter than
//                 a state's interval is still a tap.
//
//     0 u8 kind=2 | 1 u8 count | 2 u32 seq | edges[]
//       key    1 | u8 key | u8 down
//       button 2 | u8 button | u8 down | u8 placed | u16 x | u16 y
//       touch  3 | u8 id | u8 phase | u16 x | u16 y
//       text   4 | u16 bytes | utf-8
//       release-all 5
//
// `seq` counts messages of both channels together and wraps at 2^32. Motion and
// wheel are running totals: a lost message loses no motion. A wheel notch is 120.

import { KEY_NUMBER_MAX, POINTER_BUTTON_COUNT } from "./codes.ts";

export const KEYS_HELD_MAX = 32;
export const PADS_MAX = 4;
export const TOUCHES_MAX = 10;
export const EDGES_MAX = 64;
export const TEXT_BYTES_MAX = 1024;
export const WHEEL_NOTCH = 120;

export type PadState = {
  /** 0..3 */
  index: number;
  /** Bit n: button n of the standard gamepad. */
  buttons: number;
  /** Left and right trigger, 0..1. */
  triggers: readonly [number, number];
  /** Left x, y, right x, y, each -1..1. */
  axes: readonly [number, number, number, number];
};

/** A finger: `x` and `y` are shares of the title's screen. */
export type Touch = { id: number; x: number; y: number; pressure: number };

export type InputState = {
  kind: "state";
  seq: number;
  /** `seq` of the last edges message sent before this one. */
  edgeSeq: number;
  /** Shares of the title's screen, or undefined where the pointer is relative or away. */
  pointer: { x: number; y: number } | undefined;
  /** Running totals in pixels of the title's screen, wrapping at 2^32. */
  dxTotal: number;
  dyTotal: number;
  /** Running totals, 120 a notch. */
  wheelXTotal: number;
  wheelYTotal: number;
  /** Bit n: pointer button n. */
  buttons: number;
  keys: readonly number[];
  pads: readonly PadState[];
  touches: readonly Touch[];
};

export const TOUCH_PHASES = ["down", "up", "cancel"] as const;
export type TouchPhase = (typeof TOUCH_PHASES)[number];

export type InputEdge =
  | { kind: "key"; key: number; down: boolean }
  | { kind: "button"; button: number; down: boolean; at: { x: number; y: number } | undefined }
  | { kind: "touch"; id: number; phase: TouchPhase; x: number; y: number }
  | { kind: "text"; text: string }
  | { kind: "release-all" };

export type InputEdges = { kind: "edges"; seq: number; edges: readonly InputEdge[] };
export type InputMessage = InputState | InputEdges;

/** True when `a` was made after `b`, across the wrap at 2^32. */
export function isNewer(a: number, b: number): boolean {
  return ((a - b) | 0) > 0;
}

const KIND = { state: 1, edges: 2 } as const;
const EDGE = { key: 1, button: 2, touch: 3, text: 4, releaseAll: 5 } as const;
const STATE_FIXED_BYTES = 32;
const PAD_BYTES = 15;
const TOUCH_BYTES = 6;

/** Bytes of one message, ready for its channel. Lists longer than their limit are cut. */
export function writeInput(message: InputMessage): Uint8Array<ArrayBuffer> {
  return message.kind === "state" ? writeState(message) : writeEdges(message);
}

function writeState(state: InputState): Uint8Array<ArrayBuffer> {
  const keys = state.keys.slice(0, KEYS_HELD_MAX);
  const pads = state.pads.slice(0, PADS_MAX);
  const touches = state.touches.slice(0, TOUCHES_MAX);
  const view = new DataView(
    new ArrayBuffer(STATE_FIXED_BYTES + keys.length + 1 + pads.length * PAD_BYTES + 1 + touches.length * TOUCH_BYTES),
  );
  view.setUint8(0, KIND.state);
  view.setUint8(1, state.pointer ? 1 : 0);
  view.setUint32(2, state.seq, true);
  view.setUint32(6, state.edgeSeq, true);
  view.setUint16(10, share(state.pointer?.x ?? 0), true);
  view.setUint16(12, share(state.pointer?.y ?? 0), true);
  view.setInt32(14, state.dxTotal, true);
  view.setInt32(18, state.dyTotal, true);
  view.setInt32(22, state.wheelXTotal, true);
  view.setInt32(26, state.wheelYTotal, true);
  view.setUint8(30, state.buttons);
  view.setUint8(31, keys.length);
  let at = STATE_FIXED_BYTES;
  for (const key of keys) view.setUint8(at++, key);
  view.setUint8(at++, pads.length);
  for (const pad of pads) {
    view.setUint8(at, pad.index);
    view.setUint32(at + 1, pad.buttons, true);
    pad.triggers.forEach((value, i) => view.setUint8(at + 5 + i, Math.round(clamp(value, 0, 1) * 255)));
    pad.axes.forEach((value, i) => view.setInt16(at + 7 + 2 * i, Math.round(clamp(value, -1, 1) * 32767), true));
    at += PAD_BYTES;
  }
  view.setUint8(at++, touches.length);
  for (const touch of touches) {
    view.setUint8(at, touch.id);
    view.setUint16(at + 1, share(touch.x), true);
    view.setUint16(at + 3, share(touch.y), true);
    view.setUint8(at + 5, Math.round(clamp(touch.pressure, 0, 1) * 255));
    at += TOUCH_BYTES;
  }
  return new Uint8Array(view.buffer);
}

function writeEdges(message: InputEdges): Uint8Array<ArrayBuffer> {
  const parts: Uint8Array[] = [];
  const edges = message.edges.slice(0, EDGES_MAX);
  for (const edge of edges) parts.push(writeEdge(edge));
  const bytes = new Uint8Array(6 + parts.reduce((sum, part) => sum + part.length, 0));
  const view = new DataView(bytes.buffer);
  view.setUint8(0, KIND.edges);
  view.setUint8(1, edges.length);
  view.setUint32(2, message.seq, true);
  let at = 6;
  for (const part of parts) {
    bytes.set(part, at);
    at += part.length;
  }
  return bytes;
}

function writeEdge(edge: InputEdge): Uint8Array {
  switch (edge.kind) {
    case "key":
      return Uint8Array.of(EDGE.key, edge.key, edge.down ? 1 : 0);
    case "button": {
      const { at } = edge;
      return placed([EDGE.button, edge.button, edge.down ? 1 : 0, at ? 1 : 0], at?.x ?? 0, at?.y ?? 0);
    }
    case "touch":
      return placed([EDGE.touch, edge.id, TOUCH_PHASES.indexOf(edge.phase)], edge.x, edge.y);
    case "text": {
      const text = textBytes(edge.text);
      return Uint8Array.of(EDGE.text, text.length & 0xff, text.length >> 8, ...text);
    }
    case "release-all":
      return Uint8Array.of(EDGE.releaseAll);
  }
}

function placed(head: number[], x: number, y: number): Uint8Array {
  const [sx, sy] = [share(x), share(y)];
  return Uint8Array.of(...head, sx & 0xff, sx >> 8, sy & 0xff, sy >> 8);
}

/** At most TEXT_BYTES_MAX bytes, cut between characters. */
function textBytes(text: string): Uint8Array {
  const encoder = new TextEncoder();
  let bytes = encoder.encode(text);
  let characters = [...text];
  while (bytes.length > TEXT_BYTES_MAX) {
    characters = characters.slice(0, Math.max(1, Math.floor((characters.length * TEXT_BYTES_MAX) / bytes.length) - 1));
    bytes = encoder.encode(characters.join(""));
  }
  return bytes;
}

export class InputDecodeError extends Error {
  readonly code = "INPUT_MALFORMED";
}

/** Reads one message. Throws `InputDecodeError`, and nothing else, on bytes that no writer makes. */
export function readInput(bytes: Uint8Array): InputMessage {
  const reader = new Reader(bytes);
  const kind = reader.u8();
  const message = kind === KIND.state ? readState(reader) : kind === KIND.edges ? readEdges(reader) : undefined;
  if (!message) throw new InputDecodeError(`no message of kind ${kind}`);
  reader.end();
  return message;
}

function readState(reader: Reader): InputState {
  const flags = reader.u8();
  if (flags > 1) throw new InputDecodeError(`no flags ${flags}`);
  const seq = reader.u32();
  const edgeSeq = reader.u32();
  const x = reader.share();
  const y = reader.share();
  const [dxTotal, dyTotal, wheelXTotal, wheelYTotal] = [reader.i32(), reader.i32(), reader.i32(), reader.i32()];
  const buttons = reader.u8();
  if (buttons >> POINTER_BUTTON_COUNT !== 0) throw new InputDecodeError(`no buttons ${buttons}`);
  const keys = reader.list(KEYS_HELD_MAX, () => reader.key());
  const pads = reader.list(PADS_MAX, () => reader.pad());
  const touches = reader.list(TOUCHES_MAX, () => {
    const touch = { id: reader.u8(), x: reader.share(), y: reader.share(), pressure: reader.u8() / 255 };
    if (touch.id >= TOUCHES_MAX) throw new InputDecodeError(`no touch ${touch.id}`);
    return touch;
  });
  return {
    kind: "state", seq, edgeSeq,
    pointer: flags === 1 ? { x, y } : undefined,
    dxTotal, dyTotal, wheelXTotal, wheelYTotal, buttons, keys, pads, touches,
  };
}

function readEdges(reader: Reader): InputEdges {
  const count = reader.u8();
  if (count > EDGES_MAX) throw new InputDecodeError(`${count} edges, at most ${EDGES_MAX}`);
  const seq = reader.u32();
  const edges: InputEdge[] = [];
  for (let i = 0; i < count; i++) edges.push(readEdge(reader));
  return { kind: "edges", seq, edges };
}

function readEdge(reader: Reader): InputEdge {
  const type = reader.u8();
  switch (type) {
    case EDGE.key:
      return { kind: "key", key: reader.key(), down: reader.bit() };
    case EDGE.button: {
      const button = reader.u8();
      if (button >= POINTER_BUTTON_COUNT) throw new InputDecodeError(`no button ${button}`);
      const down = reader.bit();
      const hasPlace = reader.bit();
      const at = { x: reader.share(), y: reader.share() };
      return { kind: "button", button, down, at: hasPlace ? at : undefined };
    }
    case EDGE.touch: {
      const id = reader.u8();
      if (id >= TOUCHES_MAX) throw new InputDecodeError(`no touch ${id}`);
      const phase = TOUCH_PHASES[reader.u8()];
      if (!phase) throw new InputDecodeError("no such touch phase");
      return { kind: "touch", id, phase, x: reader.share(), y: reader.share() };
    }
    case EDGE.text:
      return { kind: "text", text: reader.text() };
    case EDGE.releaseAll:
      return { kind: "release-all" };
    default:
      throw new InputDecodeError(`no edge of type ${type}`);
  }
}

class Reader {
  readonly #bytes: Uint8Array;
  readonly #view: DataView;
  #at = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  u8(): number {
    return this.#view.getUint8(this.#take(1));
  }
  u32(): number {
    return this.#view.getUint32(this.#take(4), true);
  }
  i32(): number {
    return this.#view.getInt32(this.#take(4), true);
  }
  share(): number {
    return this.#view.getUint16(this.#take(2), true) / 65535;
  }
  bit(): boolean {
    const value = this.u8();
    if (value > 1) throw new InputDecodeError(`${value} is neither 0 nor 1`);
    return value === 1;
  }
  key(): number {
    const key = this.u8();
    if (key === 0 || key > KEY_NUMBER_MAX) throw new InputDecodeError(`no key ${key}`);
    return key;
  }
  pad(): PadState {
    const index = this.u8();
    if (index >= PADS_MAX) throw new InputDecodeError(`no pad ${index}`);
    const buttons = this.u32();
    const triggers = [this.u8() / 255, this.u8() / 255] as const;
    const axis = () => Math.max(-1, this.#view.getInt16(this.#take(2), true) / 32767);
    return { index, buttons, triggers, axes: [axis(), axis(), axis(), axis()] };
  }
  text(): string {
    const length = this.#view.getUint16(this.#take(2), true);
    if (length > TEXT_BYTES_MAX) throw new InputDecodeError(`${length} bytes of text, at most ${TEXT_BYTES_MAX}`);
    const start = this.#take(length);
    try {
      return new TextDecoder("utf-8", { fatal: true }).decode(this.#bytes.subarray(start, start + length));
    } catch {
      throw new InputDecodeError("text is not utf-8");
    }
  }
  list<T>(max: number, read: () => T): T[] {
    const count = this.u8();
    if (count > max) throw new InputDecodeError(`a list of ${count}, at most ${max}`);
    return Array.from({ length: count }, read);
  }
  end(): void {
    if (this.#at !== this.#view.byteLength) {
      throw new InputDecodeError(`${this.#view.byteLength - this.#at} bytes too many`);
    }
  }

  #take(count: number): number {
    const start = this.#at;
    if (start + count > this.#view.byteLength) throw new InputDecodeError("bytes end too early");
    this.#at += count;
    return start;
  }
}

const clamp = (value: number, low: number, high: number) => Math.min(high, Math.max(low, value));
const share = (value: number) => Math.round(clamp(value, 0, 1) * 65535);
