// Names that every adapter can carry.

import { NAME_LENGTH_MAX } from "./limits.ts";

const NAME = /^[\w-]+(\.[\w-]+)*$/;
const BUCKET = /^[\w-]+$/;

/** Throws for a subject or key that NATS would take for a pattern, or refuse. */
export function checkName(kind: "subject" | "key", name: string): void {
  if (!NAME.test(name) || name.length > NAME_LENGTH_MAX) {
    throw new Error(`a ${kind} is words of A-Z a-z 0-9 _ - joined by dots, at most ${NAME_LENGTH_MAX} long; this is "${name.slice(0, 80)}"`);
  }
}

export function checkBucketName(name: string): void {
  if (!BUCKET.test(name) || name.length > NAME_LENGTH_MAX) {
    throw new Error(`a bucket's name is made of A-Z a-z 0-9 _ -; this is "${name.slice(0, 80)}"`);
  }
}
