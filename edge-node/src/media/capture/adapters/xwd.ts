// The header of an X window dump (XWDFile.h), which is how Xvfb lays out the
// file it keeps its pixels in: big-endian words, a name, a colour table, pixels.

import type { TitleSize } from "@nearframe/shared/title/manifest";

export const XWD_HEADER_BYTES = 100;
const XWD_VERSION = 7;
const Z_PIXMAP = 2;
const COLOUR_BYTES = 12;

export type XwdLayout = { pixelsAt: number; strideBytes: number; size: TitleSize };

export function parseXwd(header: Buffer): XwdLayout {
  const word = (index: number) => header.readUInt32BE(index * 4);
  const [headerBytes, version, format, width, height, byteOrder, bitsPerPixel, strideBytes, colours] = [
    word(0), word(1), word(2), word(4), word(5), word(7), word(11), word(12), word(19),
  ];
  if (version !== XWD_VERSION || format !== Z_PIXMAP) throw new Error("The display's framebuffer file is not an X window dump.");
  if (bitsPerPixel !== 32 || byteOrder !== 0) {
    throw new Error(`The display keeps ${bitsPerPixel} bits a pixel; capture needs 32, low byte first (Xvfb -screen 0 WxHx24).`);
  }
  return { pixelsAt: headerBytes + colours * COLOUR_BYTES, strideBytes, size: { width, height } };
}
