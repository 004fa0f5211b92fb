// Instruments of our own: each family is a set of harmonics, an envelope and a filter; drums are noise and falling tones.

type Voice = { harmonics: number[]; attack: number; decay: number; sustain: number; release: number; bright: number; loud: number };

// by General MIDI program, up to and with `to`
const FAMILIES: { to: number; voice: Voice }[] = [
  { to: 7, voice: { harmonics: [1, 0.5, 0.28, 0.16, 0.1, 0.06], attack: 0.004, decay: 0.7, sustain: 0.12, release: 0.12, bright: 7, loud: 0.26 } }, // piano
  { to: 15, voice: { harmonics: [1, 0, 0.1, 0.4], attack: 0.002, decay: 0.5, sustain: 0, release: 0.3, bright: 10, loud: 0.24 } }, // bells
  { to: 23, voice: { harmonics: [1, 0.7, 0.5, 0.4, 0, 0.25], attack: 0.02, decay: 0.1, sustain: 0.85, release: 0.05, bright: 8, loud: 0.12 } }, // organ
  { to: 31, voice: { harmonics: [1, 0.6, 0.45, 0.3, 0.2, 0.12, 0.08], attack: 0.003, decay: 0.35, sustain: 0.05, release: 0.1, bright: 5, loud: 0.26 } }, // guitar
  { to: 39, voice: { harmonics: [1, 0.35, 0.12, 0.05], attack: 0.006, decay: 0.5, sustain: 0.25, release: 0.06, bright: 4, loud: 0.4 } }, // bass
  { to: 51, voice: { harmonics: [1, 0.55, 0.4, 0.3, 0.22, 0.16, 0.1], attack: 0.07, decay: 0.3, sustain: 0.8, release: 0.15, bright: 5, loud: 0.14 } }, // strings
  { to: 55, voice: { harmonics: [1, 0.4, 0.2, 0.08], attack: 0.06, decay: 0.3, sustain: 0.85, release: 0.15, bright: 4, loud: 0.18 } }, // voices
  { to: 71, voice: { harmonics: [1, 0.8, 0.6, 0.45, 0.3, 0.2], attack: 0.03, decay: 0.2, sustain: 0.75, release: 0.08, bright: 5, loud: 0.14 } }, // brass and reeds
  { to: 79, voice: { harmonics: [1, 0.25, 0.1], attack: 0.03, decay: 0.2, sustain: 0.8, release: 0.08, bright: 6, loud: 0.24 } }, // pipes
  { to: 127, voice: { harmonics: [1, 0.3, 0.2, 0.1], attack: 0.01, decay: 0.4, sustain: 0.4, release: 0.1, bright: 6, loud: 0.2 } }, // all else
];
const DRUMS = 128;
const waves = new WeakMap<BaseAudioContext, Map<Voice, PeriodicWave>>();
const noises = new WeakMap<BaseAudioContext, AudioBuffer>();

export type Struck = { pitch: number; program: number; volume: number; start: number; end: number };

// Make one note sound between two times of the context.
export function strike(sound: BaseAudioContext, out: AudioNode, note: Struck): void {
  if (note.program === DRUMS) {
    drum(sound, out, note);
    return;
  }
  const voice = FAMILIES.find((one) => note.program <= one.to)!.voice;
  const gain = sound.createGain();
  const tone = sound.createOscillator();
  const filter = sound.createBiquadFilter();
  tone.setPeriodicWave(waveOf(sound, voice));
  tone.frequency.value = 440 * 2 ** ((note.pitch - 69) / 12);
  filter.type = "lowpass";
  filter.frequency.value = Math.min(9000, tone.frequency.value * voice.bright);
  const loud = voice.loud * note.volume;
  const end = Math.max(note.end, note.start + 0.05);
  gain.gain.setValueAtTime(0, note.start);
  gain.gain.linearRampToValueAtTime(loud, note.start + voice.attack);
  gain.gain.setTargetAtTime(loud * voice.sustain, note.start + voice.attack, voice.decay);
  gain.gain.setTargetAtTime(0, end - 0.02, voice.release / 3);
  tone.connect(filter).connect(gain).connect(out);
  tone.start(note.start);
  tone.stop(end + voice.release * 2);
}

function waveOf(sound: BaseAudioContext, voice: Voice): PeriodicWave {
  let made = waves.get(sound);
  if (!made) waves.set(sound, (made = new Map()));
  let wave = made.get(voice);
  if (!wave) made.set(voice, (wave = sound.createPeriodicWave(new Float32Array(voice.harmonics.length + 1), new Float32Array([0, ...voice.harmonics]))));
  return wave;
}

// Kick and toms fall in pitch; all else is noise, the higher and the longer the more of a cymbal it is.
function drum(sound: BaseAudioContext, out: AudioNode, note: Struck): void {
  const isLow = [35, 36, 41, 43, 45, 47, 48, 50].includes(note.pitch);
  const isSnare = [37, 38, 39, 40].includes(note.pitch);
  const isLong = [46, 49, 51, 52, 53, 55, 57, 59].includes(note.pitch);
  const gain = sound.createGain();
  const length = isLow ? 0.25 : isSnare ? 0.16 : isLong ? 0.5 : 0.06;
  gain.gain.setValueAtTime((isLow ? 0.7 : isSnare ? 0.3 : 0.14) * note.volume, note.start);
  gain.gain.exponentialRampToValueAtTime(0.001, note.start + length);
  gain.connect(out);
  if (isLow) {
    const tone = sound.createOscillator();
    const high = note.pitch <= 36 ? 140 : 90 + 6 * (note.pitch - 36);
    tone.frequency.setValueAtTime(high, note.start);
    tone.frequency.exponentialRampToValueAtTime(high / 3, note.start + length);
    tone.connect(gain);
    tone.start(note.start);
    tone.stop(note.start + length);
    return;
  }
  const hiss = sound.createBufferSource();
  const filter = sound.createBiquadFilter();
  hiss.buffer = noiseOf(sound);
  filter.type = isSnare ? "bandpass" : "highpass";
  filter.frequency.value = isSnare ? 1800 : 7000;
  hiss.connect(filter).connect(gain);
  hiss.start(note.start);
  hiss.stop(note.start + length);
}

function noiseOf(sound: BaseAudioContext): AudioBuffer {
  let made = noises.get(sound);
  if (!made) {
    made = sound.createBuffer(1, sound.sampleRate / 2, sound.sampleRate);
    const values = made.getChannelData(0);
    for (let place = 0; place < values.length; place += 1) values[place] = Math.random() * 2 - 1;
    noises.set(sound, made);
  }
  return made;
}
