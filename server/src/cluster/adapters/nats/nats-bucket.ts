// Entries in a bucket of NATS's JetStream. Deleting leaves a marker, so that
// watchers hear of it; whoever left it takes it away later.

import { JetStreamApiCodes, JetStreamApiError } from "@nats-io/jetstream";
import type { Scope } from "@nearframe/shared/lifetime";
import type { Log } from "../../../log.ts";
import { readJson, writeJson } from "../../json.ts";
import { CALL_MS, VALUE_BYTES_MAX } from "../../limits.ts";
import { checkName } from "../../names.ts";
import type { BucketOptions, KeyValue, KeyValueEntry } from "../../ports.ts";
import type { NatsLink } from "./nats-link.ts";
import { openNatsStream, type NatsStream } from "./nats-stream.ts";
import { watchNatsStream } from "./nats-watch.ts";
import { deletionHeader, isDeletion, type RawEntry } from "./raw-entry.ts";

/** Every watcher that was away has caught up by then, or begins anew. */
const MARKER_KEPT_MS = 60_000;
/** Somebody else deletes and creates the same key at the same time; more often than this, and he has it. */
const CREATE_TRIES_MAX = 4;

type Ports = { link: NatsLink; log: Log; replicas: number };

/** `bucket` is the name on NATS, `name` the one in our log. */
export async function openNatsBucket<T>(
  { name, bucket }: { name: string; bucket: string },
  { schema, ttlMs }: BucketOptions<T>,
  { link, log, replicas }: Ports,
  scope: Scope,
): Promise<KeyValue<T>> {
  const options = { bucket, ttlMs, replicas };
  /** As it was found when the link came to be; a NATS that comes back may have made it anew. */
  let stream: NatsStream | undefined = await openNatsStream(link, options);
  let { revisionBase: baseSeen } = stream;
  link.onReturn(() => (stream = undefined), scope);
  const markers = new Set<NodeJS.Timeout>();
  scope.own(markers, () => {
    for (const marker of markers) clearTimeout(marker);
  });

  async function onStream<R>(what: string, key: string, work: (stream: NatsStream) => Promise<R>): Promise<R> {
    checkName("key", key);
    return link.call(`${what} ${key} in ${name}`, async () => {
      try {
        return await work(await currentStream());
      } catch (error) {
        if (!isApiError(error, JetStreamApiCodes.StreamNotFound)) throw error;
        stream = undefined;
        return work(await currentStream());
      }
    });
  }

  /** Of a NATS that lost its disk it is gone; then it is made anew, with greater revisions. */
  async function currentStream(): Promise<NatsStream> {
    if (stream) return stream;
    const found = await openNatsStream(link, options);
    if (found.revisionBase !== baseSeen) log.error({ bucket: name }, "NATS has lost this bucket; its entries have to be made again");
    baseSeen = found.revisionBase;
    return (stream = found);
  }

  /** `expected` 0: nothing may be there. Undefined if something else is. */
  async function write(key: string, text: string, expected: number, { deleting = false } = {}): Promise<number | undefined> {
    return onStream("writing", key, async ({ client, subjectPrefix, revisionBase }) => {
      const sequence = expected === 0 ? 0 : expected - revisionBase;
      // Of a bucket that has been lost since.
      if (sequence < 0) return undefined;
      try {
        const ack = await client.publish(`${subjectPrefix}${key}`, text, {
          expect: { lastSubjectSequence: sequence },
          ...(deleting && { headers: deletionHeader() }),
          timeout: CALL_MS,
        });
        return revisionBase + ack.seq;
      } catch (error) {
        const refused =
          isApiError(error, JetStreamApiCodes.StreamWrongLastSequence) || isApiError(error, JetStreamApiCodes.StreamWrongLastSequenceUnknown);
        if (refused) return undefined;
        throw error;
      }
    });
  }

  async function readRaw(key: string): Promise<RawEntry | undefined> {
    return onStream("reading", key, async ({ name, subjectPrefix, manager, revisionBase }) => {
      const message = await manager.streams.getMessage(name, { last_by_subj: `${subjectPrefix}${key}` });
      if (!message) return undefined;
      return { key, revision: revisionBase + message.seq, text: message.string(), deleted: isDeletion(message.header) };
    });
  }

  function parse({ key, revision, text }: RawEntry): KeyValueEntry<T> | undefined {
    const read = readJson(schema, text);
    if (read.ok) return { key, value: read.value, revision };
    log.warn({ bucket: name, key, reason: read.reason }, "an entry of the cluster makes no sense; it is not used");
    return undefined;
  }

  async function create(key: string, value: T): Promise<number | undefined> {
    checkName("key", key);
    const text = writeJson(value, VALUE_BYTES_MAX);
    let expected = 0;
    for (let tries = 0; tries < CREATE_TRIES_MAX; tries++) {
      const revision = await write(key, text, expected);
      if (revision !== undefined) return revision;
      const present = await readRaw(key);
      if (present && !present.deleted) return undefined;
      expected = present?.revision ?? 0;
    }
    return undefined;
  }

  async function remove(key: string, revision: number): Promise<boolean> {
    const marker = await write(key, "", revision, { deleting: true });
    if (marker === undefined) return false;
    sweepLater(marker);
    return true;
  }

  /** A marker that isn't there any more was written over, or swept by somebody else. */
  function sweepLater(revision: number): void {
    if (link.closed || scope.closed) return;
    const timer = setTimeout(() => {
      markers.delete(timer);
      link
        .call(`sweeping ${name}`, async () => {
          const { name, manager, revisionBase } = await currentStream();
          if (revision > revisionBase) await manager.streams.deleteMessage(name, revision - revisionBase, false);
        })
        .catch((error: unknown) => log.debug({ bucket: name, error }, "a deletion's marker stays for now"));
    }, MARKER_KEPT_MS);
    markers.add(timer);
  }

  return {
    async get(key) {
      const entry = await readRaw(key);
      return entry && !entry.deleted ? parse(entry) : undefined;
    },
    create,
    async update(key, value, revision) {
      if (revision <= 0) return undefined;
      return write(key, writeJson(value, VALUE_BYTES_MAX), revision);
    },
    async delete(key, revision) {
      return revision > 0 && remove(key, revision);
    },
    watch: (handler, watcherScope) =>
      watchNatsStream({ name, link, log, ttlMs, currentStream, parse, readRaw, sweepLater, handler }, watcherScope),
  };
}

function isApiError(error: unknown, code: number): boolean {
  return error instanceof JetStreamApiError && error.code === code;
}
