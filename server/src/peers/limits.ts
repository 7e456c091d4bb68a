// The bounds of one control socket, beside those in the protocol that both ends know.

import { MESSAGE_BYTES_MAX, MESSAGES_PER_SECOND_MAX } from "@nearframe/shared/protocol/limits";

/** A socket that says nothing costs memory; the first message takes one round trip. */
export const HELLO_MS = 10_000;

/** A dead link is noticed within two of these: soon enough that the hold time has meaning. */
export const PING_EVERY_MS = 10_000;

/** A minute and a half of pings: the least of them is the way's, not a busy moment's. */
export const ROUND_TRIPS_KEPT = 8;
/** One after the other as a link opens, so that its round trip is known before a session is placed. */
export const ROUND_TRIPS_AT_FIRST = 3;

/** After this the closing handshake is not waited for. */
export const CLOSE_HANDSHAKE_MS = 2_000;

/** Above `MESSAGE_BYTES_MAX` a message is answered with an error; above this it is not even read. */
export const FRAME_BYTES_MAX = 4 * MESSAGE_BYTES_MAX;

/** A burst, as while connecting, may use what two quiet seconds have saved. */
export const MESSAGES_BURST_MAX = 2 * MESSAGES_PER_SECOND_MAX;

/** A program that is this wrong is not going to be right. */
export const REFUSALS_MAX = 20;

/** 22 kB each (docs/hosts.md); the process needs as many file descriptors, or fewer come in. */
export const SOCKETS_MAX = 150_000;
/** A school or a carrier behind one address is many people; a single machine is not this many. */
export const SOCKETS_PER_ADDRESS_MAX = 1_000;
