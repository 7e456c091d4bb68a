// Messages over NATS's subjects. What is said while the link is lost waits in the
// outbox, and a little longer after its return: the others have to be back too.

import type { Scope } from "@nearframe/shared/lifetime";
import type { Log } from "../../../log.ts";
import { writeJson } from "../../json.ts";
import { MESSAGE_BYTES_MAX } from "../../limits.ts";
import { makeReceiver } from "../../make-receiver.ts";
import { checkName } from "../../names.ts";
import type { Bus } from "../../ports.ts";
import type { NatsLink } from "./nats-link.ts";
import { createOutbox } from "./outbox.ts";

/** Longer than the slowest of several servers takes to dial again. */
const SETTLE_MS = 1_000;

export function createNatsBus({ link, prefix, log }: { link: NatsLink; prefix: string; log: Log }, scope: Scope): Bus {
  const outbox = createOutbox();
  let settling: NodeJS.Timeout | undefined;
  scope.own(outbox, () => clearTimeout(settling));
  const address = (subject: string) => `${prefix}.${subject}`;

  link.onLoss(() => {
    clearTimeout(settling);
    settling = undefined;
  }, scope);
  link.onReturn(() => {
    settling = setTimeout(() => {
      settling = undefined;
      empty();
    }, SETTLE_MS);
  }, scope);

  function empty(): void {
    const { messages, dropped } = outbox.take(performance.now());
    for (const { subject, text } of messages) link.connection.publish(address(subject), text);
    if (messages.length + dropped > 0) log.info({ messages: messages.length, dropped }, "sent what waited for NATS");
  }

  return {
    publish(subject, message) {
      if (link.closed) return;
      try {
        checkName("subject", subject);
        const text = writeJson(message, MESSAGE_BYTES_MAX);
        if (link.connected && settling === undefined) link.connection.publish(address(subject), text);
        else outbox.add({ subject, text }, performance.now());
      } catch (error) {
        log.error({ subject, error }, "a message of ours can't be sent; it was dropped");
      }
    },
    async subscribe(subject, schema, handler, subscriberScope) {
      checkName("subject", subject);
      const receive = makeReceiver(subject, schema, handler, { log, closed: () => link.closed || subscriberScope.closed });
      await link.call(`listening to ${subject}`, async () => {
        const subscription = link.connection.subscribe(address(subject), {
          callback(error, message) {
            if (error) log.warn({ subject, error }, "NATS could not deliver a message");
            else receive(message.string());
          },
        });
        subscriberScope.own(subscription, (subscription) => {
          if (!subscription.isClosed()) subscription.unsubscribe();
        });
        // Answered after the subscription is known there.
        await link.connection.flush();
      });
    },
  };
}
