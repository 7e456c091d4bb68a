import type { Offer } from "@nearframe/shared/protocol/media";
import { expect, test } from "vitest";
import { silenceOffer, silenceResult } from "./silence.ts";

const SECRET = "a secret of the servers";
const ice = { usernameFragment: "frnb4gkirl8jn2lf", password: "gjwgi2kgexmqc9if7q2fe76f9hov7ob0", iceLite: true };
const transport = (id: string) => ({ id, iceParameters: ice, iceCandidates: [{ ip: "192.0.2.7", port: 40_000 }], dtlsParameters: { role: "auto" } });
const offer: Offer = { routerRtpCapabilities: {}, receive: transport("r"), send: transport("s"), media: [], data: [] };

test("an offer of an audit differs in its passwords alone, which stay the same for whoever asks twice", () => {
  const silent = silenceOffer(offer, SECRET);
  expect(silent).toEqual(silenceOffer(offer, SECRET));
  const { password } = silent.receive.iceParameters;
  expect(password).not.toBe(ice.password);
  expect(silent).toEqual({ ...offer, receive: { ...offer.receive, iceParameters: { ...ice, password } }, send: { ...offer.send, iceParameters: { ...ice, password } } });
});

test("a new password that was asked for is another as well, and no other answer changes", () => {
  expect(silenceResult({ ok: true, value: ice }, SECRET)).toEqual({ ok: true, value: silenceOffer(offer, SECRET).receive.iceParameters });
  expect(silenceResult({ ok: true, value: { id: "p1" } }, SECRET)).toEqual({ ok: true, value: { id: "p1" } });
  const refused = { ok: false as const, code: "X", message: "no" };
  expect(silenceResult(refused, SECRET)).toBe(refused);
});
