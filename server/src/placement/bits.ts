// A set of small numbers as bits, 32 to a word. The filters that hold for a node
// whatever the player is (state, runtime, title) are kept as such sets, so that a
// placement sorts out 100,000 nodes in 3,125 steps.

export type Bits = {
  words: Uint32Array;
  has(index: number): boolean;
  set(index: number, value: boolean): void;
};

export function createBits(): Bits {
  const bits: Bits = {
    words: new Uint32Array(4),
    has: (index) => (((bits.words[index >>> 5] ?? 0) >>> (index & 31)) & 1) === 1,
    set(index, value) {
      const word = index >>> 5;
      if (word >= bits.words.length) {
        if (!value) return;
        const grown = new Uint32Array(Math.max(word + 1, bits.words.length * 2));
        grown.set(bits.words);
        bits.words = grown;
      }
      const old = bits.words[word] ?? 0;
      bits.words[word] = value ? old | (1 << (index & 31)) : old & ~(1 << (index & 31));
    },
  };
  return bits;
}

/** How many bits of a word are set. */
export function countOnes(word: number): number {
  const pairs = word - ((word >>> 1) & 0x55555555);
  const fours = (pairs & 0x33333333) + ((pairs >>> 2) & 0x33333333);
  return Math.imul((fours + (fours >>> 4)) & 0x0f0f0f0f, 0x01010101) >>> 24;
}
