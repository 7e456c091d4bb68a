// The cluster of a server that is alone: what it would ask NATS for, it does
// itself, in later turns and without timers but those of expiry.

import type { Scope } from "@nearframe/shared/lifetime";
import type { Log } from "../../../log.ts";
import { readJson, writeJson } from "../../json.ts";
import { MESSAGE_BYTES_MAX, VALUE_BYTES_MAX } from "../../limits.ts";
import { makeReceiver } from "../../make-receiver.ts";
import { checkBucketName, checkName } from "../../names.ts";
import {
  ClusterUnavailableError,
  type BucketOptions,
  type Bus,
  type Cluster,
  type KeyValue,
  type KeyValueChange,
  type KeyValueEntry,
} from "../../ports.ts";
import type { LocalChange, LocalEntry } from "./local-entries.ts";
import type { LocalHub } from "./local-hub.ts";

export type LocalClusterPorts = { serverId: string; hub: LocalHub; log: Log };

export function joinLocalCluster({ serverId, hub, log }: LocalClusterPorts, scope: Scope): Cluster {
  // Not `scope.closed`: who closes before us still has something to say.
  const life = scope.own({ closed: false }, (life) => void (life.closed = true));
  const bus: Bus = {
    publish(subject, message) {
      if (life.closed) return;
      try {
        checkName("subject", subject);
        hub.publish({ subject, text: writeJson(message, MESSAGE_BYTES_MAX) });
      } catch (error) {
        log.error({ subject, error }, "a message of ours can't be sent; it was dropped");
      }
    },
    async subscribe(subject, schema, handler, subscriberScope) {
      checkName("subject", subject);
      const closed = () => life.closed || subscriberScope.closed;
      hub.listen(subject, makeReceiver(subject, schema, handler, { log, closed }), subscriberScope);
    },
  };
  return {
    serverId,
    get connected() {
      return !life.closed;
    },
    bus,
    async bucket(name, options) {
      checkBucketName(name);
      return openBucket(name, options, { hub, log, life });
    },
  };
}

function openBucket<T>(
  name: string,
  { schema, ttlMs }: BucketOptions<T>,
  { hub, log, life }: { hub: LocalHub; log: Log; life: { readonly closed: boolean } },
): KeyValue<T> {
  const entries = hub.entries(name, ttlMs);

  /** What a call on NATS would check, and when it would fail. */
  function check(key: string): void {
    checkName("key", key);
    if (life.closed) throw new ClusterUnavailableError("the cluster is closed");
  }

  function read({ key, text, revision }: LocalEntry): KeyValueEntry<T> | undefined {
    const read = readJson(schema, text);
    if (read.ok) return { key, value: read.value, revision };
    log.warn({ bucket: name, key, reason: read.reason }, "an entry of the cluster makes no sense; it is not used");
    return undefined;
  }

  return {
    async get(key) {
      check(key);
      const entry = entries.get(key);
      return entry && read(entry);
    },
    async create(key, value) {
      check(key);
      return entries.write(key, writeJson(value, VALUE_BYTES_MAX), 0);
    },
    async update(key, value, revision) {
      check(key);
      return entries.write(key, writeJson(value, VALUE_BYTES_MAX), revision);
    },
    async delete(key, revision) {
      check(key);
      return entries.remove(key, revision);
    },
    async watch(handler, watcherScope) {
      const closed = () => life.closed || watcherScope.closed;
      const teller = createTeller<T>({ name, log, read, handler, closed });
      entries.watch(teller.take, watcherScope);
      teller.flush();
    },
  };
}

/** Of the changes that wait for their turn, only the last of each key is told: no more wait than there are keys. */
function createTeller<T>(ports: {
  name: string;
  log: Log;
  read(entry: LocalEntry): KeyValueEntry<T> | undefined;
  handler(change: KeyValueChange<T>): void;
  closed(): boolean;
}) {
  const waiting = new Map<string, LocalChange>();
  /** What the handler believes to be there. */
  const shown = new Set<string>();

  function take(change: LocalChange): void {
    if (waiting.size === 0) queueMicrotask(flush);
    const key = change.type === "present" ? change.entry.key : change.key;
    waiting.delete(key);
    waiting.set(key, change);
  }

  function flush(): void {
    const changes = [...waiting.values()];
    waiting.clear();
    for (const change of changes) {
      if (ports.closed()) return;
      try {
        tell(change);
      } catch (error) {
        ports.log.error({ bucket: ports.name, error }, "a change in the cluster could not be handled");
      }
    }
  }

  function tell(change: LocalChange): void {
    const entry = change.type === "present" ? ports.read(change.entry) : undefined;
    if (entry) {
      shown.add(entry.key);
      ports.handler({ type: "present", ...entry });
    } else {
      const { key, revision } = change.type === "present" ? change.entry : change;
      if (shown.delete(key)) ports.handler({ type: "gone", key, revision });
    }
  }

  return { take, flush };
}
