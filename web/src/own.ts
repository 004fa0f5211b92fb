// One's own data: all of it taken out, or all of it gone.

import { address, get, send, type Session } from "./api";
import { button, choice, field, fill, h } from "./dom";
import { say } from "./say";
import { t } from "./words";

type Receipt = { rows: number; files: number; keys: number; runs: string[] };

export async function ownCard(who: Session, again: () => Promise<void>): Promise<HTMLElement> {
  const listeners = await get<string[]>("listeners");
  const card = h("section", { class: "card" }, h("h2", {}, t("myData")));
  if (!listeners.length) {
    card.append(h("p", {}, t("nobody")));
    return card;
  }
  const kept = localStorage.getItem("listener") ?? "";
  const names = choice(listeners.map((name) => [name, name] as const), who.listener ?? (listeners.includes(kept) ? kept : listeners[0]!));
  const actions = h("div", { class: "row" });
  const show = (): void => fill(actions, ...act(names.value, who, again));
  names.addEventListener("change", show);
  show();
  card.append(h("div", { class: "row" }, listeners.length > 1 ? field(t("whose"), names) : h("span", {}, names.value), actions));
  return card;
}

function act(name: string, who: Session, again: () => Promise<void>): HTMLElement[] {
  return [
    h("a", { class: "button", download: true, href: address("me/export", { listener: name }), "aria-label": `${t("export")}: ${name}` }, t("export")),
    button(t("erase"), async () => {
      if (!confirm(t("eraseSure", { name }))) return;
      try {
        const told = await send<Receipt>("DELETE", "me", undefined, { listener: name });
        if (name === who.listener) {
          location.reload();
          return;
        }
        await again();
        say.note(t("erased", { rows: told.rows, files: told.files, keys: told.keys }));
      } catch (error) {
        say.problem(error);
      }
    }, { class: "danger", "aria-label": `${t("erase")}: ${name}` }),
  ];
}
