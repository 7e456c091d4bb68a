import { expect, test } from "vitest";
import { readStorage } from "./read-storage.ts";

const KEYS = { AWS_ACCESS_KEY_ID: "id", AWS_SECRET_ACCESS_KEY: "key" };
const S3 = { ...KEYS, NEARFRAME_STORAGE: "s3://saves", NEARFRAME_S3_ENDPOINT: "https://s3.example.org" };

test("what is not said lies below the data folder", () => {
  const expected = { ok: true, storage: { type: "folder", folder: "/data/objects" } };
  expect(readStorage({}, "/data")).toEqual(expected);
  expect(readStorage({ NEARFRAME_STORAGE: "" }, "/data")).toEqual(expected);
});

test("a folder is a folder", () => {
  expect(readStorage({ NEARFRAME_STORAGE: "/mnt/shared" }, "/data")).toEqual({
    ok: true,
    storage: { type: "folder", folder: "/mnt/shared" },
  });
});

test.each([
  ["s3://saves", "saves", ""],
  ["s3://saves/production", "saves", "production/"],
  ["s3://saves/a/b/", "saves", "a/b/"],
])("%s is bucket %s with prefix %j", (address, bucket, prefix) => {
  expect(readStorage({ ...S3, NEARFRAME_STORAGE: address }, "/data")).toEqual({
    ok: true,
    storage: {
      type: "s3", endpoint: "https://s3.example.org", region: "us-east-1", bucket, prefix, accessKeyId: "id", secretAccessKey: "key",
    },
  });
});

test.each([
  ["no bucket", { ...S3, NEARFRAME_STORAGE: "s3://" }, ["NEARFRAME_STORAGE"]],
  ["a bucket that no store allows", { ...S3, NEARFRAME_STORAGE: "s3://Saves" }, ["NEARFRAME_STORAGE"]],
  ["no endpoint", { ...S3, NEARFRAME_S3_ENDPOINT: undefined }, ["NEARFRAME_S3_ENDPOINT"]],
  ["no keys, and an endpoint with a path", { NEARFRAME_STORAGE: "s3://saves", NEARFRAME_S3_ENDPOINT: "https://s3.example.org/saves" }, ["NEARFRAME_S3_ENDPOINT", "AWS_ACCESS_KEY_ID"]],
])("%s is told, with what to do", (_name, variables, named) => {
  const result = readStorage(variables, "/data");
  expect(result.ok).toBe(false);
  const faults = result.ok ? [] : result.faults;
  expect(faults.map((fault) => fault.split(" ")[0])).toEqual(named);
  expect(faults.join()).not.toContain("key\"");
});
