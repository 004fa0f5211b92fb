// A taste in words and pictures, and as its listener sets it: less of this, how fast plays fade, how well it is guessed.

import { get, Problem, send } from "./api";
import { button, fill, h, meter, percent, shape } from "./dom";
import { say } from "./say";
import { languageNow, t } from "./words";

type Taste = { tags: { tag: string; share: number }[]; artists: { artist: string; pull: number }[]; songs: number; plays: number;
  half_life: number; usual_half_life: number; less: string[] };
type Course = { tags: string[]; slices: { since: string; plays: number; shares: number[] }[] };
type Card = { since: string | null; songs: number; among: number; auc: number | null; popularity: number | null; in_first: number | null };

const LIVES = [7, 30, 90, 180, 365, 730, 1825, 3650, 36500]; // days that can be chosen
const SHOWN = 12;
const SETTLED = 400; // milliseconds
const COLOURS = ["#0b8a8a", "#b5651d", "#6a51a3", "#3a7d34", "#b3346c", "#4a6fa5"];

export async function drawTaste(place: HTMLElement, listener: string, again: () => Promise<void>): Promise<void> {
  let taste: Taste;
  let course: Course;
  try {
    [taste, course] = await Promise.all([get<Taste>("taste", { listener, n: SHOWN }), get<Course>("taste/course", { listener })]);
  } catch (error) {
    if (!(error instanceof Problem) || error.status !== 404) throw error;
    fill(place);
    return;
  }
  const set = async (change: Partial<Taste>): Promise<void> => {
    const life = change.half_life ?? taste.half_life;
    const said = { listener, less: change.less ?? taste.less, half_life: life === taste.usual_half_life ? null : life };
    try {
      await send("PUT", "taste", said);
      await again();
    } catch (error) {
      say.problem(error);
    }
  };
  const gone = taste.less.filter((one) => !taste.tags.some((tag) => same(tag.tag, one)) && !taste.artists.some((artist) => same(artist.artist, one)));
  fill(place, h("h2", {}, t("taste")), h("p", {}, words(taste, course)), halfLife(taste, set), river(course),
    h("div", { class: "columns" },
      h("div", {}, h("h3", {}, t("tags")), list(taste.tags.map((one) => [one.tag, one.share]), taste.less, set)),
      h("div", {}, h("h3", {}, t("artists")), list(taste.artists.map((one) => [one.artist, one.pull]), taste.less, set))),
    gone.length ? h("p", {}, `${t("less")}: `, ...gone.map((one) => lessButton(one, taste.less, set, `${one} ✕`))) : null);
}

function same(one: string, other: string): boolean {
  return one.toLocaleLowerCase() === other.toLocaleLowerCase();
}

function words(taste: Taste, course: Course): string {
  const most = taste.tags.filter((one) => one.share > 0).slice(0, 3).map((one) => one.tag);
  const told = [t("tasteCounts", { songs: taste.songs.toLocaleString(), plays: taste.plays.toLocaleString() })];
  if (most.length) told.push(t("tasteMostly", { tags: most.join(t("comma")) }));
  const [late, all] = [meanShares(course, -3), meanShares(course, 0)];
  const moved = course.tags.map((tag, place) => ({ tag, by: (late[place] ?? 0) - (all[place] ?? 0) })).sort((one, other) => other.by - one.by);
  const [up, down] = [moved[0], moved.at(-1)];
  if (up && up.by > 0.05) told.push(t("tasteMore", { tag: up.tag }));
  if (down && down.by < -0.05) told.push(t("tasteFewer", { tag: down.tag }));
  return told.join(" ");
}

function meanShares(course: Course, from: number): number[] {
  const slices = course.slices.slice(from);
  const plays = slices.reduce((sum, one) => sum + one.plays, 0) || 1;
  return course.tags.map((_, place) => slices.reduce((sum, one) => sum + one.plays * one.shares[place]!, 0) / plays);
}

function list(rows: [string, number][], less: string[], set: (change: Partial<Taste>) => Promise<void>): HTMLElement {
  const most = Math.max(...rows.map(([, weight]) => Math.abs(weight)), 1e-9);
  return h("ul", { class: "bars" }, ...rows.map(([name, weight]) => {
    const isLess = less.some((one) => same(one, name));
    return h("li", { class: weight < 0 ? "against" : "" }, meter(Math.abs(weight) / most, name), h("span", { class: isLess ? "muted name" : "name" }, name),
      lessButton(name, less, set, "−"));
  }));
}

function lessButton(name: string, less: string[], set: (change: Partial<Taste>) => Promise<void>, sign: string): HTMLElement {
  const isLess = less.some((one) => same(one, name));
  return button(sign, () => set({ less: isLess ? less.filter((one) => !same(one, name)) : [...less, name] }),
    { "aria-label": `${t("less")}: ${name}`, title: t("less"), "aria-pressed": String(isLess), "data-focus": `less ${name}`, class: "small" });
}

