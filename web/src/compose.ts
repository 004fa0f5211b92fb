// Compose: a lead sheet that is written, engraved, heard, and offered alternatives for; bars can be locked.

import { address, get, send, stream, upload, type Session } from "./api";
import { button, choice, field, fill, h } from "./dom";
import { download, dropPlace } from "./files";
import { say } from "./say";
import { Sheet } from "./sheet";
import { Undo } from "./undo";
import { t, type Word } from "./words";

type Offer = { number: number; abc?: string; sections?: { name: string; lines: string[] }[]; reasons: string[]; notice?: string[] };
type Verb = { name: Word; path: string; needs: "music" | "nothing"; more?: (desk: Desk) => Record<string, unknown> };

const FIRST = "X:1\nT:\nM:4/4\nL:1/4\nQ:1/4=110\nK:G\n|: G A B c | d2 B2 | c A F D | G4 :|\n";
const KEPT = "tune";
// what may be asked for; a new verb is a line here
const VERBS: Verb[] = [
  { name: "askChords", path: "harmony", needs: "music", more: (desk) => ({ keep: [...desk.locked] }) },
  { name: "askMelody", path: "melody", needs: "music" },
  { name: "askInfill", path: "infill", needs: "music", more: (desk) => ({ keep: [...desk.locked] }) },
  { name: "askParts", path: "arrange", needs: "music", more: () => ({ n: 1 }) },
  { name: "askPiece", path: "piece", needs: "nothing", more: (desk) => ({ form: desk.form.value, key: desk.key.value, metre: desk.metre.value, n: 2 }) },
  { name: "askWords", path: "lyrics", needs: "music", more: () => ({ n: 2 }) },
];

class Desk {
  readonly locked = new Set<number>();
  readonly text = h("textarea", { rows: 8, spellcheck: false, "aria-label": t("tune"), class: "abc" });
  readonly style = choice([["", t("any")]], "");
  readonly key = h("input", { type: "text", size: 6, placeholder: "G, Am, Ddor" });
  readonly metre = h("input", { type: "text", size: 5, placeholder: "4/4" });
  readonly form = choice(["AABA", "AABB", "ABAB", "verse-chorus", "12-bar-blues"].map((one) => [one, one] as const), "AABA");
  readonly sheet = new Sheet(t("score"), (bar) => this.toggle(bar));
  readonly picks = h("div", { class: "picks", role: "group", "aria-label": t("pickBars") });
  readonly warnings = h("p", { class: "notice", "aria-live": "polite" });
  readonly badge = h("p", { class: "badge", "aria-live": "polite" });
  readonly roll = h("details", { class: "rolls" }, h("summary", {}, t("pianoRoll")), h("div"));
  readonly offers = h("section", { class: "card", "aria-label": t("alternatives") });
  readonly history = new Undo(localStorage.getItem(KEPT) ?? FIRST);
  readonly back = button(t("undo"), () => this.show(this.history.undo()));
  readonly forth = button(t("redo"), () => this.show(this.history.redo()));
  private asked: AbortController | null = null;
  private seed = 0;
  private badged = 0;

  start(): void {
    this.text.addEventListener("input", () => this.take(this.text.value, false));
    this.roll.addEventListener("toggle", () => this.drawRoll());
    this.show(this.history.now);
    void get<{ styles: string[] }>("music").then((about) => {
      for (const name of about.styles) this.style.append(h("option", { value: name }, name));
    }, say.problem);
  }

  take(abc: string, isNew = true): void {
    this.history.set(abc);
    if (isNew) this.show(abc);
    else this.draw(abc);
  }

  toggle(bar: number): void {
    if (!this.locked.delete(bar)) this.locked.add(bar);
    this.draw(this.history.now);
  }

  async ask(verb: Verb): Promise<void> {
    this.asked?.abort();
    const mine = (this.asked = new AbortController());
    const told = h("p", { "aria-live": "polite" }, t("drawing", { bars: 0 }));
    const list = h("div", { class: "offers" });
    const stop = button(t("cancel"), () => mine.abort());
    fill(this.offers, h("h2", {}, t("alternatives")), told, stop, list);
    const given = verb.needs === "music" ? { music: this.history.now } : {};
    const wish = { ...given, n: 3, seed: (this.seed += 1), style: this.style.value, ...verb.more?.(this) };
    try {
      for await (const event of stream(`compose/${verb.path}`, wish, mine.signal)) {
        if (event.name === "bars") told.textContent = t("drawing", { bars: Number(event.value["done"]) });
        else if (event.name === "offer") list.append(this.offer(event.value as unknown as Offer));
        else if (event.name === "problem") throw new Error(String(event.value["detail"]));
      }
    } catch (error) {
      say.problem(error);
    }
    told.textContent = "";
    stop.remove();
  }

  async save(kind: string): Promise<void> {
    const answer = await upload("music/convert", new Blob([this.history.now]), { file: "tune.abc", to: kind });
    download(await answer.blob(), `segue.${kind}`);
  }

