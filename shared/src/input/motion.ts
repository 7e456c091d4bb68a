// How the player's device is held and moved, on the channel `input.state`: newest wins, nothing is
// sent again. A kind of its own beside the states of `messages.ts`, little-endian:
//
//   0 u8 kind=3 | 1 u8 0 | 2 u32 seq (a count of its own) | 6 f32[12]:
//   orientation alpha, beta, gamma (degrees) | acceleration x, y, z (m/s², without gravity)
//   acceleration with gravity x, y, z | turn rate alpha, beta, gamma (degrees a second)
//
// Axes and signs are those of the W3C's Device Orientation and Motion.

export const MOTION_KIND = 3;
const HEAD_BYTES = 6;
const VALUES = 12;
export const MOTION_BYTES = HEAD_BYTES + VALUES * 4;

export type Triple = readonly [number, number, number];
export type Motion = {
  seq: number;
  orientation: Triple;
  acceleration: Triple;
  accelerationWithGravity: Triple;
  turnRate: Triple;
};

export const isMotion = (bytes: Uint8Array): boolean => bytes[0] === MOTION_KIND;

export function writeMotion(motion: Motion): Uint8Array<ArrayBuffer> {
  const view = new DataView(new ArrayBuffer(MOTION_BYTES));
  view.setUint8(0, MOTION_KIND);
  view.setUint32(2, motion.seq, true);
  const values = [...motion.orientation, ...motion.acceleration, ...motion.accelerationWithGravity, ...motion.turnRate];
  values.forEach((value, i) => view.setFloat32(HEAD_BYTES + i * 4, value, true));
  return new Uint8Array(view.buffer);
}

/** Undefined for bytes that no writer makes. */
export function readMotion(bytes: Uint8Array): Motion | undefined {
  if (bytes.length !== MOTION_BYTES || !isMotion(bytes) || bytes[1] !== 0) return undefined;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const values = Array.from({ length: VALUES }, (_, i) => view.getFloat32(HEAD_BYTES + i * 4, true));
  if (!values.every(Number.isFinite)) return undefined;
  const triple = (at: number) => values.slice(at, at + 3) as unknown as Triple;
  return { seq: view.getUint32(2, true), orientation: triple(0), acceleration: triple(3), accelerationWithGravity: triple(6), turnRate: triple(9) };
}