function halfLife(taste: Taste, set: (change: Partial<Taste>) => Promise<void>): HTMLElement {
  const nearest = LIVES.reduce((best, one) => (Math.abs(Math.log(one / taste.half_life)) < Math.abs(Math.log(best / taste.half_life)) ? one : best));
  const slider = h("input", { type: "range", min: 0, max: LIVES.length - 1, step: 1, value: LIVES.indexOf(nearest), "data-focus": "half-life" });
  const told = h("output", {});
  const show = (): void => {
    const days = LIVES[Number(slider.value)]!;
    told.textContent = `${span(days)}${days === taste.usual_half_life ? ` (${t("usual")})` : ""}`;
    slider.setAttribute("aria-valuetext", told.textContent);
  };
  slider.addEventListener("input", show);
  let settled = 0; // each press of a key is a change: the last one counts
  slider.addEventListener("change", () => {
    clearTimeout(settled);
    settled = window.setTimeout(() => void set({ half_life: LIVES[Number(slider.value)]! }), SETTLED);
  });
  show();
  return h("label", { class: "row" }, h("span", {}, t("halfLife")), slider, told);
}

function span(days: number): string {
  if (days >= 36500) return t("never");
  const [n, unit] = days >= 365 ? [Math.round(days / 365), "year"] : days >= 90 ? [Math.round(days / 30), "month"] : [days, "day"];
  return new Intl.NumberFormat(languageNow(), { style: "unit", unit, unitDisplay: "long" }).format(n as number);
}

// How the tags that were played most shared the plays, as lines over time; the table beneath says the same.
function river(course: Course): HTMLElement | null {
  const { tags, slices } = course;
  if (slices.length < 2) return null;
  const [width, height, most] = [720, 150, Math.max(...slices.flatMap((one) => one.shares), 0.01)];
  const x = (place: number): number => (place * width) / (slices.length - 1);
  const y = (share: number): number => height - 4 - (share / most) * (height - 10);
  const lines = tags.map((tag, which) => shape("polyline", { fill: "none", stroke: COLOURS[which % COLOURS.length]!, "stroke-width": 3, "stroke-linejoin": "round",
    points: slices.map((one, place) => `${x(place).toFixed(1)},${y(one.shares[which] ?? 0).toFixed(1)}`).join(" ") }, shape("title", {}, tag)));
  const day = (one: { since: string }): string => one.since.slice(0, 10);
  const key = tags.map((tag, which) => h("li", {}, keyOf(COLOURS[which % COLOURS.length]!), ` ${tag}`));
  const table = h("details", {}, h("summary", {}, t("asTable")), h("div", { class: "wide", tabindex: 0, role: "region", "aria-label": t("overTime") }, h("table", {},
    h("thead", {}, h("tr", {}, h("th", { scope: "col" }, t("since")), ...tags.map((tag) => h("th", { scope: "col" }, tag)))),
    h("tbody", {}, ...slices.map((one) => h("tr", {}, h("th", { scope: "row" }, day(one)), ...one.shares.map((share) => h("td", {}, percent(share)))))))));
  return h("figure", { class: "course" }, h("figcaption", {}, t("overTime")),
    shape("svg", { viewBox: `0 0 ${width} ${height}`, role: "img", "aria-label": t("overTime"), preserveAspectRatio: "none" }, ...lines),
    h("div", { class: "ends" }, h("span", {}, day(slices[0]!)), h("span", {}, day(slices.at(-1)!))), h("ul", { class: "key" }, ...key), table);
}

function keyOf(colour: string): SVGElement {
  return shape("svg", { viewBox: "0 0 10 10", width: 12, height: 12, "aria-hidden": "true" }, shape("rect", { width: 10, height: 10, rx: 2, fill: colour }));
}

export async function drawCard(place: HTMLElement, listener: string): Promise<void> {
  let told: Card;
  try {
    told = await get<Card>("scorecard", { listener });
  } catch (error) {
    if (!(error instanceof Problem) || error.status !== 404) throw error;
    fill(place);
    return;
  }
  if (told.auc === null) {
    fill(place, h("h2", {}, t("card")), h("p", {}, t("cardNone")));
    return;
  }
  const row = (name: string, share: number): HTMLElement => h("li", {}, meter(share, name), h("span", { class: "name" }, name), h("strong", {}, percent(share)));
  fill(place, h("h2", {}, t("card")), h("ul", { class: "bars" }, row("Segue", told.auc), told.popularity === null ? null : row(t("popular"), told.popularity), row(t("chance"), 0.5)),
    h("p", {}, t("cardSays", { songs: told.songs, since: (told.since ?? "").slice(0, 10), among: told.among.toLocaleString(), auc: percent(told.auc),
      popularity: told.popularity === null ? "–" : percent(told.popularity), first: told.in_first ?? 0 })));
}
