// What a run was before and after tuning, beside the simple systems, and its learning curve.

import { address } from "./api";
import { h } from "./dom";
import type { Continued } from "./steps";
import { t } from "./words";

export type Run = { id: string; task: string; method: string; metric: string; before: Record<string, number>; after: Record<string, number>;
  baselines: Record<string, Record<string, number>>; made_at: string; is_served: boolean; retired: string; continued: Continued | null };

// The figure that the run was chosen by, before and after.
export function chosenBy(run: Run): HTMLElement {
  return h("p", { class: "figure" }, `${run.metric}: ${shown(run.before[run.metric])} → `, h("strong", {}, shown(run.after[run.metric])));
}

// All figures, those of the simple systems in the same table; and the curve.
export function details(run: Run): HTMLElement {
  const names = [run.metric, ...Object.keys(run.after).filter((name) => name !== run.metric)];
  const systems = Object.keys(run.baselines).filter((name) => names.some((metric) => metric in run.baselines[name]!));
  const head = h("tr", {}, ...[t("metric"), t("before"), t("after"), ...systems].map((one) => h("th", { scope: "col" }, one)));
  const rows = names.map((name) => h("tr", {}, h("th", { scope: "row" }, name), h("td", {}, shown(run.before[name])), h("td", {}, h("strong", {}, shown(run.after[name]))),
    ...systems.map((system) => h("td", {}, shown(run.baselines[system]![name])))));
  const made = h("details", {}, h("summary", {}, t("allFigures")),
    h("div", { class: "wide", tabindex: "0", role: "region", "aria-label": `${t("allFigures")}: ${run.id}` }, h("table", { class: "numbers" }, h("thead", {}, head), h("tbody", {}, ...rows))));
  made.addEventListener("toggle", () => {
    if (made.open && !made.querySelector("figure")) made.append(curve(run));
  });
  return made;
}

function curve(run: Run): HTMLElement {
  const picture = h("img", { alt: `${t("curve")}: ${run.id}`, src: address(`models/runs/${encodeURIComponent(run.id)}/curve.png`), class: "heat" });
  const made = h("figure", {}, h("figcaption", {}, t("curve")), picture);
  picture.addEventListener("error", () => made.replaceChildren(h("p", { class: "hint" }, t("noCurve"))));
  return made;
}

function shown(value: number | undefined): string {
  return value === undefined || Number.isNaN(value) ? "–" : value.toFixed(4);
}
