// Recognize: drop a file of any kind; styles, how sure that is, and the evidence.

import { upload, type Session } from "./api";
import { fill, h, meter, percent } from "./dom";
import { dropPlace } from "./files";
import { say } from "./say";
import { t } from "./words";

type Because = { what: string; drop: number; place: number };
type Guess = { style: string; probability: number; because: Because[] };
type Answer = { kind: string; guesses: Guess[]; is_sure: boolean; notice: string[]; witnesses: Answer[] };

export async function recognize(place: HTMLElement, _who: Session): Promise<void> {
  const told = h("div", { "aria-live": "polite" });
  const take = async (files: File[]): Promise<void> => {
    for (const file of files) {
      const card = h("section", { class: "card", "aria-busy": "true" }, h("h2", {}, file.name), h("p", {}, "…"));
      told.prepend(card);
      try {
        const answer = (await (await upload("recognize", file, { file: file.name })).json()) as Answer;
        fill(card, h("h2", {}, file.name), ...shown(answer));
      } catch (error) {
        fill(card, h("h2", {}, file.name), h("p", { class: "problem" }, error instanceof Error ? error.message : String(error)));
        say.problem(error);
      }
      card.removeAttribute("aria-busy");
    }
  };
  fill(place, h("section", { class: "card" }, h("h2", {}, t("recognize")), dropPlace(t("dropAny"), take)), told);
}

function shown(answer: Answer): HTMLElement[] {
  const rows = answer.guesses.map((guess) => h("li", {}, meter(guess.probability, guess.style), ` ${guess.style} `, h("span", { class: "score" }, percent(guess.probability))));
  const first = answer.guesses[0];
  const parts = first?.because ?? [];
  const most = Math.max(...parts.map((one) => one.drop), 1e-9);
  return [
    ...(answer.is_sure ? [] : [h("p", { class: "unsure" }, t("notSure"))]),
    h("ol", { class: "bars" }, ...rows),
    ...(parts.length ? [h("h3", {}, t("evidence")), h("ul", { class: "bars" }, ...parts.map((one) =>
      h("li", {}, meter(one.drop / most, one.what), ` ${one.what}: ${t("without", { drop: percent(one.drop) })}`)))] : []),
    ...answer.notice.map((line) => h("p", { class: "notice" }, line)),
    ...answer.witnesses.flatMap((one) => [h("h3", {}, one.kind), ...shown(one)]),
  ];
}
