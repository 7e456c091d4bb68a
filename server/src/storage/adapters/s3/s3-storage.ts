// Objects in a bucket of anything that speaks Amazon's S3 protocol.
//
// Addresses are path-style, `endpoint/bucket/key`, which every implementation
// understands. Requests are signed and repeated by aws4fetch.

import { AwsClient } from "aws4fetch";
import { checkKey, type ObjectStorage } from "../../ports.ts";

export type S3Options = {
  /** Such as https://s3.eu-central-1.amazonaws.com. */
  endpoint: string;
  region: string;
  bucket: string;
  /** Begins every key; "" or ends with a slash. */
  prefix: string;
  accessKeyId: string;
  secretAccessKey: string;
};

const REQUEST_MS = 30_000;
const RETRIES = 3;

export function createS3Storage(options: S3Options): ObjectStorage {
  const { endpoint, region, bucket, prefix, accessKeyId, secretAccessKey } = options;
  const client = new AwsClient({ accessKeyId, secretAccessKey, region, service: "s3", retries: RETRIES });
  const root = `${endpoint.replace(/\/+$/, "")}/${bucket}`;
  const addressOf = (key: string) => `${root}/${prefix}${checkKey(key)}`;

  async function call(method: string, address: string, body?: Uint8Array<ArrayBuffer>): Promise<Response> {
    const response = await client.fetch(address, {
      method,
      signal: AbortSignal.timeout(REQUEST_MS),
      ...(body && { body, headers: { "content-type": "application/octet-stream" } }),
    });
    if (response.ok || response.status === 404) return response;
    throw new Error(`the object store refused ${method} (${response.status}): ${(await response.text()).slice(0, 300)}`);
  }

  /** A 404 may also say that there is no such bucket, which nobody should take for "no such object". */
  async function found(method: string, key: string): Promise<Response | undefined> {
    const response = await call(method, addressOf(key));
    if (response.status !== 404) return response;
    if ((await response.text()).includes("NoSuchBucket")) throw new Error(`there is no bucket "${bucket}" at ${endpoint}`);
    return undefined;
  }

  return {
    async put(key, bytes) {
      // A view of memory that others share would be signed and sent in two different states.
      const response = await call("PUT", addressOf(key), new Uint8Array(bytes));
      if (response.status === 404) throw new Error(`there is no bucket "${bucket}" at ${endpoint}`);
      await response.arrayBuffer();
    },
    async get(key) {
      const response = await found("GET", key);
      return response && new Uint8Array(await response.arrayBuffer());
    },
    async size(key) {
      const response = await found("HEAD", key);
      return response && Number(response.headers.get("content-length"));
    },
    async delete(key) {
      await (await call("DELETE", addressOf(key))).arrayBuffer();
    },
    async *list(wanted) {
      let after: string | undefined;
      do {
        const query = new URLSearchParams({ "list-type": "2", prefix: prefix + wanted });
        if (after !== undefined) query.set("start-after", after);
        const response = await call("GET", `${root}?${query.toString()}`);
        const xml = await response.text();
        if (response.status === 404) throw new Error(`there is no bucket "${bucket}" at ${endpoint}`);
        const page = readPage(xml);
        for (const key of page.keys) yield key.slice(prefix.length);
        after = page.truncated ? page.keys.at(-1) : undefined;
      } while (after !== undefined);
    },
  };
}

/**
 * One page of `ListObjectsV2`, whose keys come in order. Ours hold nothing that
 * XML would write in another way, so that finding them takes no parser.
 */
function readPage(xml: string): { keys: string[]; truncated: boolean } {
  const keys = [...xml.matchAll(/<Key>([^<]*)<\/Key>/g)].map(([, key = ""]) => key);
  return { keys, truncated: /<IsTruncated>true<\/IsTruncated>/.test(xml) };
}
