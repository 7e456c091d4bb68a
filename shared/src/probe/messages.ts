// Bytes of the data channel "probe", both ways, unordered and never sent again. Each round trip is
// three messages, so that both ends measure it:
//
//   player                                  node
//     | -- ping  number, token ------------> |
//     | <- pong  number, token, nodeToken -- |   at once; the player has its round trip
//     | -- echo  number, nodeToken --------> |   at once; the node has its own
//     |    ... about a dozen times, 15 ms apart ...
//     | -- finish  count ------------------> |   again until it is answered
//     | <- receipt  signature -------------- |
//
// Tokens are random: neither end can answer what it has not heard yet, and so look nearer than it is.
//
// Little-endian:
//   ping     0 u8 kind=1 | 1 u8 number | 2 u32 token
//   pong     0 u8 kind=2 | 1 u8 number | 2 u32 token | 6 u32 nodeToken | 10 f64 nodeAtMs
//   echo     0 u8 kind=3 | 1 u8 number | 2 u32 nodeToken
//   finish   0 u8 kind=4 | 1 u8 count
//   receipt  0 u8 kind=5 | 1 signature, 64 bytes

import { PINGS_MAX } from "./probe-result.ts";

export const SIGNATURE_BYTES = 64;

export type Ping = { kind: "ping"; number: number; token: number };
/** `nodeAtMs`: when the ping was heard, on the node's monotonic clock. */
export type Pong = { kind: "pong"; number: number; token: number; nodeToken: number; nodeAtMs: number };
export type Echo = { kind: "echo"; number: number; nodeToken: number };
/** No more pings follow; so many were sent. */
export type Finish = { kind: "finish"; count: number };
export type Receipt = { kind: "receipt"; signature: Uint8Array };

export type ProbeFromPlayer = Ping | Echo | Finish;
export type ProbeFromNode = Pong | Receipt;
export type ProbeMessage = ProbeFromPlayer | ProbeFromNode;

const KINDS = { ping: 1, pong: 2, echo: 3, finish: 4, receipt: 5 } as const;
const BYTES = { ping: 6, pong: 18, echo: 6, finish: 2, receipt: 1 + SIGNATURE_BYTES } as const;

export function writeProbe(message: ProbeMessage): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(BYTES[message.kind]);
  const view = new DataView(bytes.buffer);
  view.setUint8(0, KINDS[message.kind]);
  switch (message.kind) {
    case "ping":
      view.setUint8(1, message.number);
      view.setUint32(2, message.token, true);
      break;
    case "pong":
      view.setUint8(1, message.number);
      view.setUint32(2, message.token, true);
      view.setUint32(6, message.nodeToken, true);
      view.setFloat64(10, message.nodeAtMs, true);
      break;
    case "echo":
      view.setUint8(1, message.number);
      view.setUint32(2, message.nodeToken, true);
      break;
    case "finish":
      view.setUint8(1, message.count);
      break;
    case "receipt":
      if (message.signature.length !== SIGNATURE_BYTES) throw new RangeError(`a signature has ${SIGNATURE_BYTES} bytes`);
      bytes.set(message.signature, 1);
      break;
  }
  return bytes;
}

/** Undefined for bytes that no writer makes. */
export function readProbeFromPlayer(bytes: Uint8Array): ProbeFromPlayer | undefined {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  switch (bytes[0]) {
    case KINDS.ping:
      if (bytes.length !== BYTES.ping || view.getUint8(1) >= PINGS_MAX) return undefined;
      return { kind: "ping", number: view.getUint8(1), token: view.getUint32(2, true) };
    case KINDS.echo:
      if (bytes.length !== BYTES.echo || view.getUint8(1) >= PINGS_MAX) return undefined;
      return { kind: "echo", number: view.getUint8(1), nodeToken: view.getUint32(2, true) };
    case KINDS.finish: {
      if (bytes.length !== BYTES.finish) return undefined;
      const count = view.getUint8(1);
      return count < 1 || count > PINGS_MAX ? undefined : { kind: "finish", count };
    }
    default:
      return undefined;
  }
}

/** Undefined for bytes that no writer makes. */
export function readProbeFromNode(bytes: Uint8Array): ProbeFromNode | undefined {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  switch (bytes[0]) {
    case KINDS.pong: {
      if (bytes.length !== BYTES.pong || view.getUint8(1) >= PINGS_MAX) return undefined;
      const nodeAtMs = view.getFloat64(10, true);
      if (!Number.isFinite(nodeAtMs)) return undefined;
      return { kind: "pong", number: view.getUint8(1), token: view.getUint32(2, true), nodeToken: view.getUint32(6, true), nodeAtMs };
    }
    case KINDS.receipt:
      if (bytes.length !== BYTES.receipt) return undefined;
      return { kind: "receipt", signature: bytes.slice(1) };
    default:
      return undefined;
  }
}
