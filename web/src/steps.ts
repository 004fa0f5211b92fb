// How a run went on from the one before: what was gathered, what was read again, both test sets, and what was decided.

import { h } from "./dom";
import { languageNow, t } from "./words";

type Test = { size: number; before: number; after: number };
export type Continued = { since: string; fresh: number; replayed: number; is_warm: boolean; old: Test; new: Test | null;
  tolerance: number; decision: "promote" | "keep"; why: string };

export function steps(continued: Continued, metric: string): HTMLElement {
  const { old, new: latest, tolerance } = continued;
  const reason = old.after < old.before - tolerance ? t("forgets", { tolerance }) : t(continued.decision === "promote" ? "isBetter" : "isNoBetter");
  return h("ol", { class: "steps" },
    h("li", {}, t("gathered", { fresh: count(continued.fresh), replayed: count(continued.replayed) })),
    h("li", {}, t(continued.is_warm ? "wentOn" : "beganAnew", { since: continued.since })),
    h("li", {}, t("oldTest", told(old, metric))),
    h("li", {}, latest ? t("newTest", told(latest, metric)) : t("noNewTest")),
    h("li", {}, h("strong", {}, t(continued.decision === "promote" ? "promoted" : "kept")), ` ${reason}`));
}

function told(test: Test, metric: string): Record<string, string> {
  return { metric, size: count(test.size), before: test.before.toFixed(4), after: test.after.toFixed(4) };
}

function count(value: number): string {
  return value.toLocaleString(languageNow());
}
