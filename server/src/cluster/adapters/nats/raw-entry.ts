// An entry as it stands in a stream, before any schema.

import { headers, type MsgHdrs } from "@nats-io/transport-node";

export type RawEntry = { key: string; revision: number; text: string; deleted: boolean };

/** JetStream's own key-value buckets mark so what is not a value. */
const OPERATION_HEADER = "KV-Operation";
const DELETED = "DEL";
/** Left by NATS's tools, which take the history away as well. */
const PURGED = "PURGE";

export function isDeletion(header: MsgHdrs | undefined): boolean {
  const operation = header?.get(OPERATION_HEADER) ?? "";
  return operation === DELETED || operation === PURGED;
}

export function deletionHeader(): MsgHdrs {
  const header = headers();
  header.set(OPERATION_HEADER, DELETED);
  return header;
}
