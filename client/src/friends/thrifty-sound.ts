// Voices beside a stream must not take its room: one channel, 24 kbit/s at most, and nothing in
// silence. Said in the description of the call, which is all that every browser honours. Pure.

export const VOICE_BITRATE = 24_000;
const OPUS = { maxaveragebitrate: String(VOICE_BITRATE), usedtx: "1", stereo: "0", useinbandfec: "1" };

export function thriftySound(sdp: string): string {
  const payloadTypes = [...sdp.matchAll(/^a=rtpmap:(\d+) opus\/48000/gim)].map(([, type]) => type);
  return sdp.replaceAll(/^a=fmtp:(\d+) (.*)$/gm, (line, type: string, parameters: string) => {
    if (!payloadTypes.includes(type)) return line;
    const known = new Map(parameters.trim().split(";").map((each): [string, string] => {
      const [name = "", value = ""] = each.trim().split("=");
      return [name, value];
    }));
    for (const [name, value] of Object.entries(OPUS)) known.set(name, value);
    return `a=fmtp:${type} ${[...known].map(([name, value]) => `${name}=${value}`).join(";")}`;
  });
}
