// The microphone, and voices on the loudspeaker. The one file of the voices that knows the browser.

import type { Scope } from "@nearframe/shared/lifetime";
import type { VoiceOutput } from "./voice.ts";

export function openMicrophone(): Promise<MediaStream> {
  // Missing where the page is not secure: there nobody can be asked.
  if (!("mediaDevices" in navigator)) return Promise.reject(new Error("this page is not secure, so it may not ask for a microphone"));
  return navigator.mediaDevices.getUserMedia({
    audio: { echoCancellation: true, noiseSuppression: true, autoGainControl: true, channelCount: 1 },
  });
}

export function playVoice(scope: Scope, stream: MediaStream): VoiceOutput {
  // Chromium gives a graph no sound of a stream that no element plays.
  const audio = new Audio();
  audio.srcObject = stream;
  audio.play().catch((error: unknown) => console.info("nearframe: a voice is not played:", error));
  const context = new AudioContext();
  const analyser = new AnalyserNode(context, { fftSize: 512 });
  const source = new MediaStreamAudioSourceNode(context, { mediaStream: stream });
  source.connect(analyser);
  const samples = new Float32Array(analyser.fftSize);
  scope.own(audio, async () => {
    audio.srcObject = null;
    source.disconnect();
    await context.close();
  });
  return {
    level() {
      analyser.getFloatTimeDomainData(samples);
      return Math.sqrt(samples.reduce((sum, sample) => sum + sample * sample, 0) / samples.length);
    },
    setMuted: (muted) => void (audio.muted = muted),
  };
}
