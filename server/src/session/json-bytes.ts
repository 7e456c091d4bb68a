/** Bytes of the value as JSON, as it would leave. */
export function jsonBytes(value: unknown): number {
  return Buffer.byteLength(JSON.stringify(value));
}
