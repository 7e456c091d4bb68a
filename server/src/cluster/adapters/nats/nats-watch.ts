// Follows a bucket on NATS: a listing of what is there, then each change. When the
// link was lost it lists again and tells the differences, since changes, markers
// and whole streams may have come and gone meanwhile.

import { DeliverPolicy, type JsMsg, type PushConsumer } from "@nats-io/jetstream";
import type { Scope } from "@nearframe/shared/lifetime";
import type { Log } from "../../../log.ts";
import type { KeyValueChange, KeyValueEntry } from "../../ports.ts";
import { createExpiryWatch } from "./expiry-watch.ts";
import type { NatsLink } from "./nats-link.ts";
import type { NatsStream } from "./nats-stream.ts";
import { isDeletion, type RawEntry } from "./raw-entry.ts";
import { createWatchedEntries } from "./watched-entries.ts";

const LIST_AGAIN_MS = 500;
const POLL_MS = 300;

type Ports<T> = {
  name: string;
  link: NatsLink;
  log: Log;
  ttlMs: number | undefined;
  currentStream(): Promise<NatsStream>;
  parse(entry: RawEntry): KeyValueEntry<T> | undefined;
  readRaw(key: string): Promise<RawEntry | undefined>;
  sweepLater(revision: number): void;
  handler(change: KeyValueChange<T>): void;
};

/** Resolves when all that is there has been told. */
export async function watchNatsStream<T>(ports: Ports<T>, scope: Scope): Promise<void> {
  const { name, link, log, ttlMs } = ports;
  const entries = createWatchedEntries<T>((change) => {
    if (scope.closed || link.closed) return;
    try {
      ports.handler(change);
    } catch (error) {
      log.error({ bucket: name, error }, "a change in the cluster could not be handled");
    }
  });
  const expiry = ttlMs === undefined ? undefined : createExpiryWatch({ ttlMs, log, entries, readRaw: ports.readRaw }, scope);
  let following: Scope | undefined;
  let again: NodeJS.Timeout | undefined;
  scope.own(entries, () => clearTimeout(again));

  link.onReturn(followAgain, scope);

  function followAgain(): void {
    clearTimeout(again);
    if (scope.closed || link.closed || !link.connected) return;
    follow().catch((error: unknown) => {
      log.warn({ bucket: name, error }, "a bucket can't be followed yet");
      again = setTimeout(followAgain, LIST_AGAIN_MS);
    });
  }

  /** Ends what followed before, and begins with a listing. */
  async function follow(): Promise<void> {
    const before = following;
    const own = scope.child();
    following = own;
    await before?.close();
    const stream = await link.call(`opening ${name}`, ports.currentStream);
    const listed = new Set<string>();
    const listing = Promise.withResolvers<void>();
    let complete = false;
    const finish = () => {
      if (complete || own.closed) return;
      complete = true;
      // In this same turn: the next message may be an entry that is new.
      entries.keepOnly(listed);
      listing.resolve();
    };
    const take = (message: JsMsg) => {
      if (own.closed) return;
      const entry = readMessage(stream, message);
      if (!complete) listed.add(entry.key);
      handleEntry(entry, !complete);
      if (message.info.pending === 0) finish();
    };
    await link.call(`listing ${name}`, async () => {
      const consumer = await stream.client.consumers.getPushConsumer(stream.name, {
        filter_subjects: `${stream.subjectPrefix}>`,
        deliver_policy: DeliverPolicy.LastPerSubject,
      });
      const begin = await consumer.info(true);
      const messages = await consumer.consume({ callback: take });
      own.own(messages, (messages) => messages.stop());
      void messages.closed().then(() => {
        if (!own.closed) followAgain();
      });
      if (begin.num_pending === 0) return finish();
      const polling = setInterval(() => void noteIfDone(consumer), POLL_MS);
      await Promise.race([listing.promise, closing(own)]).finally(() => clearInterval(polling));
    });
    own.signal.throwIfAborted();

    /** What expired before its turn never comes; then the last that did come still knew of it. */
    async function noteIfDone(consumer: PushConsumer): Promise<void> {
      const { num_pending } = await consumer.info().catch(() => ({ num_pending: undefined }));
      if (num_pending === 0) finish();
    }
  }

  function handleEntry(entry: RawEntry, old: boolean): void {
    const { key, revision, deleted } = entry;
    if (deleted) {
      entries.gone(key, revision);
      // Left by a server that was gone before it could take it away.
      if (old) ports.sweepLater(revision);
      return;
    }
    if ((entries.revisionOf(key) ?? 0) >= revision) return;
    entries.present(key, revision, ports.parse(entry));
    expiry?.note(key, revision);
  }

  await follow();
}

function closing({ signal }: Scope): Promise<void> {
  return new Promise((resolve) => signal.addEventListener("abort", () => resolve(), { once: true }));
}

function readMessage({ subjectPrefix, revisionBase }: NatsStream, message: JsMsg): RawEntry {
  return {
    key: message.subject.slice(subjectPrefix.length),
    revision: revisionBase + message.seq,
    text: message.string(),
    deleted: isDeletion(message.headers),
  };
}
