// Finding points by words: the equal of the drawing for those who cannot see it, or point.
import { $, $$, html } from "./marks.js";

const MOST = 60;
const EVERYDAY = {
  leg: "leg", foot: "foot", hip: "hip buttock", hand: "hand", arm: "arm", head: "head", neck: "neck", back: "back",
  chest: "chest", abdomen: "belly",
};
const ALSO = {
  ST36: "knee shin stomach", GB34: "knee", BL40: "knee hollow", BL60: "ankle", KI3: "ankle", SP6: "ankle shin",
  LR3: "foot", LI4: "thumb", PC6: "wrist nausea", HT7: "wrist sleep", LI11: "elbow", GB30: "sciatica", BL57: "calf",
  GB20: "headache", GV20: "top of the head", "EX-B7": "waist",
};

const words = (p) =>
  [p.code, p.name, p.chinese, p.english, p.place, p.meridian, EVERYDAY[p.region], ALSO[p.code], ...p.muscles,
    /\bL[1-5]\b|S[1-4]\b/.test(p.place) && p.region === "back" ? "low back" : ""]
    .join(" ")
    .toLowerCase();

export class Finder {
  /**
   * @param {Array<object>} points points of the atlas
   * @param {{chosen: (code: string) => boolean}} asks
   * @param {{choose: (code: string) => void, filter: (name: string) => void}} tells
   */
  constructor(points, asks, tells) {
    Object.assign(this, { points, asks, tells });
    this.text = new Map(points.map((p) => [p.code, words(p)]));
    this.field = $("#q");
    this.list = $("#hits");
    this.select = $("#filter");
    this.at = -1;
    this.found = [];
    this.#fill();
    this.field.addEventListener("focus", () => this.#find());
    this.field.addEventListener("input", () => this.#find());
    this.field.addEventListener("blur", () => setTimeout(() => this.#close(), 120));
    this.field.addEventListener("keydown", (e) => this.#key(e));
    this.select.addEventListener("change", () => tells.filter(this.select.value));
  }

  #fill() {
    html("option", { value: "" }, this.select, "Often used");
    html("option", { value: "all" }, this.select, `All ${this.points.length} points`);
    for (const [label, key] of [["Region", "region"], ["Meridian", "meridian"]]) {
      const group = html("optgroup", { label }, this.select);
      for (const name of new Set(this.points.map((p) => p[key]))) html("option", { value: name }, group, name);
    }
  }

  /** Whether a filter lets a point be seen. */
  static lets(filter, point) {
    if (!filter) return point.often;
    return filter === "all" || point.region === filter || point.meridian === filter;
  }

  #find() {
    const asked = this.field.value.trim().toLowerCase();
    const parts = asked.split(/\s+/).filter(Boolean);
    const filter = this.select.value;
    // Words look everywhere; an empty field lists what the filter lets be seen.
    const all = this.points.filter((p) =>
      asked ? parts.every((w) => this.text.get(p.code).includes(w)) : Finder.lets(filter, p),
    );
    const first = (p) => (p.code.toLowerCase() === asked ? 0 : p.name.toLowerCase().startsWith(asked) ? 1 : p.often ? 2 : 3);
    if (asked) all.sort((a, b) => first(a) - first(b));
    this.found = all.slice(0, MOST);
    this.at = asked && this.found.length ? 0 : -1;
    this.list.replaceChildren();
    this.found.forEach((point, k) => {
      const row = html("li", { role: "option", id: `hit-${k}`, "aria-selected": k === this.at }, this.list);
      html("b", {}, row, point.name);
      html("span", {}, row, `${point.code} · ${point.place}`);
      if (this.asks.chosen(point.code)) html("em", {}, row, "in");
      row.addEventListener("mousedown", (event) => {
        event.preventDefault();
        this.#choose(k);
      });
    });
    if (!this.found.length)
      html("li", { role: "option", "aria-disabled": "true", "aria-selected": "false" }, this.list, "No point found. Try “knee” or “BL23”.");
    this.list.hidden = false;
    this.field.setAttribute("aria-expanded", "true");
    this.#tell();
  }

  #tell() {
    if (this.at >= 0) this.field.setAttribute("aria-activedescendant", `hit-${this.at}`);
    else this.field.removeAttribute("aria-activedescendant");
  }

  #close() {
    this.list.hidden = true;
    this.field.setAttribute("aria-expanded", "false");
    this.field.removeAttribute("aria-activedescendant");
  }

  #choose(k) {
    const point = this.found[k];
    if (!point) return;
    this.field.value = "";
    this.#close();
    this.tells.choose(point.code);
  }

  #key(event) {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step && this.found.length) {
      event.preventDefault();
      if (this.list.hidden) this.#find();
      this.at = (this.at + step + this.found.length) % this.found.length;
      $$("li", this.list).forEach((row, k) => row.setAttribute("aria-selected", k === this.at));
      $$("li", this.list)[this.at]?.scrollIntoView({ block: "nearest" });
      this.#tell();
    } else if (event.key === "Enter") {
      event.preventDefault();
      if (!this.list.hidden) this.#choose(Math.max(this.at, 0));
    } else if (event.key === "Escape") this.#close();
  }
}
