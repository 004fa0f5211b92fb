// Listen: bring a history in, see the taste, get songs with reasons, say what is right and wrong.

import { address, get, Problem, send, upload, type Session } from "./api";
import { button, choice, field, fill, h, meter, percent } from "./dom";
import { dropPlace } from "./files";
import { follow, type Job } from "./jobs";
import { say } from "./say";
import { languageNow, t } from "./words";

type Reason = { kind: string; song: string | null; words: string; share: number };
type Suggestion = { artist: string; title: string; tags: string[]; score: number; rank: number; because: string; reasons: Reason[] };
type Card = { since: string | null; songs: number; among: number; auc: number | null; popularity: number | null; in_first: number | null };
type Taste = { tags: { tag: string; share: number }[]; artists: { artist: string; pull: number }[]; songs: number; plays: number };

const muted = new Set<string>(JSON.parse(localStorage.getItem("muted") ?? "[]"));

export async function listen(place: HTMLElement, who: Session): Promise<void> {
  const listeners = await get<string[]>("listeners");
  let listener = who.listener ?? localStorage.getItem("listener") ?? listeners[0] ?? "";
  if (!listeners.includes(listener)) listener = listeners[0] ?? "";
  const list = h("section", { class: "card", "aria-label": t("recommendations") });
  const taste = h("section", { class: "card", "aria-label": t("taste") });
  const asked = { text: "", diversity: 0 };

  const refresh = async (): Promise<void> => {
    if (!listener) {
      fill(list, h("h2", {}, t("recommendations")), h("p", {}, t("nobody")));
      fill(taste);
      return;
    }
    localStorage.setItem("listener", listener);
    if (!list.hasChildNodes()) fill(list, h("h2", {}, t("recommendations")), h("p", { class: "hint" }, "…"));
    list.setAttribute("aria-busy", "true");
    await Promise.all([drawTaste(taste, listener, refresh), drawList(list, listener, asked, refresh)]).catch(say.problem);
    list.removeAttribute("aria-busy");
  };

  const text = h("input", { type: "search", placeholder: t("sentenceHint") });
  const variety = h("input", { type: "range", min: 0, max: 1, step: 0.1, value: 0 });
  const form = h("form", { class: "row", on: { submit: (event) => {
    event.preventDefault();
    asked.text = text.value.trim();
    asked.diversity = Number(variety.value);
    void refresh();
  } } }, field(t("sentence"), text), field(t("diversity"), variety), h("button", { type: "submit" }, t("show")));
  const names = choice(listeners.map((name) => [name, name] as const), listener);
  names.addEventListener("change", () => {
    listener = names.value;
    void refresh();
  });
  fill(place,
    h("section", { class: "card" }, h("div", { class: "row" }, listeners.length > 1 ? field(t("listener"), names) : null), form),
    list, taste, importCard(() => listener, async (name) => {
      listener = name;
      await listen(place, who);
    }));
  await refresh();
}

async function drawList(place: HTMLElement, listener: string, asked: { text: string; diversity: number }, again: () => Promise<void>): Promise<void> {
  const query = { listener, n: 20, lang: languageNow(), ...asked, without_tag: [...muted] };
  let found: Suggestion[];
  try {
    found = (await get<{ suggestions: Suggestion[] }>("recommendations", query)).suggestions;
  } catch (error) {
    if (!(error instanceof Problem) || error.status !== 404) throw error;
    fill(place, h("h2", {}, t("recommendations")), h("p", {}, error.message), tuneButton(place, again));
    return;
  }
  const items = found.map((one) => suggestion(one, listener, again));
  const take = choice([["m3u8", "M3U8"], ["xspf", "XSPF"], ["jspf", "JSPF"]], "xspf");
  const link = h("a", { class: "button", download: true, href: "#" }, t("playlist"));
  link.addEventListener("click", () => {
    link.href = address("playlist", { listener, text: asked.text, format: take.value, lang: languageNow() });
  });
  fill(place, h("h2", {}, t("recommendations")), h("ol", { class: "songs" }, ...items),
    h("div", { class: "row" }, field(t("format"), take), link), whyNot(listener));
}

function tuneButton(place: HTMLElement, again: () => Promise<void>): HTMLElement {
  const told = h("div");
  return h("div", {}, button(t("tuneNow"), async () => {
    try {
      await follow(await send<Job>("POST", "models/tasks/recommend/tune", {}), told);
      await again();
    } catch (error) {
      say.problem(error);
    }
    place.focus();
  }), told);
}

