// Cuts bytes into pieces where their content says so (FastCDC: Xia et al., "FastCDC: a
// Fast and Efficient Content-Defined Chunking Approach", USENIX ATC 2016). What is put in
// front of a file moves its bytes but not its cuts, so that all later pieces stay the same.
//
// A rolling hash over the last 32 bytes decides; cuts are rarer before the usual size and
// more frequent after it, so that most pieces are near it. No package that is kept well
// does this for Node, and it is short. Pure.

export const CHUNK_SIZES = { min: 256 * 1024, usual: 1024 * 1024, max: 4 * 1024 * 1024 } as const;

/** 2 bits more, and 2 fewer, than cut at every 2^20th byte; the upper ones, which older bytes reach. */
const MASK_BEFORE = 0xff_ff_fc_00;
const MASK_AFTER = 0xff_ff_c0_00;

const GEAR = makeGear();

/** Bytes of the first piece of `bytes`. All of them, if `bytes` holds no cut: more may have to follow. */
export function firstChunkBytes(bytes: Uint8Array): number {
  const end = Math.min(bytes.length, CHUNK_SIZES.max);
  if (end <= CHUNK_SIZES.min) return end;
  const usual = Math.min(end, CHUNK_SIZES.usual);
  let hash = 0;
  let at = CHUNK_SIZES.min;
  for (; at < usual; at++) {
    hash = ((hash << 1) + (GEAR[bytes[at] as number] as number)) | 0;
    if ((hash & MASK_BEFORE) === 0) return at + 1;
  }
  for (; at < end; at++) {
    hash = ((hash << 1) + (GEAR[bytes[at] as number] as number)) | 0;
    if ((hash & MASK_AFTER) === 0) return at + 1;
  }
  return end;
}

/** A number for each byte, the same for ever: another table would cut every title anew. xorshift32, from a fixed seed. */
function makeGear(): Int32Array {
  const gear = new Int32Array(256);
  let state = 0x4e_46_54_31;
  for (let index = 0; index < gear.length; index++) {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    gear[index] = state;
  }
  return gear;
}
