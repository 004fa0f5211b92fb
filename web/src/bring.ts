// Bringing a history in: an export is sent, a job reads it, and what it kept and left is told.

import { upload } from "./api";
import { field, fill, h } from "./dom";
import { dropPlace } from "./files";
import { follow, type Job } from "./jobs";
import { say } from "./say";
import { plain, t } from "./words";

type Result = { read: number; new: number; known: number; broken: number; dropped: Record<string, number>; places?: { place: string; message: string }[] };

export function bringCard(listener: string, done: (listener: string) => Promise<void>): HTMLElement {
  const name = h("input", { type: "text", value: listener || "me", maxlength: 200, required: true });
  const dry = h("input", { type: "checkbox" });
  const told = h("div", { "aria-live": "polite" });
  const accounts = h("div", { class: "accounts" });
  const take = async (files: File[]): Promise<void> => {
    for (const file of files) {
      try {
        fill(told, h("p", {}, t("sending", { name: file.name })));
        const query = { file: file.name, listener: name.value.trim(), dry_run: dry.checked };
        const job = await follow((await (await upload("imports", file, query)).json()) as Job, told);
        if (!job.result) continue;
        accounts.prepend(account(file.name, job.result as unknown as Result, dry.checked));
        if (!dry.checked) await done(name.value.trim());
      } catch (error) {
        fill(told);
        say.problem(error);
      }
    }
  };
  return h("section", { class: "card" }, h("h2", {}, t("import")), h("p", { class: "hint" }, t("importHint")),
    h("div", { class: "row" }, field(t("listener"), name), h("label", { class: "check" }, dry, t("dryRun"))), dropPlace(t("dropHere"), take), told, accounts);
}

function account(name: string, result: Result, isDry: boolean): HTMLElement {
  const dropped = Object.entries(result.dropped);
  const rows: [string, number][] = [[t("read"), result.read], [t("fresh"), result.new], [t("known"), result.known],
    ...dropped.map(([reason, count]): [string, number] => [`${t("dropped")}: ${plain(reason)}`, count]), [t("broken"), result.broken]];
  return h("section", { class: "account" }, h("h3", {}, isDry ? `${name} (${t("dryRun")})` : name),
    h("table", {}, h("tbody", {}, ...rows.map(([what, count]) => h("tr", {}, h("th", { scope: "row" }, what), h("td", {}, count.toLocaleString()))))),
    result.places?.length ? h("ul", { class: "hint" }, ...result.places.map((one) => h("li", {}, `${one.place}: ${one.message}`))) : null);
}
