// Elements from data: text is always text, never markup, so that no title can become a script.

type Child = Node | string | number | null | undefined | false;
type Props = {
  class?: string;
  on?: Partial<{ [K in keyof HTMLElementEventMap]: (event: HTMLElementEventMap[K]) => void }>;
  [attribute: string]: unknown;
};

export function h<K extends keyof HTMLElementTagNameMap>(
  name: K,
  props: Props = {},
  ...children: Child[]
): HTMLElementTagNameMap[K] {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(props)) {
    if (key === "on" || value === undefined || value === null || value === false) continue;
    if (key === "value" || key === "checked") (made as unknown as Record<string, unknown>)[key] = value;
    else made.setAttribute(key, value === true ? "" : String(value));
  }
  for (const [event, listener] of Object.entries(props.on ?? {})) made.addEventListener(event, listener as EventListener);
  append(made, children);
  return made;
}

export function append(to: Element, children: Child[]): void {
  for (const child of children) {
    if (child === null || child === undefined || child === false) continue;
    to.append(typeof child === "number" ? String(child) : child);
  }
}

export function fill(place: Element, ...children: Child[]): void {
  place.replaceChildren();
  append(place, children);
}

export function field(label: string, control: HTMLElement): HTMLLabelElement {
  return h("label", { class: "field" }, h("span", {}, label), control);
}

export function choice(names: readonly (readonly [string, string])[], value: string): HTMLSelectElement {
  const made = h("select");
  for (const [name, shown] of names) made.append(h("option", { value: name, selected: name === value }, shown));
  return made;
}

export function button(label: string, act: () => void | Promise<void>, more: Props = {}): HTMLButtonElement {
  const made = h("button", { type: "button", ...more }, label);
  made.addEventListener("click", async () => {
    if (made.getAttribute("aria-busy") === "true") return;
    made.setAttribute("aria-busy", "true");
    try {
      await act();
    } finally {
      made.removeAttribute("aria-busy");
    }
  });
  return made;
}

// A share as one says it: never 100 % of what is not all, nor 0 % of what is not nothing.
export function percent(share: number): string {
  if (share > 0.995 && share < 1) return "> 99 %";
  if (share > 0 && share < 0.005) return "< 1 %";
  return `${Math.round(100 * share)} %`;
}

// A bar whose length is a share; its width is set by script on the element, which a strict policy allows.
export function meter(share: number, label: string): HTMLElement {
  const made = h("span", { class: "meter", role: "img", "aria-label": `${label}: ${percent(share)}` });
  const filled = h("span");
  filled.style.width = `${Math.max(0, Math.min(1, share)) * 100}%`;
  made.append(filled);
  return made;
}

// A shape of a picture, as h is for elements.
export function shape(name: string, props: Record<string, string | number>, ...children: (Node | string)[]): SVGElement {
  const made = document.createElementNS("http://www.w3.org/2000/svg", name);
  for (const [key, value] of Object.entries(props)) made.setAttribute(key, String(value));
  made.append(...children);
  return made;
}

// Draw a part of the page anew; who stood on a control with a `data-focus` stands on its like afterwards.
export async function redrawn(place: Element, draw: () => Promise<void>): Promise<void> {
  const held = place.contains(document.activeElement) ? document.activeElement : null;
  const name = held?.getAttribute("data-focus");
  const controls = (): HTMLElement[] => [...place.querySelectorAll<HTMLElement>("[data-focus]")];
  const at = held ? controls().indexOf(held as HTMLElement) : -1;
  await draw();
  if (at < 0 || place.contains(document.activeElement)) return;
  const now = controls();
  (now.find((one) => one.getAttribute("data-focus") === name) ?? now[Math.min(at, now.length - 1)])?.focus();
}
