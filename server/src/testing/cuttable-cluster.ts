// A process's way to the cluster that can be cut, as by a network that fails or a
// process that dies: writes get no answer, messages are lost, and what was watched
// is told when the way is back.

import type { Scope } from "@nearframe/shared/lifetime";
import { ClusterUnavailableError, type Cluster, type KeyValue, type KeyValueChange } from "../cluster/ports.ts";

export type Cut = { up: boolean };

export function cuttable(cluster: Cluster, way: Cut, onHealed: Set<() => void>): Cluster {
  return {
    serverId: cluster.serverId,
    get connected() {
      return way.up && cluster.connected;
    },
    bus: {
      publish: (subject, message) => {
        if (way.up) cluster.bus.publish(subject, message);
      },
      subscribe: (subject, schema, handler, scope) =>
        cluster.bus.subscribe(subject, schema, (message) => (way.up ? handler(message) : undefined), scope),
    },
    async bucket(name, options) {
      return cuttableBucket(await cluster.bucket(name, options), way, onHealed);
    },
  };
}

function cuttableBucket<T>(bucket: KeyValue<T>, way: Cut, onHealed: Set<() => void>): KeyValue<T> {
  const call = async <R>(run: () => Promise<R>): Promise<R> => {
    if (!way.up) throw new ClusterUnavailableError("cut off");
    const result = await run();
    if (!way.up) throw new ClusterUnavailableError("cut off before the answer");
    return result;
  };
  return {
    get: (key) => call(() => bucket.get(key)),
    create: (key, value) => call(() => bucket.create(key, value)),
    update: (key, value, revision) => call(() => bucket.update(key, value, revision)),
    delete: (key, revision) => call(() => bucket.delete(key, revision)),
    async watch(handler, scope: Scope) {
      const missed = new Map<string, KeyValueChange<T>>();
      const heal = () => {
        const changes = [...missed.values()];
        missed.clear();
        if (!scope.closed) for (const change of changes) handler(change);
      };
      onHealed.add(heal);
      await bucket.watch((change) => {
        if (way.up) handler(change);
        else missed.set(change.key, change);
      }, scope);
    },
  };
}
