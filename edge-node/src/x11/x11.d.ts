// The part of npm `x11` that the node uses (the package has no types of its own).

declare module "x11" {
  import type { EventEmitter } from "node:events";

  export type XError = Error & { error: number };
  export type XEvent = {
    name: string;
    type: number;
    wid?: number;
    keycode?: number;
    rootx?: number;
    rooty?: number;
    x?: number;
    y?: number;
    buttons?: number;
    [field: string]: unknown;
  };

  /** Makes memory that the server can map too (lib/shm-provider.js of the package). */
  export interface ShmProvider {
    readonly flavor: "fd";
    readonly zeroCopy: boolean;
    create(bytes: number): { size: number; fd: number; buffer: Buffer };
    commit(): void;
    sync(): void;
    destroy(segment: { fd: number }): void;
  }

  export interface XTestExtension {
    readonly KeyPress: number;
    readonly KeyRelease: number;
    readonly ButtonPress: number;
    readonly ButtonRelease: number;
    readonly MotionNotify: number;
    FakeInput(type: number, detail: number, timeMs: number, window: number, x: number, y: number): void;
  }

  export interface DamageExtension {
    readonly ReportLevel: { readonly NonEmpty: number };
    Create(damage: number, drawable: number, reportLevel: number): void;
    Subtract(damage: number, repair: number, parts: number): void;
  }

  export interface FixesExtension {
    readonly firstEvent: number;
    readonly events: { readonly SelectionNotify: number };
    readonly SelectionEventMask: { readonly SetSelectionOwner: number };
    SelectSelectionInput(window: number, selection: number, mask: number): void;
  }

  export interface ShmSegment {
    readonly buffer: Buffer;
    putImage(drawable: number, pen: number, picture: { width: number; height: number; depth: number }): void;
    getImage(
      drawable: number, x: number, y: number, width: number, height: number, planes: number,
      format: number, offset: number, done: (error: Error | null) => void,
    ): void;
  }
  export interface ShmExtension {
    readonly ImageFormat: { readonly ZPixmap: number };
    createSegment(bytes: number, done: (error: Error | null, segment: ShmSegment) => void): void;
  }

  export interface XClient extends EventEmitter {
    AllocID(): number;
    CreateWindow(
      id: number, parent: number, x: number, y: number, width: number, height: number,
      border: number, depth: number, windowClass: number, visual: number, values: Record<string, number>,
    ): boolean;
    MapWindow(id: number): boolean;
    ChangeWindowAttributes(id: number, values: Record<string, number>): boolean;
    ConfigureWindow(id: number, values: Record<string, number>): boolean;
    GetGeometry(id: number, done: (error: XError | null, geometry: { width: number; height: number }) => void): boolean;
    CreateGC(id: number, drawable: number, values: Record<string, number>): boolean;
    ChangeGC(id: number, values: Record<string, number>): boolean;
    CreatePixmap(id: number, drawable: number, depth: number, width: number, height: number): boolean;
    PutImage(
      format: number, drawable: number, gc: number, width: number, height: number,
      x: number, y: number, leftPad: number, depth: number, data: Buffer,
    ): boolean;
    CopyArea(
      from: number, to: number, gc: number, fromX: number, fromY: number,
      toX: number, toY: number, width: number, height: number,
    ): boolean;
    PolyFillRectangle(drawable: number, gc: number, xywh: readonly number[]): boolean;
    SetInputFocus(window: number, revertTo: number): boolean;
    GetImage(
      format: number, drawable: number, x: number, y: number, width: number, height: number, planes: number,
      done: (error: XError | null, image: { data: Buffer; depth: number }) => void,
    ): boolean;
    /** Rows of keysyms, one a keycode. */
    GetKeyboardMapping(first: number, count: number, done: (error: XError | null, rows: number[][]) => void): boolean;
    ChangeKeyboardMapping(
      firstKeycode: number, keysymsPerKeycode: number, keysyms: readonly number[],
      done?: (error: XError | null) => void,
    ): boolean;
    InternAtom(onlyIfExists: boolean, name: string, done: (error: XError | null, atom: number) => void): boolean;
    SendClientMessage(
      destination: number, about: number, type: number, format: 8 | 16 | 32, data: readonly number[], eventMask: number,
    ): boolean;
    SetSelectionOwner(owner: number, selection: number, timeMs?: number): boolean;
    ConvertSelection(requestor: number, selection: number, target: number, property: number, timeMs?: number): boolean;
    /** `maxWords`: of four bytes each. */
    GetProperty(
      remove: 0 | 1, window: number, property: number, type: number, fromWord: number, maxWords: number,
      done: (error: XError | null, property: { type: number; format: number; bytesAfter: number; data: Buffer }) => void,
    ): boolean;
    ChangeProperty(mode: number, window: number, property: number, type: number, format: 8 | 16 | 32, data: Buffer): boolean;
    DeleteProperty(window: number, property: number): boolean;
    SendEvent(destination: number, propagate: 0 | 1, eventMask: number, event: Readonly<Record<string, unknown>>): boolean;
    QueryPointer(window: number, done: (error: XError | null, at: { rootX: number; rootY: number }) => void): boolean;
    GetAtomName(atom: number, done: (error: XError | null, name: string) => void): boolean;
    /** Those that are known already, by name; nobody asks the server for them again. */
    atoms: Readonly<Record<string, number>>;
    readonly stream?: object;
    /** Answered when the server has dealt with every request before. */
    sync(): Promise<void>;
    sync(done: (error: Error | null) => void): void;
    require(extension: "xtest", done: (error: Error | null, extension: XTestExtension) => void): void;
    require(extension: "damage", done: (error: Error | null, extension: DamageExtension) => void): void;
    require(extension: "fixes", done: (error: Error | null, extension: FixesExtension) => void): void;
    require(extension: "shm", done: (error: Error | null, extension: ShmExtension) => void): void;
    terminate(): void;
  }

  export interface XDisplay {
    client: XClient;
    min_keycode: number;
    max_keycode: number;
    screen: {
      root: number;
      root_depth: number;
      root_visual: number;
      pixel_width: number;
      pixel_height: number;
      white_pixel: number;
      black_pixel: number;
    }[];
  }

  export function createClient(
    options: {
      display: string;
      auth?: { name: string; data: string };
      /** `false`: no descriptor passing, so no private binding of Node's is touched. */
      shm?: false | ShmProvider;
      bufferRequests?: boolean;
    },
    done: (error: Error | undefined, display: XDisplay) => void,
  ): XClient;
  export const eventMask: Readonly<Record<string, number>>;

  const x11: { createClient: typeof createClient; eventMask: typeof eventMask };
  export default x11;
}
