// Reads from the environment where large things are kept: below the data folder,
// in another folder, or in an object store.

import path from "node:path";
import type { S3Options } from "./adapters/s3/s3-storage.ts";

export type StorageChoice = { type: "folder"; folder: string } | ({ type: "s3" } & S3Options);

export type StorageResult = { ok: true; storage: StorageChoice } | { ok: false; faults: string[] };

const S3_ADDRESS = /^s3:\/\/([a-z0-9][a-z0-9.-]{1,62})(?:\/([a-z0-9][a-z0-9._/-]*))?$/;
const REGION_DEFAULT = "us-east-1";

/** An empty variable counts as one that is not set. */
export function readStorage(variables: Readonly<Record<string, string | undefined>>, dataFolder: string): StorageResult {
  const chosen = variables["NEARFRAME_STORAGE"] || path.join(dataFolder, "objects");
  if (!chosen.startsWith("s3:")) return { ok: true, storage: { type: "folder", folder: path.resolve(chosen) } };

  const [, bucket, prefix = ""] = S3_ADDRESS.exec(chosen) ?? [];
  const endpoint = variables["NEARFRAME_S3_ENDPOINT"] ?? "";
  const accessKeyId = variables["AWS_ACCESS_KEY_ID"] ?? "";
  const secretAccessKey = variables["AWS_SECRET_ACCESS_KEY"] ?? "";
  const faults: string[] = [];
  if (bucket === undefined) {
    faults.push(`NEARFRAME_STORAGE must name a folder, or a bucket such as s3://nearframe/production; it is "${chosen.slice(0, 200)}".`);
  }
  if (!/^https?:\/\/[^/?#\s]+\/?$/.test(endpoint)) {
    faults.push("NEARFRAME_S3_ENDPOINT must say where the bucket is, for example https://s3.eu-central-1.amazonaws.com.");
  }
  if (accessKeyId === "" || secretAccessKey === "") {
    faults.push("AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY must be set for a bucket to be used.");
  }
  if (bucket === undefined || faults.length > 0) return { ok: false, faults };
  const region = variables["AWS_REGION"] || REGION_DEFAULT;
  const folder = prefix === "" || prefix.endsWith("/") ? prefix : `${prefix}/`;
  return { ok: true, storage: { type: "s3", endpoint, region, bucket, prefix: folder, accessKeyId, secretAccessKey } };
}
