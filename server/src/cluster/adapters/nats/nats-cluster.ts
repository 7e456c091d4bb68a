// The cluster of several servers, on NATS with JetStream.

import type { Scope } from "@nearframe/shared/lifetime";
import type { Log } from "../../../log.ts";
import { checkBucketName } from "../../names.ts";
import type { BucketOptions, Cluster, KeyValue } from "../../ports.ts";
import { openNatsBucket } from "./nats-bucket.ts";
import { createNatsBus } from "./nats-bus.ts";
import { openNatsLink } from "./nats-link.ts";

export type NatsClusterOptions = {
  serverId: string;
  /** As NATS_URL. */
  url: string;
  /** Copies of each bucket, where NATS itself is a cluster. */
  replicas: number;
  /** Before every subject and bucket, so that others may use the same NATS. */
  namespace: string;
  /** How long a NATS that starts together with us is waited for. */
  firstConnectMs?: number;
};

/** Rejects with one sentence for the operator when NATS is not there or has no JetStream. */
export async function openNatsCluster(options: NatsClusterOptions, log: Log, scope: Scope): Promise<Cluster> {
  const { serverId, url, replicas, namespace, firstConnectMs } = options;
  checkBucketName(namespace);
  const link = await openNatsLink({ url, name: serverId, firstConnectMs, log }, scope);
  return {
    serverId,
    get connected() {
      return link.connected;
    },
    bus: createNatsBus({ link, prefix: namespace, log }, scope),
    async bucket<T>(name: string, bucketOptions: BucketOptions<T>): Promise<KeyValue<T>> {
      checkBucketName(name);
      return openNatsBucket({ name, bucket: `${namespace}-${name}` }, bucketOptions, { link, log, replicas }, scope);
    },
  };
}
