// Recognize: drop a file of any kind; styles, how sure that is, the evidence over it; say what it is, and that is learned.

import { get, Problem, send, upload, type Session } from "./api";
import { button, choice, field, fill, h, meter, percent } from "./dom";
import { dropPlace } from "./files";
import { say } from "./say";
import { languageNow, t } from "./words";

type Because = { what: string; called: string; drop: number; place: number };
type Guess = { style: string; called: string; probability: number; because: Because[] };
type Answer = { kind: string; guesses: Guess[]; is_sure: boolean; notice: string[]; witnesses: Answer[]; sentence?: string; picture?: string | null };
type Learned = { labels: Record<string, number>; notice: string[] };
type Query = Record<string, string | boolean>;
// A file that was sent, or one below a folder that the server allows: told and learned from in the same way.
type Source = { name: string; ask: (query: Query) => Promise<Answer>; label: (query: Query) => Promise<Learned> };

const OWN = "mine";

export async function recognize(place: HTMLElement, _who: Session): Promise<void> {
  const told = h("div", { class: "answers", "aria-live": "polite" });
  const [names, folders] = await Promise.all([get<string[]>("recognize/labels"), get<string[]>("recognize/folders")]);
  const by = choice([["", "Segue"], ...names.map((name) => [name, name] as const)], "");
  const take = async (files: File[]): Promise<void> => {
    for (const file of files) await tell(sent(file), by.value, told);
  };
  fill(place, h("section", { class: "card" }, h("h2", {}, t("recognize")), names.length ? field(t("told"), by) : null, dropPlace(t("dropAny"), take),
    folders.length ? pathForm(folders, (path) => tell(named(path), by.value, told)) : null), told);
}

function sent(file: File): Source {
  return {
    name: file.name,
    ask: async (query) => (await upload("recognize", file, { file: file.name, ...query })).json() as Promise<Answer>,
    label: async (query) => (await upload("recognize/labels", file, { file: file.name, ...query })).json() as Promise<Learned>,
  };
}

function named(path: string): Source {
  return {
    name: path,
    ask: (query) => get<Answer>("recognize", { path, ...query }),
    label: (query) => send<Learned>("POST", "recognize/labels/path", undefined, { path, ...query }),
  };
}

function pathForm(folders: string[], take: (path: string) => Promise<void>): HTMLElement {
  const path = h("input", { type: "text", required: true, size: 40, maxlength: 1000, placeholder: `${folders[0]}/…`, list: "folders", spellcheck: "false" });
  const files = h("datalist", { id: "folders" });
  const ask = async (event: Event): Promise<void> => {
    event.preventDefault();
    await take(path.value.trim());
  };
  const complete = async (): Promise<void> => {
    const found = await get<string[]>("recognize/files", { path: path.value.trim() }).catch(() => []);
    fill(files, ...found.map((one) => h("option", { value: one })));
  };
  path.addEventListener("input", () => void complete());
  path.addEventListener("focus", () => void complete());
  return h("form", { class: "row", on: { submit: (event) => void ask(event) } }, field(t("pathOf"), path), files, h("button", { type: "submit" }, t("recognize")));
}

async function tell(source: Source, own: string, told: HTMLElement): Promise<void> {
  const card = h("section", { class: "card", "aria-busy": "true" }, h("h2", {}, source.name), h("p", {}, t("listening")));
  told.prepend(card);
  try {
    const answer = await source.ask({ with: own, picture: true, lang: languageNow() });
    fill(card, h("h2", {}, source.name), ...shown(answer), heat(answer), correct(source, own, told));
  } catch (error) {
    fill(card, h("h2", {}, source.name), h("p", { class: "problem" }, error instanceof Error ? error.message : String(error)));
    if (!(error instanceof Problem)) say.problem(error);
  }
  card.removeAttribute("aria-busy");
}

function shown(answer: Answer): HTMLElement[] {
  const rows = answer.guesses.map((guess) => h("li", {}, meter(guess.probability, guess.called), ` ${guess.called} `, h("span", { class: "score" }, percent(guess.probability))));
  const parts = answer.guesses[0]?.because ?? [];
  const most = Math.max(...parts.map((one) => one.drop), 1e-9);
  return [
    h("p", { class: answer.is_sure ? "" : "unsure" }, answer.sentence ?? (answer.is_sure ? answer.kind : `${answer.kind}: ${t("notSure")}`)),
    h("ol", { class: "bars" }, ...rows),
    ...(parts.length ? [h("h3", {}, t("evidence")), h("ul", { class: "bars" }, ...parts.map((one) =>
      h("li", {}, meter(one.drop / most, one.called), ` ${one.called}: ${t("without", { drop: percent(one.drop) })}`)))] : []),
    ...answer.notice.map((line) => h("p", { class: "notice" }, line)),
    ...answer.witnesses.flatMap((one) => [h("h3", {}, one.kind), ...shown(one)]),
  ];
}

// The evidence over score, waveform or text. As an image nothing in it can run.
function heat(answer: Answer): HTMLElement | null {
  if (!answer.picture) return null;
  const link = URL.createObjectURL(new Blob([answer.picture], { type: "image/svg+xml" }));
  return h("img", { class: "heat", src: link, alt: answer.sentence ?? t("evidence") });
}

function correct(source: Source, own: string, told: HTMLElement): HTMLElement {
  const style = h("input", { type: "text", required: true, maxlength: 100, placeholder: "slip jig" });
  const said = h("p", { class: "notice", "aria-live": "polite" });
  const again = button(t("tellAgain"), () => tell(source, own || OWN, told), { hidden: true });
  const learn = async (event: Event): Promise<void> => {
    event.preventDefault();
    try {
      const learned = await source.label({ style: style.value.trim(), with: own || OWN });
      const labels = Object.entries(learned.labels).map(([name, count]) => `${name} (${count})`).join(", ");
      said.textContent = [t("learned", { labels }), ...learned.notice].join("; ");
      again.hidden = Object.keys(learned.labels).length < 2;
    } catch (error) {
      say.problem(error);
    }
  };
  return h("form", { class: "row", on: { submit: (event) => void learn(event) } }, field(t("itIs"), style), h("button", { type: "submit" }, t("learn")), again, said);
}
