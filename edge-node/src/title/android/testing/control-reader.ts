// scrcpy's control messages, as its server reads them (ControlMessageReader.java, 3.3). Pure.

export type ControlMessage =
  | { type: "key"; down: boolean; keyCode: number; metaState: number }
  | { type: "text"; text: string }
  | { type: "touch"; action: number; pointerId: bigint; x: number; y: number; width: number; height: number; pressure: number }
  | { type: "scroll"; x: number; y: number; width: number; height: number; horizontal: number; vertical: number }
  | { type: "set-clipboard"; sequence: bigint; paste: boolean; text: string }
  | { type: "rotate" }
  | { type: "reset-video" };

export class ControlReader {
  #bytes = Buffer.alloc(0);

  /** Throws for what scrcpy 3.3 does not know. */
  push(chunk: Buffer): ControlMessage[] {
    this.#bytes = Buffer.concat([this.#bytes, chunk]);
    const messages: ControlMessage[] = [];
    for (;;) {
      const read = readControl(this.#bytes);
      if (!read) return messages;
      messages.push(read.message);
      this.#bytes = this.#bytes.subarray(read.bytes);
    }
  }
}

function readControl(b: Buffer): { message: ControlMessage; bytes: number } | undefined {
  const when = (bytes: number, make: () => ControlMessage) => (b.length < bytes ? undefined : { message: make(), bytes });
  const textAt = (at: number): string | undefined => (b.length < at + 4 || b.length < at + 4 + b.readUInt32BE(at) ? undefined : b.toString("utf8", at + 4, at + 4 + b.readUInt32BE(at)));
  switch (b[0]) {
    case undefined:
      return undefined;
    case 0:
      return when(14, () => ({ type: "key", down: b[1] === 0, keyCode: b.readUInt32BE(2), metaState: b.readUInt32BE(10) }));
    case 1: {
      const text = textAt(1);
      return text === undefined ? undefined : { message: { type: "text", text }, bytes: 5 + Buffer.byteLength(text) };
    }
    case 2:
      return when(32, () => ({
        type: "touch", action: b[1] ?? 0, pointerId: b.readBigInt64BE(2), x: b.readInt32BE(10), y: b.readInt32BE(14),
        width: b.readUInt16BE(18), height: b.readUInt16BE(20), pressure: b.readUInt16BE(22) / 0xffff,
      }));
    case 3:
      return when(21, () => ({
        type: "scroll", x: b.readInt32BE(1), y: b.readInt32BE(5), width: b.readUInt16BE(9), height: b.readUInt16BE(11),
        horizontal: (b.readInt16BE(13) / 0x8000) * 16, vertical: (b.readInt16BE(15) / 0x8000) * 16,
      }));
    case 9: {
      const text = b.length < 10 ? undefined : textAt(10);
      return text === undefined
        ? undefined
        : { message: { type: "set-clipboard", sequence: b.readBigUInt64BE(1), paste: b[9] === 1, text }, bytes: 14 + Buffer.byteLength(text) };
    }
    case 11:
      return { message: { type: "rotate" }, bytes: 1 };
    case 17:
      return { message: { type: "reset-video" }, bytes: 1 };
    default:
      throw new Error(`no control message of type ${b[0]}`);
  }
}
