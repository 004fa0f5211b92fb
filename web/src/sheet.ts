// A tune as a score: engraved by abcjs, heard with a cursor, seen as a piano roll; bars can be picked.

import abcjs from "abcjs";
import type { NoteTimingEvent, TuneObject } from "abcjs";
import { h } from "./dom";
import { notesOf, play, stop, type Sounding } from "./sound";

const NARROW = 600; // pixels of the window
const COLOURS = ["#0b8a8a", "#b5651d", "#6a51a3", "#3a7d34", "#b3346c", "#4a6fa5"];

// Voices that lie low are shown in the bass clef, where the text names none; what is kept and heard stays as it is.
function withClefs(abc: string): string {
  return abc.replace(/^V:(\S+)(?!.*clef=)(.*)$/gm, (line, label: string, rest: string, at: number) => {
    if (/^V:/m.test(abc.slice(0, at)) && !rest.trim()) return line; // turns to a voice, and does not declare it
    const lines = abc.split("\n").filter((one) => one.startsWith(`[V:${label}]`)).join(" ").replace(/"[^"]*"/g, "");
    const [notes, low] = [lines.match(/[A-Ga-g]/g)?.length ?? 0, lines.match(/[A-G],/g)?.length ?? 0];
    return notes && low > notes / 2 ? `${line} clef=bass` : line;
  });
}

export class Sheet {
  readonly place: HTMLElement;
  private tune: TuneObject | null = null;
  private readonly head = h("div", { class: "head", hidden: true });

  constructor(label: string, private readonly picked: ((bar: number) => void) | null = null, private readonly width = 720) {
    this.place = h("div", { class: "sheet", role: "img", "aria-label": label });
  }

  draw(abc: string, locked: ReadonlySet<number> = new Set()): string[] {
    const [tune] = abcjs.renderAbc(this.place, withClefs(abc), {
      add_classes: true, responsive: "resize", paddingtop: 0, paddingbottom: 0, ...this.fit(abc),
      clickListener: (_element, _number, classes) => this.pick(classes),
    });
    this.tune = tune ?? null;
    this.widen();
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
    if (!tune) {
      ended();
      return;
    }
    const timing = new abcjs.TimingCallbacks(tune, {});
    const events = timing.noteTimings.filter((one: NoteTimingEvent) => one.type === "event");
    const notes = this.notes;
    const end = Math.max(...notes.map((one) => one.end), 0.1);
    let last = -1;
    play(notes, (second) => {
      const at = second < 0 ? -1 : events.findLastIndex((one: NoteTimingEvent) => one.milliseconds <= second * 1000);
      this.head.hidden = second < 0;
      this.head.style.left = `${(100 * Math.max(0, second)) / end}%`;
      if (at !== last) {
        this.mark(events[last], false);
        this.mark(events[at], true);
        last = at;
      }
      if (second < 0) ended();
    });
  }

  stop(): void {
    stop();
  }

  // The notes by time and pitch, a colour a part; a line goes with the sound.
  roll(label: string): HTMLElement {
    const canvas = h("canvas", { class: "roll", width: 1440, height: 240, role: "img", "aria-label": label });
    const paint = canvas.getContext("2d");
    const notes = this.notes;
    const made = h("div", { class: "rolled" }, canvas, this.head);
    if (!paint || !notes.length) return made;
    const [low, high] = [Math.min(...notes.map((one) => one.pitch)) - 1, Math.max(...notes.map((one) => one.pitch)) + 2];
    const end = Math.max(...notes.map((one) => one.end));
    const [x, y] = [canvas.width / end, canvas.height / (high - low)];
    for (const note of notes) {
      paint.fillStyle = COLOURS[note.part % COLOURS.length]!;
      paint.fillRect(note.start * x, (high - 1 - note.pitch) * y, Math.max(2, (note.end - note.start) * x - 1), Math.max(2, y - 1));
    }
    return made;
  }

  // On a narrow screen, and under words, lines are shorter, so that notes keep a size that can be read and words their room.
  private fit(abc: string): { staffwidth: number; wrap?: { minSpacing: number; maxSpacing: number; preferredMeasuresPerLine: number } } {
    const room = this.place.clientWidth;
    const isNarrow = room > 0 && innerWidth < NARROW;
    const hasWords = /^w:/m.test(abc);
    const staffwidth = isNarrow ? Math.min(this.width, 1.2 * room) : hasWords ? 1.5 * this.width : this.width;
    if (!isNarrow && !hasWords) return { staffwidth };
    return { staffwidth, wrap: { minSpacing: 1.6, maxSpacing: 2.6, preferredMeasuresPerLine: staffwidth < NARROW ? 2 : 4 } };
  }

  // A line that holds more than the width asked for is shown whole, smaller.
  private widen(): void {
    const drawn = this.place.querySelector("svg");
    const inside = drawn?.getBBox();
    const view = drawn?.viewBox.baseVal;
    if (drawn && view && inside && inside.x + inside.width > view.width) drawn.setAttribute("viewBox", `0 0 ${Math.ceil(inside.x + inside.width + 12)} ${view.height}`);
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
