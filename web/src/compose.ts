// Compose: a lead sheet on the desk, what may be asked for it, and the alternatives.

import { get, upload, type Session } from "./api";
import { button, choice, field, fill, h } from "./dom";
import { Desk } from "./desk";
import { dropPlace } from "./files";
import { Offers } from "./offers";
import { say } from "./say";
import { languageNow, t, type Word } from "./words";

type About = { styles: string[]; forms: string[]; parts: string[]; reads: string[] };
type Verb = { name: Word; path: string; needs: "music" | "nothing"; more: (wish: Wishes, locked: number[]) => Record<string, unknown> };

const METRES = ["4/4", "3/4", "2/4", "2/2", "6/8", "9/8", "12/8", "3/8", "5/4", "7/8"];
const KEYS = ["C", "G", "D", "A", "E", "B", "F", "Bb", "Eb", "Ab", "Db", "F#", "Am", "Em", "Bm", "F#m", "C#m", "Dm", "Gm", "Cm", "Fm", "Ddor", "Ador", "Edor", "Gmix", "Dmix", "Amix"];
const BAND = "bass piano drums";
// what may be asked for; a new verb is a line here
const VERBS: Verb[] = [
  { name: "askChords", path: "chords", needs: "nothing", more: (wish) => ({ key: wish.key.value, metre: wish.metre.value, bars: Number(wish.bars.value) || 8, like: wish.like.abc }) },
  { name: "askHarmony", path: "harmony", needs: "music", more: (_, keep) => ({ keep }) },
  { name: "askOther", path: "reharmonize", needs: "music", more: (_, keep) => ({ keep }) },
  { name: "askMelody", path: "melody", needs: "music", more: (wish, keep) => (keep.length ? { keep } : { like: wish.like.abc }) },
  { name: "askInfill", path: "infill", needs: "music", more: (_, keep) => ({ keep }) },
  { name: "askParts", path: "arrange", needs: "music", more: (wish) => ({ n: 1, like: wish.like.abc, parts: wish.parts.value ? (wish.parts.value === BAND ? BAND.split(" ") : [wish.parts.value]) : [] }) },
  { name: "askPhrase", path: "phrase", needs: "nothing", more: (wish) => ({ key: wish.key.value || "C", metre: wish.metre.value || "4/4", bars: 4 }) },
  { name: "askPiece", path: "piece", needs: "nothing", more: (wish) => ({ like: wish.like.abc, form: wish.form.value, key: wish.key.value, metre: wish.metre.value, n: 2 }) },
  { name: "askWords", path: "lyrics", needs: "music", more: (wish) => ({ n: 2, language: wish.language.value, theme: wish.theme.value }) },
];

// A tune that what is written shall be like: any file of music, or none.
class Model {
  abc = "";
  readonly place = h("div", { class: "model" });

  constructor() {
    this.draw("");
  }

  private draw(name: string): void {
    const drop = button(t("noModel"), () => this.take("", ""), { class: "small" });
    fill(this.place, name ? h("p", { class: "row" }, h("span", {}, t("likeThis", { name })), drop) : dropPlace(t("likeHint"), (files) => this.open(files)));
  }

  private take(name: string, abc: string): void {
    this.abc = abc;
    this.draw(name);
  }

  private async open([file]: File[]): Promise<void> {
    if (!file) return;
    try {
      this.take(file.name, await (await upload("music/convert", file, { file: file.name, to: "abc" })).text());
    } catch (error) {
      say.problem(error);
    }
  }
}

class Wishes {
  readonly style = choice([["", t("any")]], "");
  readonly key = h("input", { type: "text", size: 6, placeholder: "G, Am, Ddor", list: "keys", maxlength: 40 });
  readonly metre = choice([["", t("any")], ...METRES.map((one) => [one, one] as const)], "");
  readonly form = h("input", { type: "text", size: 12, placeholder: "AABA", list: "forms", maxlength: 40 });
  readonly bars = h("input", { type: "number", min: 1, max: 64, value: 8, class: "short" });
  readonly parts = choice([["", t("byStyle")], [BAND, BAND.replaceAll(" ", ", ")]], "");
  readonly language = choice([["en", "English"], ["zh", "中文"]], languageNow());
  readonly theme = h("input", { type: "text", size: 14, maxlength: 200, placeholder: t("themeHint") });

  readonly like = new Model();

  private readonly forms = h("datalist", { id: "forms" });

  get rows(): HTMLElement[] {
    return [h("div", { class: "row" }, field(t("style"), this.style), field(t("keyOf"), this.key), field(t("metre"), this.metre), field(t("form"), this.form), field(t("barsOf"), this.bars)),
      this.like.place,
      h("div", { class: "row" }, field(t("partsOf"), this.parts), field(t("wordsIn"), this.language), field(t("about"), this.theme),
        h("datalist", { id: "keys" }, ...KEYS.map((one) => h("option", { value: one }))), this.forms)];
  }

  async start(): Promise<void> {
    const about = await get<About>("music");
    this.style.append(...about.styles.map((name) => h("option", { value: name }, name)));
    this.parts.append(...about.parts.map((name) => h("option", { value: name }, name)));
    this.forms.append(...about.forms.map((name) => h("option", { value: name })));
  }
}

export async function compose(place: HTMLElement, _who: Session): Promise<void> {
  const desk = new Desk();
  const wishes = new Wishes();
  const offers = new Offers(desk);
  const ask = (verb: Verb): Promise<void> => {
    const given = verb.needs === "music" ? { music: desk.abc } : {};
    return offers.ask(verb.path, { ...given, style: wishes.style.value, ...verb.more(wishes, [...desk.locked]) });
  };
  const open = async ([file]: File[]): Promise<void> => {
    if (!file) return;
    try {
      const abc = await (await upload("music/convert", file, { file: file.name, to: "abc" })).text();
      desk.locked.clear();
      desk.take(abc);
    } catch (error) {
      say.problem(error);
    }
  };
  place.classList.add("studio");
  fill(place,
    h("section", { class: "card", "aria-label": t("tune"), on: { keydown: (event) => desk.key(event) } },
      h("div", { class: "row" }, button(t("newTune"), () => desk.fresh(wishes.key.value.trim(), wishes.metre.value)), desk.back, desk.forth, desk.play),
      ...desk.parts, desk.takeout.place, dropPlace(t("open"), open)),
    h("section", { class: "card", "aria-label": t("wishes") }, ...wishes.rows, h("div", { class: "row" }, ...VERBS.map((verb) => button(t(verb.name), () => ask(verb))))),
    offers.place);
  desk.start();
  await wishes.start();
}
