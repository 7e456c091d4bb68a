// H.264 in RTP payloads (RFC 6184, packetization mode 1) back to Annex B. Pure.

const START_CODE = Uint8Array.of(0, 0, 0, 1);
const Nal = { idr: 5, sps: 7, stapA: 24, fuA: 28 } as const;

const typeOf = (header: number) => header & 0x1f;

/** Undefined when a payload is malformed. */
export function depacketise(payloads: readonly Buffer[]): Buffer | undefined {
  const parts: Uint8Array[] = [];
  for (const payload of payloads) {
    const [header = 0, fragment = 0] = payload;
    if (payload.length < 2) return undefined;
    switch (typeOf(header)) {
      case Nal.stapA: {
        const units = unitsOf(payload);
        if (!units) return undefined;
        for (const unit of units) parts.push(START_CODE, unit);
        break;
      }
      case Nal.fuA:
        if (fragment & 0x80) parts.push(START_CODE, Uint8Array.of((header & 0xe0) | typeOf(fragment)));
        else if (parts.length === 0) return undefined;
        parts.push(payload.subarray(2));
        break;
      default:
        parts.push(START_CODE, payload);
    }
  }
  return Buffer.concat(parts);
}

/** An access unit that needs none before it: it has its parameters, or is an IDR picture. */
export function startsKeyframe(payloads: readonly Buffer[]): boolean {
  return payloads.some((payload) => {
    const [header = 0, fragment = 0] = payload;
    const type = typeOf(header);
    if (type === Nal.fuA) return (fragment & 0x80) !== 0 && typeOf(fragment) === Nal.idr;
    if (type === Nal.stapA) return (unitsOf(payload) ?? []).some((unit) => isKey(typeOf(unit[0] ?? 0)));
    return isKey(type);
  });
}

const isKey = (type: number) => type === Nal.idr || type === Nal.sps;

function unitsOf(payload: Buffer): Buffer[] | undefined {
  const units: Buffer[] = [];
  for (let at = 1; at < payload.length; ) {
    if (at + 2 > payload.length) return undefined;
    const end = at + 2 + payload.readUInt16BE(at);
    if (end > payload.length || end === at + 2) return undefined;
    units.push(payload.subarray(at + 2, end));
    at = end;
  }
  return units;
}
