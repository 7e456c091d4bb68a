// NTP timestamps, as RTCP sender reports and abs-capture-time carry them:
// 32 bits of seconds since 1900, 32 bits of their fraction (RFC 5905, 6).

const SECONDS_1900_TO_1970 = 2_208_988_800;

export function writeNtp(buffer: Buffer, offset: number, wallMs: number): void {
  const seconds = Math.floor(wallMs / 1000);
  const fraction = Math.floor(((wallMs - seconds * 1000) / 1000) * 2 ** 32);
  buffer.writeUInt32BE((seconds + SECONDS_1900_TO_1970) >>> 0, offset);
  buffer.writeUInt32BE(fraction >>> 0, offset + 4);
}

export function readNtp(buffer: Buffer, offset: number): number {
  const seconds = buffer.readUInt32BE(offset) - SECONDS_1900_TO_1970;
  return seconds * 1000 + (buffer.readUInt32BE(offset + 4) / 2 ** 32) * 1000;
}
