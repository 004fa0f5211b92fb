// The frame: who asks, which view, which language, dark or light.

import { enter, session, type Session } from "./api";
import { button, field, fill, h } from "./dom";
import { say } from "./say";
import { languageNow, preferredLanguage, setLanguage, t, type Word } from "./words";

type View = (place: HTMLElement, who: Session) => Promise<void>;

// a view is drawn where the key may do what it stands for; a new one is a module and a line here
const VIEWS: { name: Word & string; scope: string; load: () => Promise<View> }[] = [
  { name: "listen", scope: "listens", load: async () => (await import("./listen")).listen },
  { name: "compose", scope: "compose", load: async () => (await import("./compose")).compose },
  { name: "recognize", scope: "recognize", load: async () => (await import("./recognize")).recognize },
  { name: "models", scope: "models", load: async () => (await import("./models")).models },
];

const content = h("main", { id: "content", tabindex: "-1" });
let who: Session | null = null;

async function start(): Promise<void> {
  setLanguage(preferredLanguage());
  setTheme(localStorage.getItem("theme") ?? "");
  const wanted = VIEWS.find((view) => `#${view.name}` === location.hash) ?? VIEWS[0]!;
  void wanted.load().catch(() => undefined); // its module comes while the server says who asks; `draw` tells what fails
  who = await session();
  addEventListener("hashchange", () => void draw());
  await draw();
}

function may(scope: string): boolean {
  return !!who && (who.scopes.includes(scope) || who.scopes.includes("admin"));
}

async function draw(): Promise<void> {
  const views = VIEWS.filter((view) => may(view.scope));
  const view = views.find((one) => `#${one.name}` === location.hash) ?? views[0];
  document.title = view ? `${t(view.name)} · Segue` : "Segue";
  fill(document.body, skipLink(), header(views, view?.name ?? ""), content, say.place);
  fill(content);
  if (!view || !who) {
    fill(content, keyForm());
    return;
  }
  try {
    const room = h("div", { class: "view" }); // a place of its own: what comes late draws where nobody looks any more
    fill(content, room);
    await (await view.load())(room, who);
  } catch (error) {
    say.problem(error);
  }
}

function skipLink(): HTMLElement {
  return h("a", { class: "skip", href: "#content", on: { click: (event) => { event.preventDefault(); content.focus(); } } }, t("skip"));
}

function header(views: typeof VIEWS, now: string): HTMLElement {
  const links = views.map((view) => h("a", { href: `#${view.name}`, "aria-current": view.name === now ? "page" : undefined }, t(view.name)));
  const language = button(t("language"), async () => {
    setLanguage(languageNow() === "en" ? "zh" : "en");
    await draw();
  }, { lang: languageNow() === "en" ? "zh-CN" : "en" });
  const theme = button("◐", () => setTheme(isDark() ? "light" : "dark"), { "aria-label": t("theme"), title: t("theme") });
  return h("header", {}, h("h1", {}, "Segue"), h("nav", { "aria-label": t("views") }, ...links), h("div", { class: "tools" }, language, theme));
}

function isDark(): boolean {
  const set = document.documentElement.dataset["theme"];
  return set ? set === "dark" : matchMedia("(prefers-color-scheme: dark)").matches;
}

function setTheme(to: string): void {
  if (to) {
    document.documentElement.dataset["theme"] = to;
    localStorage.setItem("theme", to);
  }
}

function keyForm(): HTMLElement {
  const input = h("input", { type: "password", autocomplete: "current-password", required: true });
  const submit = async (event: Event): Promise<void> => {
    event.preventDefault();
    try {
      who = await enter(input.value.trim());
      await draw();
    } catch (error) {
      say.problem(error);
    }
  };
  return h("form", { class: "card", on: { submit: (event) => void submit(event) } },
    h("h2", {}, t("page")), h("p", {}, t("keyAsked")), field(t("key"), input), h("button", { type: "submit" }, t("enter")));
}

void start();
