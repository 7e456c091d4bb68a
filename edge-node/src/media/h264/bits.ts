// Bits of an H.264 parameter set: read and written from the highest of each byte, with
// Exp-Golomb numbers (ITU-T H.264, 9.1). Past the end a reader throws.

export class BitsEndedError extends Error {
  readonly code = "BITS_ENDED";
}

export class BitReader {
  readonly #bytes: Uint8Array;
  #at = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }

  /** Bits read so far. */
  get position(): number {
    return this.#at;
  }

  bit(): number {
    const byte = this.#bytes[this.#at >> 3];
    if (byte === undefined) throw new BitsEndedError("the parameter set ends too early");
    return (byte >> (7 - (this.#at++ & 7))) & 1;
  }

  bits(count: number): number {
    let value = 0;
    for (let i = 0; i < count; i++) value = value * 2 + this.bit();
    return value;
  }

  /** ue(v) */
  unsigned(): number {
    let zeros = 0;
    while (this.bit() === 0) {
      if (++zeros > 32) throw new BitsEndedError("no Exp-Golomb number is so long");
    }
    return 2 ** zeros - 1 + this.bits(zeros);
  }

  /** se(v) */
  signed(): number {
    const value = this.unsigned();
    return value % 2 === 1 ? (value + 1) / 2 : -value / 2;
  }
}

export class BitWriter {
  readonly #bits: number[] = [];

  bits(value: number, count: number): void {
    for (let i = count - 1; i >= 0; i--) this.#bits.push(Math.floor(value / 2 ** i) % 2);
  }

  unsigned(value: number): void {
    const length = Math.floor(Math.log2(value + 1));
    this.bits(0, length);
    this.bits(value + 1, length + 1);
  }

  copy(from: Uint8Array, bitCount: number): void {
    const reader = new BitReader(from);
    for (let i = 0; i < bitCount; i++) this.#bits.push(reader.bit());
  }

  /** With the stop bit, filled up with zeros to a whole byte. */
  finish(): Uint8Array {
    const all = [...this.#bits, 1];
    return Uint8Array.from({ length: Math.ceil(all.length / 8) }, (_, byte) =>
      Array.from({ length: 8 }, (_, bit) => all[byte * 8 + bit] ?? 0).reduce((value, bit) => value * 2 + bit, 0),
    );
  }
}
