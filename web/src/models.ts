// Models: runs before and after tuning, which is served; held words; one's own data.

import { get, send, type Session } from "./api";
import { button, fill, h } from "./dom";
import { chosenBy, details, type Run } from "./figures";
import { follow, jobsCard, type Job } from "./jobs";
import { ownCard } from "./own";
import { say } from "./say";
import { steps } from "./steps";
import { t } from "./words";

type Held = { id: number; text: string; rule: string; words: string[]; origin: string };

export async function models(place: HTMLElement, who: Session): Promise<void> {
  const again = (): Promise<void> => models(place, who);
  const cards: (HTMLElement | null)[] = [await runsCard(again)];
  if (who.scopes.some((scope) => scope === "compose" || scope === "admin")) cards.push(await heldCard(again));
  if (who.scopes.some((scope) => scope === "listens" || scope === "admin")) cards.push(await jobsCard(again), await ownCard(who, again));
  fill(place, ...cards);
}

async function act(what: () => Promise<unknown>, again: () => Promise<void>): Promise<void> {
  try {
    await what();
    await again();
  } catch (error) {
    say.problem(error);
  }
}

async function runsCard(again: () => Promise<void>): Promise<HTMLElement> {
  const runs = await get<Run[]>("models");
  const told = h("div");
  const tasks = [...new Set(runs.map((run) => run.task))];
  const rows = runs.toReversed().flatMap((run) => [
    h("tr", {},
      h("th", { scope: "row" }, run.id, h("small", {}, ` ${run.task}, ${run.method}, ${t("made")} ${run.made_at.slice(0, 16).replace("T", " ")}`)),
      h("td", {}, chosenBy(run)),
      h("td", {}, run.retired ? h("span", { class: "hint", title: run.retired }, t("retired")) : run.is_served ? h("strong", { class: "served" }, t("served")) : button(t("serve"), () => act(() => send("POST", `models/runs/${encodeURIComponent(run.id)}/promote`), again), { "aria-label": `${t("serve")}: ${run.id}` }))),
    h("tr", { class: "more" }, h("td", { colspan: 3 }, run.continued ? steps(run.continued, run.metric) : null, details(run)))]);
  return h("section", { class: "card" }, h("h2", {}, t("runs")), rows.length ? h("table", { class: "runs" }, h("tbody", {}, ...rows)) : h("p", {}, t("noRuns")),
    h("div", { class: "row" },
      ...tasks.map((task) => button(`${t("rollback")} (${task})`, () => act(() => send("POST", `models/tasks/${task}/rollback`), again))),
      button(t("tuneAgain"), () => act(async () => follow(await send<Job>("POST", "models/tasks/recommend/tune", {}), told), again))), told);
}

async function heldCard(again: () => Promise<void>): Promise<HTMLElement> {
  const held = await get<Held[]>("review", { state: "waiting" });
  const judge = (one: Held, state: string): Promise<void> => act(() => send("PUT", `review/${one.id}`, { state }), again);
  const rows = held.map((one) => h("li", {}, h("q", {}, one.text), h("small", {}, ` ${one.rule}: ${one.words.join(", ")} (${one.origin}) `),
    button(t("accepted"), () => judge(one, "accepted")), button(t("rejected"), () => judge(one, "rejected"))));
  return h("section", { class: "card" }, h("h2", {}, t("review")), rows.length ? h("ul", {}, ...rows) : h("p", {}, t("nothingHeld")));
}
