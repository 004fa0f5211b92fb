// Listen: what comes next with its reasons, thumbs that change the list at once, why not, playlists.

import { address, get, Problem, send, type Session } from "./api";
import { bringCard } from "./bring";
import { button, choice, field, fill, h, meter, percent, redrawn } from "./dom";
import { follow, type Job } from "./jobs";
import { say } from "./say";
import { drawCard, drawTaste } from "./taste";
import { languageNow, t, type Word } from "./words";

type Named = { artist: string; title: string };
type Reason = { kind: string; song: string | null; words: string; share: number };
type Suggestion = { artist: string; title: string; tags: string[]; score: number; rank: number; because: string; reasons: Reason[] };
type Why = Suggestion & { instead: { without: string[]; rank: number } | null };
type Verdict = "like" | "dislike" | "hide";
type Said = { artist: string; title: string; verdict: Verdict };

const SIGNS: Record<Verdict, string> = { like: "♥", dislike: "✕", hide: "⌀" };
const SAID: Record<Verdict, Word> = { like: "saidLike", dislike: "saidDislike", hide: "saidHide" };
const SHOWN = 100; // of what was said, the latest

class Room {
  listener = "";
  text = "";
  diversity = 0;
  readonly list = h("section", { class: "card", "aria-label": t("recommendations") });
  readonly taste = h("section", { class: "card", "aria-label": t("taste") });
  readonly card = h("section", { class: "card", "aria-label": t("card") });
  private shown = new Set<string>();
  private why = this.whyNot(); // stays while the list is drawn anew: what is being asked is not lost
  private said: Said[] = [];
  private isOpen = false; // what was said, to be looked at

  // All of it anew, for who listens now.
  async refresh(): Promise<void> {
    if (!this.listener) {
      fill(this.list, h("h2", {}, t("recommendations")), h("p", {}, t("nobody")));
      fill(this.taste);
      fill(this.card);
      return;
    }
    localStorage.setItem("listener", this.listener);
    if (!this.list.hasChildNodes()) fill(this.list, h("h2", {}, t("recommendations")), h("p", { class: "hint" }, "…"));
    this.list.setAttribute("aria-busy", "true");
    const again = (): Promise<void> => this.refresh();
    const parts = [redrawn(this.list, () => this.draw()), redrawn(this.taste, () => drawTaste(this.taste, this.listener, again)), drawCard(this.card, this.listener)];
    await Promise.all(parts).catch(say.problem);
    this.list.removeAttribute("aria-busy");
  }

  // Another listener, or another wish: nothing of the old list is "new" any more.
  async turn(change: Partial<Pick<Room, "listener" | "text" | "diversity">>): Promise<void> {
    Object.assign(this, change);
    this.shown.clear();
    this.why = this.whyNot();
    await this.refresh();
  }

  private async draw(): Promise<void> {
    const query = { listener: this.listener, n: 20, lang: languageNow(), text: this.text, diversity: this.diversity };
    let found: Suggestion[];
    try {
      const [list, told] = await Promise.all([get<{ suggestions: Suggestion[] }>("recommendations", query), get<{ said: Said[] }>("feedback", { listener: this.listener, limit: SHOWN })]);
      [found, this.said] = [list.suggestions, told.said];
    } catch (error) {
      if (!(error instanceof Problem) || error.status !== 404) throw error;
      fill(this.list, h("h2", {}, t("recommendations")), h("p", {}, error.message), this.tuneButton());
      return;
    }
    const items = found.map((one) => this.suggestion(one));
    const [before, now] = [this.shown, new Set(found.map(nameOf))];
    if (before.size) found.forEach((one, place) => items[place]!.classList.toggle("fresh", !before.has(nameOf(one))));
    this.shown = now;
    fill(this.list, h("h2", {}, t("recommendations")), this.text ? h("p", { class: "hint" }, t("forWords", { words: this.text })) : null,
      h("ol", { class: "songs" }, ...items), this.playlist(), this.judged(), this.why);
  }

  private suggestion(one: Suggestion): HTMLElement {
    const name = nameOf(one);
    const item = h("li", {},
      h("div", { class: "song" }, h("strong", {}, name), h("span", { class: "new" }, t("newHere")), h("span", { class: "score", title: t("probability") }, percent(one.score)),
        h("span", { class: "thumbs" }, this.thumb(one, "like"), this.thumb(one, "dislike"), this.thumb(one, "hide"))),
      h("details", {}, h("summary", {}, one.because), reasonsOf(one)));
    return item;
  }

  private thumb(one: Suggestion, verdict: Verdict): HTMLElement {
    const name = nameOf(one);
    const isOn = this.said.some((each) => each.verdict === verdict && nameOf(each) === name);
    const act = (): Promise<void> => (isOn ? this.takeBack(one) : this.judge(one, verdict));
    return button(SIGNS[verdict], act, { "aria-label": `${t(verdict)}: ${name}`, title: t(verdict), "data-focus": `${verdict} ${name}`, "aria-pressed": String(isOn) });
  }

  private async judge(one: Suggestion, verdict: Verdict): Promise<void> {
    try {
      await send("POST", "feedback", { listener: this.listener, artist: one.artist, title: one.title, verdict });
      say.note(t(SAID[verdict], { name: nameOf(one) }));
      await this.refresh();
    } catch (error) {
      say.problem(error);
    }
  }

  private async takeBack(one: Named): Promise<void> {
    try {
      await send("DELETE", "feedback", undefined, { listener: this.listener, artist: one.artist, title: one.title });
      say.note(t("tookBack", { name: nameOf(one) }));
      await this.refresh();
    } catch (error) {
      say.problem(error);
    }
  }