function suggestion(one: Suggestion, listener: string, again: () => Promise<void>): HTMLElement {
  const name = one.title ? `${one.artist} – ${one.title}` : one.artist;
  const thumb = (verdict: "like" | "dislike" | "hide", sign: string): HTMLElement =>
    button(sign, async () => {
      try {
        await send("POST", "feedback", { listener, artist: one.artist, title: one.title, verdict });
        say.note(t("noted"));
        await again();
      } catch (error) {
        say.problem(error);
      }
    }, { "aria-label": `${t(verdict)}: ${name}`, title: t(verdict) });
  const reasons = one.reasons.filter((reason) => reason.kind !== "tag" && Math.abs(reason.share) >= 0.02).slice(0, 8);
  return h("li", {},
    h("div", { class: "song" }, h("strong", {}, name), h("span", { class: "score" }, percent(one.score)),
      h("span", { class: "thumbs" }, thumb("like", "♥"), thumb("dislike", "✕"), thumb("hide", "⌀"))),
    h("details", {}, h("summary", {}, one.because),
      h("ul", { class: "reasons" }, ...reasons.map((reason) => h("li", {}, meter(Math.abs(reason.share), reason.song ?? (reason.words || t("popularity"))),
        ` ${reason.song ?? (reason.words || t("popularity"))} · ${percent(reason.share)} ${t(reason.share < 0 ? "speaksAgainst" : "speaksFor")}`)))));
}

function whyNot(listener: string): HTMLElement {
  const song = h("input", { type: "search", placeholder: t("whyNotHint"), required: true });
  const told = h("p", { "aria-live": "polite" });
  const ask = async (event: Event): Promise<void> => {
    event.preventDefault();
    try {
      const found = await get<Suggestion>("explanation", { listener, song: song.value, lang: languageNow() });
      told.textContent = t("rank", { rank: found.rank, because: found.because });
    } catch (error) {
      told.textContent = error instanceof Error ? error.message : String(error);
    }
  };
  return h("form", { class: "row", on: { submit: (event) => void ask(event) } }, field(t("whyNot"), song), h("button", { type: "submit" }, t("why")), told);
}

async function drawTaste(place: HTMLElement, listener: string, again: () => Promise<void>): Promise<void> {
  let taste: Taste;
  try {
    taste = await get<Taste>("taste", { listener, n: 12 });
  } catch {
    fill(place);
    return;
  }
  const most = Math.max(...taste.tags.map((one) => Math.abs(one.share)), 1e-9);
  const rows = taste.tags.map((one) => h("li", {}, meter(Math.abs(one.share) / most, one.tag), h("span", { class: muted.has(one.tag) ? "muted" : "" }, ` ${one.tag} `),
    button("−", async () => {
      muted.has(one.tag) ? muted.delete(one.tag) : muted.add(one.tag);
      localStorage.setItem("muted", JSON.stringify([...muted]));
      await again();
    }, { "aria-label": `${t("less")}: ${one.tag}`, title: t("less"), "aria-pressed": String(muted.has(one.tag)) })));
  const card = h("details", {}, h("summary", {}, t("card")), h("p", { "aria-live": "polite" }));
  card.addEventListener("toggle", () => void drawCard(card, listener));
  fill(place, h("h2", {}, t("taste")), card, h("div", { class: "columns" },
    h("div", {}, h("h3", {}, t("tags")), h("ul", { class: "bars" }, ...rows)),
    h("div", {}, h("h3", {}, t("artists")), h("ol", {}, ...taste.artists.slice(0, 12).map((one) => h("li", {}, one.artist))))));
}

async function drawCard(card: HTMLDetailsElement, listener: string): Promise<void> {
  if (!card.open) return;
  try {
    const told = await get<Card>("scorecard", { listener });
    card.lastElementChild!.textContent = told.auc === null ? t("cardNone") : t("cardSays", {
      songs: told.songs, since: (told.since ?? "").slice(0, 10), among: told.among, auc: percent(told.auc),
      popularity: told.popularity === null ? "–" : percent(told.popularity), first: told.in_first ?? 0,
    });
  } catch (error) {
    say.problem(error);
  }
}

function importCard(listener: () => string, done: (listener: string) => Promise<void>): HTMLElement {
  const name = h("input", { type: "text", value: listener() || "me" });
  const dry = h("input", { type: "checkbox" });
  const told = h("div", { "aria-live": "polite" });
  const take = async (files: File[]): Promise<void> => {
    for (const file of files) {
      try {
        const query = { file: file.name, listener: name.value.trim(), dry_run: dry.checked };
        const job = await follow((await (await upload("imports", file, query)).json()) as Job, told);
        if (job.result) told.append(account(job.result));
        if (job.result && !dry.checked) await done(name.value.trim());
      } catch (error) {
        say.problem(error);
      }
    }
  };
  return h("section", { class: "card" }, h("h2", {}, t("import")), h("div", { class: "row" }, field(t("listener"), name), field(t("dryRun"), dry)), dropPlace(t("dropHere"), take), told);
}

function account(result: Record<string, unknown>): HTMLElement {
  const dropped = Object.entries(result["dropped"] as Record<string, number>);
  const rows: [string, unknown][] = [[t("read"), result["read"]], [t("fresh"), result["new"]], [t("known"), result["known"]],
    ...dropped.map(([reason, count]): [string, unknown] => [`${t("dropped")}: ${reason}`, count]), [t("broken"), result["broken"]]];
  return h("table", {}, h("tbody", {}, ...rows.map(([what, count]) => h("tr", {}, h("th", { scope: "row" }, what), h("td", {}, String(count))))));
}
