// A program for the Game Boy, ours: stripes, which change places with each press of a button,
// and a count of the presses in memory that a battery keeps. For tests.

const ENTRY = 0x100;
const CODE = 0x150;
const ROM_BYTES = 0x8000;
/** MBC1 with RAM and battery, 8 KB of it. */
const CARTRIDGE = { type: 0x03, ramSize: 0x02 } as const;

// prettier-ignore
const PROGRAM = [
  0xf3,                   //         di
  0x31, 0xfe, 0xff,       //         ld sp, $fffe
  0xf0, 0x44, 0xfe, 0x90, // wait:   ldh a, (LY)      cp 144
  0x38, 0xfa,             //         jr c, wait
  0xaf, 0xe0, 0x40,       //         xor a            ldh (LCDC), a      screen off
  0x21, 0x00, 0x80,       //         ld hl, $8000
  0x06, 0x10,             //         ld b, 16
  0x22, 0x05, 0x20, 0xfc, // empty:  ldi (hl), a      dec b   jr nz, empty
  0x3e, 0xff, 0x06, 0x10, //         ld a, $ff        ld b, 16
  0x22, 0x05, 0x20, 0xfc, // full:   ldi (hl), a      dec b   jr nz, full
  0x21, 0x00, 0x98,       //         ld hl, $9800
  0x01, 0x00, 0x04,       //         ld bc, $0400
  0x7d, 0xe6, 0x01, 0x22, // map:    ld a, l          and 1   ldi (hl), a
  0x0b, 0x78, 0xb1,       //         dec bc           ld a, b   or c
  0x20, 0xf7,             //         jr nz, map
  0x3e, 0x0a, 0xea, 0x00, 0x00, //   ld a, $0a        ld ($0000), a      battery's memory on
  0xfa, 0x00, 0xa0, 0x57, //         ld a, ($a000)    ld d, a
  0x1e, 0x00,             //         ld e, 0
  0x3e, 0x91, 0xe0, 0x40, //         ld a, $91        ldh (LCDC), a      screen on
  0x3e, 0xe4,             // paint:  ld a, $e4
  0xcb, 0x42, 0x28, 0x02, //         bit 0, d         jr z, set
  0x3e, 0x1b,             //         ld a, $1b
  0xe0, 0x47,             // set:    ldh (BGP), a
  0x3e, 0x10, 0xe0, 0x00, // look:   ld a, $10        ldh (P1), a        the four buttons
  0xf0, 0x00, 0xf0, 0x00, //         ldh a, (P1)      ldh a, (P1)
  0x2f, 0xe6, 0x0f,       //         cpl              and $0f
  0x4f,                   //         ld c, a
  0x7b, 0xb7,             //         ld a, e          or a
  0x59,                   //         ld e, c
  0x20, 0xef,             //         jr nz, look      held already
  0x79, 0xb7, 0x28, 0xeb, //         ld a, c          or a    jr z, look
  0x14, 0x7a,             //         inc d            ld a, d
  0xea, 0x00, 0xa0,       //         ld ($a000), a
  0x18, 0xda,             //         jr paint
];

export function makeFlipRom(): Buffer {
  const rom = Buffer.alloc(ROM_BYTES);
  rom.set([0x00, 0xc3, CODE & 0xff, CODE >> 8], ENTRY);
  rom.write("FLIP", 0x134, "latin1");
  rom[0x147] = CARTRIDGE.type;
  rom[0x149] = CARTRIDGE.ramSize;
  let check = 0;
  for (const byte of rom.subarray(0x134, 0x14d)) check = (check - byte - 1) & 0xff;
  rom[0x14d] = check;
  rom.set(PROGRAM, CODE);
  return rom;
}
