// Sound of our own: the notes that abcjs lays out in time, played by oscillators; nothing is downloaded.

import type { TuneObject } from "abcjs";

export type Sounding = { pitch: number; start: number; end: number; volume: number; part: number };

let context: AudioContext | null = null;
let playing: { stop: () => void } | null = null;

// Notes in seconds, as abcjs lays them out: starts and lengths in whole notes, at the tempo of the tune.
export function notesOf(tune: TuneObject): Sounding[] {
  const audio = (tune as unknown as { setUpAudio: (options: object) => { tempo: number; tracks: Record<string, unknown>[][] } }).setUpAudio({});
  const beat = tune.getBeatLength() || 0.25;
  const whole = 60 / (audio.tempo || 120) / beat;
  const found: Sounding[] = [];
  audio.tracks.forEach((track, part) => {
    for (const one of track) {
      if (one["cmd"] !== "note") continue;
      const start = Number(one["start"]) * whole;
      found.push({ pitch: Number(one["pitch"]), start, end: start + Number(one["duration"]) * whole, volume: Number(one["volume"] ?? 90) / 127, part });
    }
  });
  return found.sort((one, other) => one.start - other.start);
}

// Play notes; `at` is told the second now and again until the end, and -1 then.
export function play(notes: Sounding[], at: (second: number) => void): void {
  stop();
  if (!notes.length) return;
  context ??= new AudioContext();
  void context.resume();
  const out = context.createDynamicsCompressor();
  out.connect(context.destination);
  const begin = context.currentTime + 0.1;
  for (const note of notes) voice(context, out, note, begin);
  const end = Math.max(...notes.map((note) => note.end));
  let frame = 0;
  const tick = (): void => {
    const second = context!.currentTime - begin;
    if (second > end + 0.3) {
      stop();
      return;
    }
    at(Math.max(0, second));
    frame = requestAnimationFrame(tick);
  };
  playing = {
    stop: () => {
      cancelAnimationFrame(frame);
      out.disconnect();
      at(-1);
    },
  };
  tick();
}

export function stop(): void {
  const now = playing;
  playing = null;
  now?.stop();
}

function voice(sound: AudioContext, out: AudioNode, note: Sounding, begin: number): void {
  const gain = sound.createGain();
  const tone = sound.createOscillator();
  const filter = sound.createBiquadFilter();
  tone.type = note.part === 0 ? "triangle" : "sine";
  tone.frequency.value = 440 * 2 ** ((note.pitch - 69) / 12);
  filter.type = "lowpass";
  filter.frequency.value = Math.min(8000, tone.frequency.value * 6);
  const start = begin + note.start;
  const end = begin + Math.max(note.end, note.start + 0.05);
  const loud = (note.part === 0 ? 0.28 : 0.12) * note.volume;
  gain.gain.setValueAtTime(0, start);
  gain.gain.linearRampToValueAtTime(loud, start + 0.015);
  gain.gain.setTargetAtTime(loud * 0.5, start + 0.03, 0.25);
  gain.gain.setTargetAtTime(0, end - 0.03, 0.04);
  tone.connect(filter).connect(gain).connect(out);
  tone.start(start);
  tone.stop(end + 0.3);
}
