// The cookie file that lets programs onto a display, and nobody else.
// Layout: libXau, Xauth.h; numbers are big-endian, every field has its length before it.

const FAMILY_WILD = 0xffff;
const COOKIE_NAME = "MIT-MAGIC-COOKIE-1";

/**
 * One entry that fits any address and any display number: the number is known
 * only after the server, which reads this file as it starts, has chosen it.
 */
export function writeXauthority(cookie: Uint8Array): Buffer {
  const field = (bytes: Uint8Array) => {
    const length = Buffer.alloc(2);
    length.writeUInt16BE(bytes.length);
    return Buffer.concat([length, bytes]);
  };
  const family = Buffer.alloc(2);
  family.writeUInt16BE(FAMILY_WILD);
  const anyAddress = field(Buffer.alloc(0));
  const anyDisplay = field(Buffer.alloc(0));
  return Buffer.concat([family, anyAddress, anyDisplay, field(Buffer.from(COOKIE_NAME)), field(cookie)]);
}

/** The first cookie in a file, whatever display it is for. */
export function readXauthority(file: Buffer): { name: string; cookie: Buffer } {
  let at = 2;
  const field = (): Buffer => {
    const from = at + 2;
    at = from + file.readUInt16BE(at);
    if (at > file.length) throw new RangeError("The Xauthority file ends in the middle of an entry.");
    return file.subarray(from, at);
  };
  field();
  field();
  return { name: field().toString("latin1"), cookie: field() };
}
