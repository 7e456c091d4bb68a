// How large and how many: the bounds that every door checks before it parses.

/** The version both ends must speak. A change that old peers can't read adds one. */
export const PROTOCOL_VERSION = 2;

/** A control message: the largest real one (an offer with candidates) is about 12 KiB. */
export const MESSAGE_BYTES_MAX = 64 * 1024;

/** A peer that sends faster than this for long is not a player. */
export const MESSAGES_PER_SECOND_MAX = 200;

/** What may wait for a slow socket before the peer is dropped. */
export const SOCKET_BACKLOG_BYTES_MAX = 1024 * 1024;

/** Close codes of the control socket, in the range that RFC 6455 leaves to applications. */
export const CloseCode = {
  protocol: 4400,
  unauthorized: 4401,
  /** Nothing was said in time; the peer may come back and speak. */
  silent: 4408,
  replaced: 4409,
  tooLarge: 4413,
  tooFast: 4429,
  /** This server takes no more; another may. */
  full: 4430,
  stopping: 4503,
} as const;
export type CloseCode = (typeof CloseCode)[keyof typeof CloseCode];
