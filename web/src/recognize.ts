// Recognize: drop a file of any kind; styles, how sure that is, the evidence over it; say what it is, and that is learned.

import { get, upload, type Session } from "./api";
import { button, choice, field, fill, h, meter, percent } from "./dom";
import { dropPlace } from "./files";
import { say } from "./say";
import { languageNow, t } from "./words";

type Because = { what: string; drop: number; place: number };
type Guess = { style: string; probability: number; because: Because[] };
type Answer = { kind: string; guesses: Guess[]; is_sure: boolean; notice: string[]; witnesses: Answer[]; sentence?: string; picture?: string | null };
type Learned = { labels: Record<string, number>; notice: string[] };

const OWN = "mine";

export async function recognize(place: HTMLElement, _who: Session): Promise<void> {
  const told = h("div", { class: "answers", "aria-live": "polite" });
  const names = await get<string[]>("recognize/labels");
  const by = choice([["", "Segue"], ...names.map((name) => [name, name] as const)], "");
  const take = async (files: File[]): Promise<void> => {
    for (const file of files) await tell(file, by.value, told);
  };
  fill(place, h("section", { class: "card" }, h("h2", {}, t("recognize")), names.length ? field(t("told"), by) : null, dropPlace(t("dropAny"), take)), told);
}

async function tell(file: File, own: string, told: HTMLElement): Promise<void> {
  const card = h("section", { class: "card", "aria-busy": "true" }, h("h2", {}, file.name), h("p", {}, "…"));
  told.prepend(card);
  try {
    const query = { file: file.name, with: own, picture: true, lang: languageNow() };
    const answer = (await (await upload("recognize", file, query)).json()) as Answer;
    fill(card, h("h2", {}, file.name), ...shown(answer), heat(answer), correct(file));
  } catch (error) {
    fill(card, h("h2", {}, file.name), h("p", { class: "problem" }, error instanceof Error ? error.message : String(error)));
    say.problem(error);
  }
  card.removeAttribute("aria-busy");
}

function shown(answer: Answer): HTMLElement[] {
  const rows = answer.guesses.map((guess) => h("li", {}, meter(guess.probability, guess.style), ` ${guess.style} `, h("span", { class: "score" }, percent(guess.probability))));
  const parts = answer.guesses[0]?.because ?? [];
  const most = Math.max(...parts.map((one) => one.drop), 1e-9);
  return [
    h("p", { class: answer.is_sure ? "" : "unsure" }, answer.sentence ?? (answer.is_sure ? answer.kind : `${answer.kind}: ${t("notSure")}`)),
    h("ol", { class: "bars" }, ...rows),
    ...(parts.length ? [h("h3", {}, t("evidence")), h("ul", { class: "bars" }, ...parts.map((one) =>
      h("li", {}, meter(one.drop / most, one.what), ` ${one.what}: ${t("without", { drop: percent(one.drop) })}`)))] : []),
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

function correct(file: File): HTMLElement {
  const style = h("input", { type: "text", required: true, maxlength: 100, placeholder: "slip jig" });
  const told = h("p", { class: "notice", "aria-live": "polite" });
  const learn = button(t("learn"), async () => {
    if (!style.value.trim()) {
      style.focus();
      return;
    }
    try {
      const answer = await upload("recognize/labels", file, { file: file.name, style: style.value.trim(), with: OWN });
      const learned = (await answer.json()) as Learned;
      const labels = Object.entries(learned.labels).map(([name, count]) => `${name} (${count})`).join(", ");
      told.textContent = [t("learned", { labels }), ...learned.notice].join("; ");
    } catch (error) {
      say.problem(error);
    }
  });
  return h("div", { class: "row" }, field(t("itIs"), style), learn, told);
}
