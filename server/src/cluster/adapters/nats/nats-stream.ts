// The JetStream stream below one bucket, in the layout of NATS's own key-value
// buckets, so that `nats kv` can look into it.
//
// Its description says from where its revisions count. A stream that is made anew,
// because NATS lost its disk, begins at the wall clock's milliseconds: so revisions
// and epochs go on growing, also over a change from one process to several.

import {
  DiscardPolicy,
  jetstream,
  jetstreamManager,
  RetentionPolicy,
  StorageType,
  type JetStreamClient,
  type JetStreamManager,
} from "@nats-io/jetstream";
import { nanos } from "@nats-io/transport-node";
import { CALL_MS } from "../../limits.ts";
import type { NatsLink } from "./nats-link.ts";

export type NatsStream = {
  readonly name: string;
  /** Before each key. */
  readonly subjectPrefix: string;
  readonly client: JetStreamClient;
  readonly manager: JetStreamManager;
  /** A revision is this and the stream's sequence. */
  readonly revisionBase: number;
};

export type StreamOptions = { bucket: string; ttlMs: number | undefined; replicas: number };

/** NATS forgets who sent what after this long, and never later than a message itself. */
const DUPLICATE_WINDOW_MS = 120_000;

/** Makes the stream if it isn't there. */
export async function openNatsStream({ connection }: Pick<NatsLink, "connection">, options: StreamOptions): Promise<NatsStream> {
  const { bucket, ttlMs, replicas } = options;
  const name = `KV_${bucket}`;
  const subjectPrefix = `$KV.${bucket}.`;
  const manager = await jetstreamManager(connection, { timeout: CALL_MS, checkAPI: false });
  const find = async () => (await manager.streams.info(name)).config;
  const make = async () => {
    const made = await manager.streams.add({
      name,
      subjects: [`${subjectPrefix}>`],
      description: JSON.stringify({ revisionBase: Date.now() }),
      retention: RetentionPolicy.Limits,
      discard: DiscardPolicy.New,
      storage: StorageType.File,
      num_replicas: replicas,
      max_msgs_per_subject: 1,
      max_age: nanos(ttlMs ?? 0),
      duplicate_window: nanos(Math.min(ttlMs ?? DUPLICATE_WINDOW_MS, DUPLICATE_WINDOW_MS)),
      allow_rollup_hdrs: true,
      // Direct answers come from any replica, and may be behind.
      allow_direct: false,
    });
    return made.config;
  };
  // Of several servers that make it at once, one does, and the others then find it.
  const config = await find().catch(make).catch(find);
  if (config.max_age !== nanos(ttlMs ?? 0)) {
    throw new Error(`bucket ${bucket} on NATS was made with another time to live; delete its stream ${name} while no server runs`);
  }
  return {
    name,
    subjectPrefix,
    client: jetstream(connection, { timeout: CALL_MS }),
    manager,
    revisionBase: readRevisionBase(bucket, config.description ?? ""),
  };
}

function readRevisionBase(bucket: string, description: string): number {
  const found = /^\{"revisionBase":(\d{1,15})\}$/.exec(description);
  if (!found) throw new Error(`bucket ${bucket} on NATS is not one of Nearframe's: its stream has the description "${description}"`);
  return Number(found[1]);
}
