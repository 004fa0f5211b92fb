// The desk: a tune that is written, engraved, heard and seen; its bars locked, its steps taken back, its files taken out.

import { send } from "./api";
import { button, fill, h, percent } from "./dom";
import { Sheet } from "./sheet";
import { Takeout } from "./takeout";
import { Undo } from "./undo";
import { t } from "./words";

type Judged = { is_original: boolean; nearest: string | null; nearest_title: string | null; nearest_share: number; told: string };

const FIRST = "X:1\nT:\nM:4/4\nL:1/4\nQ:1/4=110\nK:G\n|: G A B c | d2 B2 | c A F D | G4 :|\n";
const history = new Undo(FIRST, "tunes"); // of the page, not of the view: who looks elsewhere loses no step
const locked = new Set<number>();

export class Desk {
  readonly locked = locked;
  readonly takeout = new Takeout();
  readonly back = button(t("undo"), () => this.show(history.undo()), { "aria-keyshortcuts": "Control+Z", title: "Ctrl+Z" });
  readonly forth = button(t("redo"), () => this.show(history.redo()), { "aria-keyshortcuts": "Control+Shift+Z", title: "Ctrl+Shift+Z" });
  readonly sheet = new Sheet(t("score"), (bar) => this.toggle(bar));
  readonly play = playButton(this.sheet, t("play"), "Control+Space");
  private readonly text = h("textarea", { rows: 8, spellcheck: "false", "aria-label": t("tune"), class: "abc" });
  private readonly picks = h("div", { class: "picks", role: "group", "aria-label": t("pickBars") });
  private readonly warnings = h("p", { class: "notice", "aria-live": "polite" });
  private readonly badge = h("p", { class: "badge", "aria-live": "polite" });
  private readonly roll = h("details", { class: "rolls" }, h("summary", {}, t("pianoRoll")), h("div"));
  private badged = 0;

  constructor() {
    this.text.addEventListener("input", () => {
      history.set(this.text.value);
      this.draw(this.text.value);
    });
    this.roll.addEventListener("toggle", () => this.drawRoll());
  }

  get abc(): string {
    return history.now;
  }

  get parts(): HTMLElement[] {
    return [this.sheet.place, h("p", { class: "hint" }, t("pickBars")), this.picks, this.warnings, this.badge, this.roll, this.text];
  }

  start(): void {
    this.show(history.now);
  }

  take(abc: string): void {
    history.set(abc);
    this.show(abc);
  }

  // A new sheet: bars of rest in the key and metre that were chosen, or the tune that stands here first.
  fresh(key: string, metre: string): void {
    locked.clear();
    this.take(key || metre ? `X:1\nT:\nM:${metre || "4/4"}\nL:1/8\nQ:1/4=110\nK:${key || "C"}\n${"Z | ".repeat(8)}\n` : FIRST);
  }

  // Ctrl+Z and its kin, wherever on the view one stands but in a field that undoes its own.
  key(event: KeyboardEvent): void {
    if (!(event.ctrlKey || event.metaKey) || event.altKey) return;
    const isOther = event.target instanceof HTMLInputElement || (event.target instanceof HTMLTextAreaElement && event.target !== this.text);
    const name = event.key.toLowerCase();
    if (event.code === "Space") this.play.click();
    else if (isOther || (name !== "z" && name !== "y")) return;
    else (name === "y" || event.shiftKey ? this.forth : this.back).click();
    event.preventDefault();
  }

  private toggle(bar: number): void {
    if (!locked.delete(bar)) locked.add(bar);
    this.draw(history.now);
  }

  private show(abc: string): void {
    this.text.value = abc;
    this.draw(abc);
  }

  private draw(abc: string): void {
    this.warnings.textContent = this.sheet.draw(abc, locked).join("; ");
    const now = document.activeElement?.getAttribute("data-bar");
    fill(this.picks, ...Array.from({ length: this.sheet.bars }, (_, place) => this.pick(place + 1)));
    if (now) this.picks.querySelector<HTMLElement>(`[data-bar="${now}"]`)?.focus();
    this.back.disabled = !history.canUndo;
    this.forth.disabled = !history.canRedo;
    this.drawRoll();
    void this.takeout.aim(abc);
    clearTimeout(this.badged);
    this.badged = window.setTimeout(() => void this.drawBadge(abc), 1200);
  }

  private pick(bar: number): HTMLElement {
    const isLocked = locked.has(bar);
    const named = `${t("bars")} ${bar}${isLocked ? `, ${t("locked")}` : ""}`;
    return button(String(bar), () => this.toggle(bar), { "data-bar": bar, "aria-pressed": String(isLocked), "aria-label": named });
  }

  private drawRoll(): void {
    if (this.roll.open) fill(this.roll.lastElementChild!, this.sheet.roll(t("pianoRoll")));
  }

  private async drawBadge(abc: string): Promise<void> {
    try {
      const told = await send<Judged>("POST", "music/originality", { music: abc });
      if (abc !== history.now) return;
      const nearest = told.nearest_title || told.nearest;
      const near = nearest ? t("nearest", { name: nearest, share: percent(told.nearest_share) }) : "";
      this.badge.textContent = [told.is_original ? `✓ ${t("original")}` : `⚠ ${t("near")}`, near].filter(Boolean).join(" · ");
      this.badge.className = told.is_original ? "badge" : "badge problem";
      this.badge.title = told.told;
    } catch {
      this.badge.textContent = "";
    }
  }
}

export function playButton(sheet: Sheet, name: string, keys?: string): HTMLButtonElement {
  let isOn = false;
  const made = button(t("play"), () => {
    if (isOn) {
      sheet.stop();
      return;
    }
    isOn = true;
    made.textContent = t("stop");
    made.setAttribute("aria-label", name.replace(t("play"), t("stop")));
    sheet.play(() => {
      isOn = false;
      made.textContent = t("play");
      made.setAttribute("aria-label", name);
    });
  }, { "aria-label": name, "aria-keyshortcuts": keys });
  return made;
}
