// What the night sounds like. Each lantern is the next note of a tune, so a good
// flight plays itself; below it lies a slow chord.

import { THEMES } from "./themes.js";

/** Minor pentatonic, in semitones, and an order that makes a tune of it. */
const SCALE = [0, 3, 5, 7, 10, 12, 15, 17, 19, 22];
const TUNE = [0, 2, 4, 3, 5, 4, 6, 5, 7, 4, 6, 3, 5, 2, 4, 1];
const CHORDS = [[0, 7, 15], [-4, 3, 12], [-2, 5, 10], [3, 7, 12]];
const CHORD_S = 7;

export function createSound() {
  const audio = new AudioContext({ latencyHint: "interactive" });
  const master = audio.createGain();
  master.gain.value = 0.5;
  master.connect(audio.destination);
  let root = THEMES[0].root;
  let muted = false;
  const hiss = makeHiss(audio);
  const pad = createPad();

  const hz = (semitones) => root * 2 ** (semitones / 12);

  function pluck(frequency, level, decayS, shape = "triangle") {
    const now = audio.currentTime;
    const gain = audio.createGain();
    gain.gain.setValueAtTime(0, now);
    gain.gain.linearRampToValueAtTime(level, now + 0.006);
    gain.gain.exponentialRampToValueAtTime(0.0001, now + decayS);
    gain.connect(master);
    for (const [ratio, share] of [[1, 1], [2.01, 0.35]]) {
      const oscillator = audio.createOscillator();
      const part = audio.createGain();
      part.gain.value = share;
      oscillator.type = shape;
      oscillator.frequency.value = frequency * ratio;
      oscillator.connect(part).connect(gain);
      oscillator.start(now);
      oscillator.stop(now + decayS);
    }
  }

  function rush(level, durationS, fromHz, toHz) {
    const now = audio.currentTime;
    const source = audio.createBufferSource();
    source.buffer = hiss;
    const filter = audio.createBiquadFilter();
    filter.type = "bandpass";
    filter.Q.value = 1.2;
    filter.frequency.setValueAtTime(fromHz, now);
    filter.frequency.exponentialRampToValueAtTime(toHz, now + durationS);
    const gain = audio.createGain();
    gain.gain.setValueAtTime(level, now);
    gain.gain.exponentialRampToValueAtTime(0.0001, now + durationS);
    source.connect(filter).connect(gain).connect(master);
    source.start(now, Math.random() * 0.5, durationS);
  }

  function createPad() {
    const gain = audio.createGain();
    gain.gain.value = 0.05;
    const filter = audio.createBiquadFilter();
    filter.frequency.value = 720;
    gain.connect(filter).connect(master);
    return CHORDS[0].map((_, voice) => {
      const oscillator = audio.createOscillator();
      oscillator.type = "sawtooth";
      oscillator.detune.value = voice * 7 - 7;
      oscillator.connect(gain);
      oscillator.start();
      return oscillator;
    });
  }

  function playChord(timeS) {
    const chord = CHORDS[Math.floor(timeS / CHORD_S) % CHORDS.length];
    for (const [voice, oscillator] of pad.entries()) {
      oscillator.frequency.setTargetAtTime(hz(chord[voice]) / 2, audio.currentTime, 0.5);
    }
  }
  playChord(0);
  let chordAt = 0;

  return {
    /** Browsers start sound only after a touch or key. */
    wake: () => void audio.resume(),
    toggleMute() {
      muted = !muted;
      master.gain.setTargetAtTime(muted ? 0 : 0.5, audio.currentTime, 0.03);
    },
    setHour(hour) {
      root = THEMES[hour % THEMES.length].root;
    },
    keepTime(timeS) {
      const chord = Math.floor(timeS / CHORD_S);
      if (chord === chordAt) return;
      chordAt = chord;
      playChord(timeS);
    },
    /** Plays what happened in the world. */
    play(event) {
      switch (event.kind) {
        case "grab":
          return pluck(hz(12 + SCALE[TUNE[event.chain % TUNE.length]]), 0.32, 0.9);
        case "release":
          return rush(0.1, 0.25, 500, 1400);
        case "perfect":
          rush(0.12, 0.3, 600, 2600);
          return pluck(hz(24 + SCALE[(event.x | 0) % 5]), 0.16, 0.7, "sine");
        case "fly":
          return pluck(hz(24 + SCALE[event.count % SCALE.length]), 0.09, 0.35, "sine");
        case "gust":
          return rush(0.3, 0.7, 300, 3000);
        case "snap":
          return pluck(hz(-5), 0.3, 0.3, "square");
        case "skim":
        case "skim-won":
          return pluck(hz(event.kind === "skim" ? 7 : 31), 0.25, 0.5, "sine");
        case "splash":
          rush(0.6, 1.2, 1800, 160);
          return pluck(hz(-12), 0.4, 1.4, "sine");
      }
    },
  };
}

function makeHiss(audio) {
  const buffer = audio.createBuffer(1, audio.sampleRate * 2, audio.sampleRate);
  const samples = buffer.getChannelData(0);
  for (let index = 0; index < samples.length; index += 1) samples[index] = Math.random() * 2 - 1;
  return buffer;
}