  // What was said so far, each word to be taken back.
  private judged(): HTMLElement | null {
    if (!this.said.length) return null;
    const rows = this.said.map((one) => h("li", {}, h("span", { "aria-hidden": "true" }, SIGNS[one.verdict]), ` ${t(one.verdict)}: ${nameOf(one)} `,
      button(t("takeBack"), () => this.takeBack(one), { class: "small", "aria-label": `${t("takeBack")}: ${t(one.verdict)} ${nameOf(one)}`, "data-focus": `said ${nameOf(one)}` })));
    return h("details", { class: "judged", open: this.isOpen, on: { toggle: (event) => { this.isOpen = (event.currentTarget as HTMLDetailsElement).open; } } },
      h("summary", {}, t("whatISaid")), h("ul", {}, ...rows));
  }

  private playlist(): HTMLElement {
    const take = choice([["m3u8", "M3U8"], ["xspf", "XSPF"], ["jspf", "JSPF"]], "xspf");
    const link = h("a", { class: "button", download: true });
    const aim = (): void => {
      link.href = address("playlist", { listener: this.listener, text: this.text, diversity: this.diversity, format: take.value, lang: languageNow() });
    };
    take.addEventListener("change", aim);
    aim();
    link.append(t("playlist"));
    return h("div", { class: "row" }, field(t("format"), take), link, h("small", {}, t("playlistHint")));
  }

  private whyNot(): HTMLElement {
    const song = h("input", { type: "search", placeholder: t("whyNotHint"), required: true, "data-focus": "why not", list: "known-songs" });
    const known = h("datalist", { id: "known-songs" });
    const told = h("div", { class: "why", "aria-live": "polite" });
    song.addEventListener("input", () => void complete(song.value, known));
    const ask = async (event: Event): Promise<void> => {
      event.preventDefault();
      try {
        const found = await get<Why>("explanation", { listener: this.listener, song: song.value, lang: languageNow() });
        fill(told, h("p", {}, t("rank", { rank: found.rank.toLocaleString(), because: found.because })),
          found.instead ? h("p", {}, t("instead", { songs: found.instead.without.join(t("comma")), rank: found.instead.rank.toLocaleString(), now: found.rank.toLocaleString() })) : null, reasonsOf(found));
      } catch (error) {
        fill(told, h("p", { class: "problem" }, error instanceof Error ? error.message : String(error)));
      }
    };
    return h("form", { on: { submit: (event) => void ask(event) } }, h("div", { class: "row" }, field(t("whyNot"), song), known, h("button", { type: "submit" }, t("why"))), told);
  }

  private tuneButton(): HTMLElement {
    const told = h("div", { "aria-live": "polite" });
    return h("div", {}, button(t("tuneNow"), async () => {
      try {
        await follow(await send<Job>("POST", "models/tasks/recommend/tune", {}), told);
        await this.refresh();
      } catch (error) {
        say.problem(error);
      }
    }), told);
  }
}

export async function listen(place: HTMLElement, who: Session): Promise<void> {
  let listeners = await get<string[]>("listeners");
  const room = new Room();
  const wanted = who.listener ?? localStorage.getItem("listener") ?? "";
  room.listener = listeners.includes(wanted) ? wanted : (listeners[0] ?? "");
  const text = h("input", { type: "search", placeholder: t("sentenceHint"), size: 32, maxlength: 500 });
  const variety = h("input", { type: "range", min: 0, max: 1, step: 0.1, value: 0 });
  const form = h("form", { class: "row", on: { submit: (event) => {
    event.preventDefault();
    void room.turn({ text: text.value.trim(), diversity: Number(variety.value) });
  } } }, field(t("sentence"), text), field(t("diversity"), variety), h("button", { type: "submit" }, t("show")));
  const names = h("select", {});
  const named = field(t("listener"), names);
  const fillNames = (): void => {
    fill(names, ...listeners.map((name) => h("option", { value: name, selected: name === room.listener }, name)));
    named.hidden = listeners.length < 2;
  };
  names.addEventListener("change", () => void room.turn({ listener: names.value }));
  fillNames();
  const brought = async (listener: string): Promise<void> => {
    listeners = await get<string[]>("listeners");
    room.listener = listener;
    fillNames();
    await room.turn({});
  };
  fill(place, h("section", { class: "card" }, named, form), room.list, room.taste, room.card, bringCard(room.listener, brought));
  await room.refresh();
}

function nameOf(one: Named): string {
  return one.title ? `${one.artist} – ${one.title}` : one.artist;
}

function reasonsOf(one: Suggestion): HTMLElement {
  const reasons = one.reasons.filter((reason) => reason.kind !== "tag" && Math.abs(reason.share) >= 0.02).slice(0, 8);
  return h("ul", { class: "reasons" }, ...reasons.map((reason) => {
    const name = reason.song ?? (reason.words || t("popularity"));
    return h("li", { class: reason.share < 0 ? "against" : "" }, meter(Math.abs(reason.share), name), ` ${name} · ${percent(Math.abs(reason.share))} ${t(reason.share < 0 ? "speaksAgainst" : "speaksFor")}`);
  }));
}

async function complete(text: string, place: HTMLElement): Promise<void> {
  if (text.trim().length < 2) return;
  const found = await get<Suggestion[]>("songs", { q: text }).catch(() => []);
  fill(place, ...found.slice(0, 8).map((one) => h("option", { value: one.title ? `${one.artist} - ${one.title}` : one.artist })));
}
