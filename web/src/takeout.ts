// Files of a tune: saved by a click or a key, or dragged out to the desktop, a folder or another program.

import { address, upload } from "./api";
import { h } from "./dom";
import { download } from "./files";
import { say } from "./say";
import { t } from "./words";

const KINDS: [string, string, string][] = [
  ["mid", "MIDI", "audio/midi"], ["musicxml", "MusicXML", "application/vnd.recordare.musicxml+xml"], ["abc", "ABC", "text/vnd.abc"],
  ["wav", "WAV", "audio/wav"], ["pdf", "PDF", "application/pdf"], ["svg", "SVG", "image/svg+xml"],
];
const LONGEST = 50_000; // characters of an address

export class Takeout {
  readonly place: HTMLElement;
  private abc = "";
  private readonly links: HTMLAnchorElement[];

  constructor() {
    this.links = KINDS.map(([kind, name, media]) => this.link(kind, name, media));
    this.place = h("div", { class: "row takeout", role: "group", "aria-label": t("save") }, h("span", { class: "hint" }, t("takeOut")), ...this.links);
  }

  // What a drag carries must be there when it begins: the address of each file, with the tune in it.
  async aim(abc: string): Promise<void> {
    this.abc = abc;
    const packed = await pack(abc);
    if (abc !== this.abc) return;
    KINDS.forEach(([kind], place) => {
      this.links[place]!.href = packed.length < LONGEST ? address("music/convert", { packed, to: kind }) : "#";
    });
  }

  private link(kind: string, name: string, media: string): HTMLAnchorElement {
    const made = h("a", { class: "button", draggable: "true", href: "#", download: `segue.${kind}`, title: t("takeOutHint"), "aria-label": `${t("save")} ${name}` }, name);
    made.addEventListener("click", (event) => {
      event.preventDefault();
      void this.save(kind).catch(say.problem);
    });
    made.addEventListener("dragstart", (event) => {
      const carried = event.dataTransfer;
      if (!carried) return;
      carried.effectAllowed = "copy";
      if (!made.href.endsWith("#")) carried.setData("DownloadURL", `${media}:segue.${kind}:${made.href}`);
      carried.setData("text/uri-list", made.href);
      carried.setData("text/plain", kind === "abc" ? this.abc : made.href);
    });
    return made;
  }

  private async save(kind: string): Promise<void> {
    if (kind === "abc") {
      download(new Blob([this.abc], { type: "text/vnd.abc" }), "segue.abc");
      return;
    }
    const answer = await upload("music/convert", new Blob([this.abc]), { file: "tune.abc", to: kind });
    download(await answer.blob(), `segue.${kind}`);
  }
}

// Deflated, in base64url.
async function pack(text: string): Promise<string> {
  const packed = new Blob([text]).stream().pipeThrough(new CompressionStream("deflate-raw"));
  const bytes = new Uint8Array(await new Response(packed).arrayBuffer());
  let plain = "";
  for (const byte of bytes) plain += String.fromCharCode(byte);
  return btoa(plain).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
}
