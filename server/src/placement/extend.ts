/** A longer array that begins like the shorter one. */
export function extend<T extends Float64Array | Float32Array>(from: T, to: T): T {
  to.set(from);
  return to;
}