  async open(files: File[]): Promise<void> {
    const [file] = files;
    if (!file) return;
    try {
      this.locked.clear();
      this.take(await (await upload("music/convert", file, { file: file.name, to: "abc" })).text());
    } catch (error) {
      say.problem(error);
    }
  }

  private show(abc: string): void {
    this.text.value = abc;
    this.draw(abc);
  }

  private draw(abc: string): void {
    localStorage.setItem(KEPT, abc);
    this.warnings.textContent = this.sheet.draw(abc, this.locked).join("; ");
    const now = document.activeElement?.getAttribute("data-bar");
    fill(this.picks, ...Array.from({ length: this.sheet.bars }, (_, place) => this.pick(place + 1)));
    if (now) this.picks.querySelector<HTMLElement>(`[data-bar="${now}"]`)?.focus();
    this.back.disabled = !this.history.canUndo;
    this.forth.disabled = !this.history.canRedo;
    this.drawRoll();
    clearTimeout(this.badged);
    this.badged = window.setTimeout(() => void this.drawBadge(abc), 1200);
  }

  private pick(bar: number): HTMLElement {
    const isLocked = this.locked.has(bar);
    const named = `${t("bars")} ${bar}${isLocked ? `, ${t("locked")}` : ""}`;
    return button(String(bar), () => this.toggle(bar), { "data-bar": bar, "aria-pressed": String(isLocked), "aria-label": named });
  }

  private drawRoll(): void {
    if (this.roll.open) fill(this.roll.lastElementChild!, this.sheet.roll(t("pianoRoll")));
  }

  private async drawBadge(abc: string): Promise<void> {
    try {
      const told = await send<{ is_original: boolean; nearest: string | null; nearest_title: string | null; told: string }>("POST", "music/originality", { music: abc });
      this.badge.textContent = told.is_original ? `✓ ${t("original")}` : `⚠ ${t("near", { name: told.nearest_title || told.nearest || "" })}`;
      this.badge.title = told.told;
    } catch {
      this.badge.textContent = "";
    }
  }

  private offer(one: Offer): HTMLElement {
    const card = h("article", { class: "offer" });
    const words = one.sections?.flatMap((section) => [section.name ? `[${section.name}]` : "", ...section.lines]).join("\n").trim();
    const sheet = one.abc ? new Sheet(`${t("score")} ${one.number}`, null, 380) : null;
    if (sheet && one.abc) sheet.draw(one.abc);
    const listen = sheet ? playButton(sheet) : null;
    const accept = one.abc ? button(t("accept"), () => { this.take(one.abc!); say.note(t("noted")); }, { "aria-label": `${t("accept")} ${one.number}` }) : null;
    fill(card, h("h3", {}, String(one.number)), sheet?.place ?? h("pre", {}, words ?? ""),
      h("div", { class: "row" }, listen, accept, button(t("reject"), () => card.remove(), { "aria-label": `${t("reject")} ${one.number}` })),
      h("details", {}, h("summary", {}, t("why")), h("ul", {}, ...one.reasons.map((reason) => h("li", {}, reason)))));
    return card;
  }
}

function playButton(sheet: Sheet): HTMLButtonElement {
  let isOn = false;
  const made = button(t("play"), () => {
    if (isOn) {
      sheet.stop();
      return;
    }
    isOn = true;
    made.textContent = t("stop");
    sheet.play(() => {
      isOn = false;
      made.textContent = t("play");
    });
  });
  return made;
}

export async function compose(place: HTMLElement, _who: Session): Promise<void> {
  const desk = new Desk();
  const kinds = choice(["abc", "mid", "musicxml", "wav", "pdf", "svg"].map((one) => [one, one] as const), "mid");
  const out = h("a", { class: "button", href: address("music"), draggable: true, role: "button" }, t("save"));
  out.addEventListener("click", (event) => {
    event.preventDefault();
    void desk.save(kinds.value).catch(say.problem);
  });
  out.addEventListener("dragstart", (event) => {
    const link = URL.createObjectURL(new Blob([desk.history.now], { type: "text/vnd.abc" }));
    event.dataTransfer?.setData("DownloadURL", `text/vnd.abc:segue.abc:${link}`);
    event.dataTransfer?.setData("text/plain", desk.history.now);
  });
  fill(place,
    h("section", { class: "card" },
      h("div", { class: "row" }, button(t("newTune"), () => { desk.locked.clear(); desk.take(FIRST); }), desk.back, desk.forth, playButton(desk.sheet), field(t("format"), kinds), out),
      desk.sheet.place, h("p", { class: "hint" }, t("pickBars")), desk.picks, desk.warnings, desk.badge, desk.roll, desk.text,
      dropPlace(t("open"), (files) => desk.open(files))),
    h("section", { class: "card" }, h("div", { class: "row" }, field(t("style"), desk.style), field(t("keyOf"), desk.key), field(t("metre"), desk.metre), field(t("form"), desk.form)),
      h("div", { class: "row" }, ...VERBS.map((verb) => button(t(verb.name), () => desk.ask(verb))))),
    desk.offers);
  desk.start();
}
