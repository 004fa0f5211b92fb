// Undo without end: every state, and where among them we are; kept by the browser, as many of the latest as it takes.

const ROOM = 1_000_000; // characters that are kept between visits

export class Undo {
  private held: string[];
  private at: number;
  private timer = 0;

  constructor(first: string, private readonly place: string) {
    this.held = [first];
    this.at = 0;
    try {
      const kept = JSON.parse(localStorage.getItem(place) ?? "") as { held: string[]; at: number };
      if (kept.held.every((one) => typeof one === "string") && kept.held[kept.at] !== undefined) [this.held, this.at] = [kept.held, kept.at];
    } catch {
      // nothing was kept, or nothing that can be read
    }
    addEventListener("pagehide", () => this.write());
  }

  get now(): string {
    return this.held[this.at]!;
  }

  get canUndo(): boolean {
    return this.at > 0;
  }

  get canRedo(): boolean {
    return this.at < this.held.length - 1;
  }

  set(state: string): void {
    if (state === this.now) return;
    this.held = [...this.held.slice(0, this.at + 1), state];
    this.at += 1;
    this.keep();
  }

  undo(): string {
    this.at = Math.max(0, this.at - 1);
    this.keep();
    return this.now;
  }

  redo(): string {
    this.at = Math.min(this.held.length - 1, this.at + 1);
    this.keep();
    return this.now;
  }

  private keep(): void {
    clearTimeout(this.timer);
    this.timer = window.setTimeout(() => this.write(), 300);
  }

  private write(): void {
    let [from, size] = [0, this.held.reduce((sum, one) => sum + one.length, 0)];
    while (size > ROOM && from < this.at) {
      size -= this.held[from]!.length;
      from += 1;
    }
    try {
      localStorage.setItem(this.place, JSON.stringify({ held: this.held.slice(from), at: this.at - from }));
    } catch {
      // no room: it is kept as long as the page is open
    }
  }
}
