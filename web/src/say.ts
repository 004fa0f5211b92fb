// What is told in passing: one line at the foot of the page, read aloud by screen readers.

import { h } from "./dom";

const place = h("div", { class: "say", role: "status", "aria-live": "polite" });
let timer = 0;

function told(text: string, kind: string): void {
  place.textContent = text;
  place.className = `say ${kind}`;
  clearTimeout(timer);
  timer = window.setTimeout(() => {
    place.textContent = "";
    place.className = "say";
  }, 8000);
}

export const say = {
  place,
  note: (text: string): void => told(text, "note"),
  problem: (error: unknown): void => {
    if (error instanceof DOMException && error.name === "AbortError") return;
    told(error instanceof Error ? error.message : String(error), "problem");
  },
};
