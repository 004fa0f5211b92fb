// Models: runs before and after tuning, which is served; held words; one's own data.

import { address, get, send, type Session } from "./api";
import { button, fill, h } from "./dom";
import { follow, type Job } from "./jobs";
import { say } from "./say";
import { t } from "./words";

type Run = { id: string; task: string; method: string; metric: string; before: Record<string, number>; after: Record<string, number>;
  baselines: Record<string, Record<string, number>>; made_at: string; is_served: boolean };
type Held = { id: number; text: string; rule: string; words: string[]; origin: string };

export async function models(place: HTMLElement, who: Session): Promise<void> {
  const again = (): Promise<void> => models(place, who);
  const cards = [await runsCard(again)];
  if (who.scopes.some((scope) => scope === "compose" || scope === "admin")) cards.push(await heldCard(again));
  if (who.scopes.some((scope) => scope === "listens" || scope === "admin")) cards.push(await dataCard(who, again));
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
  const rows = runs.toReversed().map((run) => {
    const beside = Object.entries(run.baselines).filter(([, row]) => run.metric in row).map(([name, row]) => `${name} ${row[run.metric]!.toFixed(3)}`);
    return h("tr", {},
      h("th", { scope: "row" }, run.id, h("small", {}, ` ${run.task}, ${run.method}, ${t("made")} ${run.made_at.slice(0, 16).replace("T", " ")}`)),
      h("td", {}, `${run.metric}: ${(run.before[run.metric] ?? NaN).toFixed(4)} → ${run.after[run.metric]!.toFixed(4)}`, beside.length ? h("small", {}, ` (${beside.join(", ")})`) : null,
        h("details", {}, h("summary", {}, t("curve")), curve(run))),
      h("td", {}, run.is_served ? h("strong", {}, t("served")) : button(t("serve"), () => act(() => send("POST", `models/runs/${encodeURIComponent(run.id)}/promote`), again), { "aria-label": `${t("serve")}: ${run.id}` })));
  });
  return h("section", { class: "card" }, h("h2", {}, t("runs")), h("table", {}, h("tbody", {}, ...rows)),
    h("div", { class: "row" },
      ...tasks.map((task) => button(`${t("rollback")} (${task})`, () => act(() => send("POST", `models/tasks/${task}/rollback`), again))),
      button(t("tuneAgain"), () => act(async () => follow(await send<Job>("POST", "models/tasks/recommend/tune", {}), told), again))), told);
}

function curve(run: Run): HTMLElement {
  return h("img", { loading: "lazy", alt: `${t("curve")}: ${run.id}`, src: address(`models/runs/${encodeURIComponent(run.id)}/curve.png`) });
}

async function heldCard(again: () => Promise<void>): Promise<HTMLElement> {
  const held = await get<Held[]>("review", { state: "waiting" });
  const judge = (one: Held, state: string): Promise<void> => act(() => send("PUT", `review/${one.id}`, { state }), again);
  const rows = held.map((one) => h("li", {}, h("q", {}, one.text), h("small", {}, ` ${one.rule}: ${one.words.join(", ")} (${one.origin}) `),
    button(t("accepted"), () => judge(one, "accepted")), button(t("rejected"), () => judge(one, "rejected"))));
  return h("section", { class: "card" }, h("h2", {}, t("review")), rows.length ? h("ul", {}, ...rows) : h("p", {}, t("nothingHeld")));
}

async function dataCard(who: Session, again: () => Promise<void>): Promise<HTMLElement> {
  const listeners = await get<string[]>("listeners");
  const rows = listeners.map((name) => h("li", {}, h("span", {}, `${name} `),
    h("a", { class: "button", download: true, href: address("me/export", { listener: name }) }, t("export")),
    button(t("erase"), async () => {
      if (!confirm(t("eraseSure", { name }))) return;
      await act(async () => {
        const told = await send<{ rows: number; files: number; keys: number }>("DELETE", "me", undefined, { listener: name });
        say.note(t("erased", { rows: told.rows, files: told.files, keys: told.keys }));
      }, name === who.listener ? async () => location.reload() : again);
    }, { class: "danger", "aria-label": `${t("erase")}: ${name}` })));
  return h("section", { class: "card" }, h("h2", {}, t("myData")), h("ul", {}, ...rows));
}
