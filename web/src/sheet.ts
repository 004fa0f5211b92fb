// A tune as a score: engraved by abcjs, heard with a cursor, seen as a piano roll; bars can be picked.

import abcjs from "abcjs";
import type { NoteTimingEvent, TuneObject } from "abcjs";
import { h } from "./dom";
import { notesOf, play, stop, type Sounding } from "./sound";

export class Sheet {
  readonly place: HTMLElement;
  private tune: TuneObject | null = null;

  constructor(label: string, private readonly picked: ((bar: number) => void) | null = null, private readonly width = 720) {
    this.place = h("div", { class: "sheet", role: "img", "aria-label": label });
  }

  draw(abc: string, locked: ReadonlySet<number> = new Set()): string[] {
    const [tune] = abcjs.renderAbc(this.place, abc, {
      add_classes: true, responsive: "resize", staffwidth: this.width, paddingtop: 0, paddingbottom: 0,
      clickListener: (_element, _number, classes) => this.pick(classes),
    });
    this.tune = tune ?? null;
    for (const bar of locked) this.each(`.abcjs-mm${bar - 1}`, "locked");
    return (tune?.warnings ?? []).map((one) => one.replace(/<[^>]*>/g, ""));
  }

  // How many bars are drawn; those of a pick-up count.
  get bars(): number {
    const found = [...this.place.querySelectorAll("[class*=abcjs-mm]")].map((one) => Number(/abcjs-mm(\d+)/.exec(one.getAttribute("class") ?? "")?.[1] ?? -1));
    return 1 + Math.max(-1, ...found);
  }

  get notes(): Sounding[] {
    return this.tune ? notesOf(this.tune) : [];
  }

  play(ended: () => void): void {
    const tune = this.tune;
    if (!tune) return;
    const timing = new abcjs.TimingCallbacks(tune, {});
    const events = timing.noteTimings.filter((one: NoteTimingEvent) => one.type === "event");
    let last = -1;
    play(this.notes, (second) => {
      const at = second < 0 ? -1 : events.findLastIndex((one: NoteTimingEvent) => one.milliseconds <= second * 1000);
      if (at === last) return;
      this.mark(events[last], false);
      this.mark(events[at], true);
      last = at;
      if (second < 0) ended();
    });
  }

  stop(): void {
    stop();
  }

  roll(label: string): HTMLCanvasElement {
    const canvas = h("canvas", { class: "roll", width: 1440, height: 240, role: "img", "aria-label": label });
    const paint = canvas.getContext("2d");
    const notes = this.notes;
    if (!paint || !notes.length) return canvas;
    const [low, high] = [Math.min(...notes.map((one) => one.pitch)) - 1, Math.max(...notes.map((one) => one.pitch)) + 2];
    const end = Math.max(...notes.map((one) => one.end));
    const [x, y] = [canvas.width / end, canvas.height / (high - low)];
    for (const note of notes) {
      paint.fillStyle = note.part === 0 ? "#0b8a8a" : "#b5651d";
      paint.fillRect(note.start * x, (high - 1 - note.pitch) * y, Math.max(2, (note.end - note.start) * x - 1), Math.max(2, y - 1));
    }
    return canvas;
  }

  private mark(event: NoteTimingEvent | undefined, isOn: boolean): void {
    for (const group of event?.elements ?? []) for (const one of group) one.classList.toggle("sounding", isOn);
  }

  private each(selector: string, name: string): void {
    for (const one of this.place.querySelectorAll(selector)) one.classList.add(name);
  }

  private pick(classes: string): void {
    const found = /abcjs-mm(\d+)/.exec(classes);
    if (found && this.picked) this.picked(Number(found[1]) + 1);
  }
}
