// What server processes need of each other: messages that may be lost, and small
// entries that are decided by compare-and-set. One process brings its own
// (`adapters/local`); several meet on NATS JetStream (`adapters/nats`). Both pass
// `cluster.contract.ts`.
//
// Names, of subjects, buckets and keys, are words of `A-Z a-z 0-9 _ -`; a subject
// or key may be several, joined by dots. Messages and values are JSON.

import type { Scope } from "@nearframe/shared/lifetime";
import type * as z from "zod/mini";

/** What a schema gives for what came in. */
export type Schema<T> = z.ZodMiniType<T>;

export interface Bus {
  /**
   * Tells all who listen to the subject, this process included. MUST NOT throw,
   * and MUST NOT make its caller wait.
   *
   * At most once: a message is lost when the bus is away for longer than
   * `OUTBOX_AGE_MS`, when more wait than `OUTBOX_MESSAGES_MAX` (the oldest go
   * first), when it is larger than `MESSAGE_BYTES_MAX`, and when nobody listens.
   * What must not be lost belongs into a bucket or the store. Messages of one
   * publisher arrive in their order, gaps included, on all subjects together.
   */
  publish(subject: string, message: unknown): void;
  /**
   * Hears what is published after this has resolved, until `scope` closes. A
   * message that the schema refuses is logged and dropped.
   *
   * The handler is called in a later turn than `publish`, one message after
   * another. A promise that it returns is not waited for; its failure is logged,
   * and keeps nobody from the next message.
   */
  subscribe<T>(subject: string, schema: Schema<T>, handler: (message: T) => void | Promise<void>, scope: Scope): Promise<void>;
}

export type KeyValueEntry<T> = {
  readonly key: string;
  readonly value: T;
  /**
   * An integer above 0 that the bucket gives to each write. It MUST grow over the
   * whole bucket, whatever the key, and MUST go on growing when the keeper of the
   * bucket starts again, even without what it kept.
   */
  readonly revision: number;
};

export type KeyValueChange<T> =
  | ({ readonly type: "present" } & KeyValueEntry<T>)
  /** Deleted, or expired: then `revision` is that of the value that went. */
  | { readonly type: "gone"; readonly key: string; readonly revision: number };

/**
 * Entries of one kind. Each call rejects with `ClusterUnavailableError` when it
 * has no answer within `CALL_MS`; whether a write happened is then not known.
 * An entry that the schema refuses, such as one of a newer version, is logged
 * and not shown; its key is taken all the same.
 */
export interface KeyValue<T> {
  /** MUST see every write that resolved before, by whichever process. */
  get(key: string): Promise<KeyValueEntry<T> | undefined>;
  /** The new entry's revision; undefined if the key is there already. */
  create(key: string, value: T): Promise<number | undefined>;
  /** The new revision; undefined if the key is no longer at `revision`. Of several who try, one succeeds. */
  update(key: string, value: T, revision: number): Promise<number | undefined>;
  /** False if the key is no longer at `revision`. */
  delete(key: string, revision: number): Promise<boolean>;
  /**
   * Tells every entry that is there, resolves, and then tells every change, until
   * `scope` closes. The handler MUST return at once.
   *
   * Revisions of one key only grow; of several quick changes to a key the last is
   * told for certain. After an outage whatever became different is told, keys
   * that went included. No entry is told twice at one revision.
   */
  watch(handler: (change: KeyValueChange<T>) => void, scope: Scope): Promise<void>;
}

export type BucketOptions<T> = {
  schema: Schema<T>;
  /**
   * An entry that nobody has written for so long is gone. Watchers hear of it
   * within `EXPIRY_TOLD_MS` more. Without it entries stay until they are deleted.
   */
  ttlMs?: number;
};

export interface Cluster {
  /** Of this process, for as long as it runs: the next one has another. */
  readonly serverId: string;
  /** Whether messages and calls can go through now. The adapter logs each change. */
  readonly connected: boolean;
  readonly bus: Bus;
  /** The bucket of this name, made if it isn't there. All who open it MUST name the same options. */
  bucket<T>(name: string, options: BucketOptions<T>): Promise<KeyValue<T>>;
}

/** No answer of the cluster's bus. Worth another try, after a look at what the first one did. */
export class ClusterUnavailableError extends Error {
  readonly code = "CLUSTER_UNAVAILABLE";
}
