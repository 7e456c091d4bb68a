import { expect, test } from "vitest";
import { PlayerToNode } from "@nearframe/shared/protocol/session-control";
import { parseMessage } from "@nearframe/shared/protocol/parse";
import { createChallenge } from "./challenge.ts";

function setUp(random: number, open = true) {
  const sent: string[] = [];
  const channel = {
    bufferedBytes: 0,
    open,
    send(text: string | Uint8Array) {
      if (channel.open) sent.push(String(text));
      return channel.open;
    },
  };
  const challenge = createChallenge(() => random);
  const seconds = (count: number) => {
    for (let second = 0; second < count; second += 1) challenge.tell();
  };
  return { challenge, channel, sent, seconds };
}

test.each([0, 0.5, 0.999])("a player asks once in the first half minute, and never again", (random) => {
  const { challenge, channel, sent, seconds } = setUp(random);
  challenge.connect(channel);
  seconds(4);
  expect(sent).toEqual([]);
  seconds(120);
  expect(sent).toHaveLength(1);
  expect(parseMessage(PlayerToNode, sent[0] ?? "")).toMatchObject({ ok: true, value: { type: "challenge" } });
});

test("what could not be sent is asked later", () => {
  const { challenge, channel, sent, seconds } = setUp(0, false);
  seconds(10);
  challenge.connect(channel);
  seconds(10);
  expect(sent).toEqual([]);
  channel.open = true;
  seconds(1);
  expect(sent).toHaveLength(1);
});
