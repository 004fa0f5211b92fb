// Undo without end: every state of the tune, and where among them we are.

export class Undo<T> {
  private held: T[];
  private at = 0;

  constructor(first: T) {
    this.held = [first];
  }

  get now(): T {
    return this.held[this.at]!;
  }

  get canUndo(): boolean {
    return this.at > 0;
  }

  get canRedo(): boolean {
    return this.at < this.held.length - 1;
  }

  set(state: T): void {
    if (state === this.now) return;
    this.held = [...this.held.slice(0, this.at + 1), state];
    this.at += 1;
  }

  undo(): T {
    this.at = Math.max(0, this.at - 1);
    return this.now;
  }

  redo(): T {
    this.at = Math.min(this.held.length - 1, this.at + 1);
    return this.now;
  }
}
