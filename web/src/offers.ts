// Alternatives side by side: seen as they are drawn, heard, taken, edited or left.

import { send, stream } from "./api";
import { button, fill, h } from "./dom";
import { playButton, type Desk } from "./desk";
import { say } from "./say";
import { Sheet } from "./sheet";
import { t } from "./words";

type Offer = { number: number; call: string | null; abc?: string; sections?: { name: string; lines: string[] }[]; reasons: string[]; notice?: string[]; like?: Like };
type Like = { style: string; distance: number | null; notice: string[] };

const PAUSE = 150; // milliseconds between two drawings of what is being written
const WIDTH = 380;

export class Offers {
  readonly place = h("section", { class: "card", "aria-label": t("alternatives") });
  private asked: AbortController | null = null;
  private seed = 0;

  constructor(private readonly desk: Desk) {}

  async ask(path: string, wish: Record<string, unknown>): Promise<void> {
    this.asked?.abort();
    const mine = (this.asked = new AbortController());
    const told = h("p", { "aria-live": "polite" }, t("drawing", { bars: 0 }));
    const list = h("div", { class: "offers" });
    const sketch = new Sheet(t("sketch"), null, WIDTH);
    const drawn = h("div", { class: "sketch", hidden: true }, sketch.place);
    const stop = button(t("cancel"), () => mine.abort());
    fill(this.place, h("h2", {}, t("alternatives")), told, stop, drawn, list);
    this.place.scrollIntoView({ block: "nearest" });
    let shown = 0;
    try {
      for await (const { name, value } of stream(`compose/${path}`, { n: 3, seed: (this.seed += 1), ...wish }, mine.signal)) {
        if (name === "bars") told.textContent = t("drawing", { bars: Number(value["done"]) });
        else if (name === "bar" && performance.now() - shown > PAUSE) {
          shown = performance.now();
          drawn.hidden = false;
          sketch.draw(String(value["abc"]));
        } else if (name === "offer") list.append(this.offer(value as unknown as Offer));
        else if (name === "problem") throw new Error(String(value["detail"]));
      }
      told.textContent = t("offered", { n: list.childElementCount });
    } catch (error) {
      told.textContent = "";
      say.problem(error);
    }
    stop.remove();
    drawn.remove();
  }

  private offer(one: Offer): HTMLElement {
    const card = h("article", { class: "offer", "aria-label": `${t("alternative")} ${one.number}` });
    const words = one.sections?.flatMap((section) => [section.name ? `[${section.name}]` : "", ...section.lines]).join("\n").trim();
    const sheet = one.abc ? new Sheet(`${t("score")} ${one.number}`, null, WIDTH) : null;
    const text = h("textarea", { rows: 8, class: "abc", spellcheck: "false", "aria-label": `${t("tune")} ${one.number}`, hidden: true });
    text.value = one.abc ?? "";
    text.addEventListener("input", () => sheet?.draw(text.value));
    queueMicrotask(() => sheet?.draw(text.value)); // when it stands on the page, and has a size
    const named = (word: "accept" | "edit" | "reject" | "play"): string => `${t(word)} ${one.number}`;
    const edit = button(t("edit"), () => {
      text.hidden = !text.hidden;
      edit.setAttribute("aria-expanded", String(!text.hidden));
      if (!text.hidden) text.focus();
    }, { "aria-label": named("edit"), "aria-expanded": "false" });
    const accept = button(t("accept"), () => {
      this.desk.take(text.value);
      become(one, text.value === one.abc ? { state: "accepted" } : { state: "edited", music: text.value });
      this.desk.sheet.place.scrollIntoView({ block: "nearest" });
      say.note(t("taken", { n: one.number }));
    }, { "aria-label": named("accept") });
    const reject = button(t("reject"), () => {
      const next = card.nextElementSibling ?? card.previousElementSibling;
      card.remove();
      become(one, { state: "declined" });
      next?.querySelector("button")?.focus();
    }, { "aria-label": named("reject") });
    fill(card, h("h3", {}, `${t("alternative")} ${one.number}`), sheet?.place, words ? h("pre", {}, words) : null,
      h("div", { class: "row" }, sheet ? playButton(sheet, named("play")) : null, sheet ? accept : null, sheet ? edit : null, reject), text,
      one.like ? h("p", { class: "hint" }, nearness(one.like)) : null,
      h("details", {}, h("summary", {}, t("why")), h("ul", {}, ...[...one.reasons, ...(one.notice ?? [])].map((reason) => h("li", {}, reason)))));
    return card;
  }
}

// How near it comes to what it shall be like: 0 would be that tune itself.
function nearness(like: Like): string {
  const near = like.distance === null ? "" : t("distance", { distance: like.distance.toFixed(2) });
  return [like.style, near, ...like.notice].filter(Boolean).join(" · ");
}

// What became of an offer goes into the log that models are tuned by, where it is logged; taking it does not hang on that.
function become(one: Offer, said: { state: string; music?: string }): void {
  if (one.call) void send("PUT", `offers/${one.call}/${one.number}`, said).catch(() => undefined);
}
