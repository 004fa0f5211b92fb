// A place where files are dropped, or chosen by the keyboard.

import { h } from "./dom";

export function dropPlace(label: string, take: (files: File[]) => Promise<void> | void, accept = ""): HTMLElement {
  const input = h("input", { type: "file", multiple: true, accept: accept || undefined, class: "hidden-input" });
  const made = h("label", { class: "drop" }, label, input);
  input.addEventListener("change", () => {
    void take([...(input.files ?? [])]);
    input.value = "";
  });
  const over = (event: DragEvent): void => {
    event.preventDefault();
    made.classList.toggle("over", event.type === "dragover");
  };
  made.addEventListener("dragover", over);
  made.addEventListener("dragleave", over);
  made.addEventListener("drop", (event) => {
    over(event);
    void take([...(event.dataTransfer?.files ?? [])]);
  });
  return made;
}

export function download(data: Blob, name: string): void {
  const link = h("a", { href: URL.createObjectURL(data), download: name });
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
}
