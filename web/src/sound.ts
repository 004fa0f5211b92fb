// Sound of our own: the notes that abcjs lays out in time, struck a little ahead of when they are due; nothing is downloaded.

import type { TuneObject } from "abcjs";
import { strike } from "./instruments";

export type Sounding = { pitch: number; start: number; end: number; volume: number; part: number; program: number };

const AHEAD = 3; // seconds that are laid out before they are due: a tab in the background is woken once a second
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
      const told = { pitch: Number(one["pitch"]), volume: Number(one["volume"] ?? 90) / 127, program: Number(one["instrument"] ?? 0) };
      found.push({ ...told, start, end: start + Number(one["duration"]) * whole, part });
    }
  });
  return found.sort((one, other) => one.start - other.start);
}

// Play notes; `at` is told the second now and again until the end, and -1 then.
export function play(notes: Sounding[], at: (second: number) => void): void {
  stop();
  if (!notes.length) {
    at(-1);
    return;
  }
  context ??= new AudioContext();
  void context.resume();
  const sound = context;
  const out = sound.createDynamicsCompressor();
  out.connect(sound.destination);
  const begin = sound.currentTime + 0.1;
  const end = Math.max(...notes.map((note) => note.end));
  let [next, frame] = [0, 0];
  const lay = (): void => {
    for (; next < notes.length && begin + notes[next]!.start < sound.currentTime + AHEAD; next += 1) {
      const note = notes[next]!;
      strike(sound, out, { ...note, start: begin + note.start, end: begin + note.end });
    }
    if (sound.currentTime - begin > end + 0.3) stop();
  };
  const tick = (): void => {
    at(Math.max(0, sound.currentTime - begin));
    frame = requestAnimationFrame(tick);
  };
  const timer = setInterval(lay, 250);
  playing = {
    stop: () => {
      clearInterval(timer);
      cancelAnimationFrame(frame);
      out.disconnect();
      at(-1);
    },
  };
  lay();
  tick();
}

export function stop(): void {
  const now = playing;
  playing = null;
  now?.stop();
}
