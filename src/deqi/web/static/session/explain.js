// What a place, a substance or a feeling is, in two sentences; how sure; from where.
import { $, fixed, html, number, told, unit } from "./marks.js";

const KINDS = { measured: "measured", fitted: "fitted", derived: "derived", scaled: "scaled", assumed: "assumed" };

export class Explain {
  /** @param {() => void} closed called when it is closed */
  constructor(closed) {
    this.root = $("#explain");
    this.closed = closed;
    this.id = "";
    document.addEventListener("keydown", (event) => {
      if (event.key === "Escape" && !this.root.hidden && !$(":popover-open")) this.show("");
    });
  }

  set(answer) {
    this.answer = answer;
    const { place, substance, trace } = answer.shown;
    this.all = new Map([...place, ...substance, ...trace].map((one) => [one.id, one]));
    if (this.id) this.show(this.id);
  }

  /** Show one, or with an empty name none. */
  show(id, at = this.at) {
    const one = this.all.get(id);
    const had = this.root.contains(document.activeElement);
    const before = this.id;
    this.id = one ? id : "";
    this.root.hidden = !one;
    if (!one) {
      this.closed();
      if (had) $(`[data-place="${before}"]`)?.focus();
      return;
    }
    this.root.replaceChildren();
    this.root.setAttribute("role", "region");
    this.root.setAttribute("aria-label", `About: ${one.name}`);
    this.root.setAttribute("tabindex", 0);
    const head = html("div", { class: "explain-head" }, this.root);
    const title = html("h3", {}, head, one.name);
    html("span", {}, title, " " + (one.code ?? one.place ?? one.scale ?? ""));
    const close = html("button", { type: "button", class: "close", "aria-label": "Close" }, head, "×");
    close.addEventListener("click", () => this.show(""));
    this.now = html("p", { class: "explain-now" }, this.root);
    if (one.says) html("p", {}, this.root, one.says);
    this.#segments(one);
    this.#support(one.support);
    if (at) this.paint(...at);
    html("p", { class: "visually-hidden", role: "status" }, this.root, `${one.name}: explained below the pathway`);
  }

  #segments(one) {
    if (one.id !== "cord") return;
    const { segments, unplaced } = this.answer.real;
    const parts = Object.entries(segments).map(([name, needles]) => `${name} ${fixed(needles, 1)}`);
    const rest = unplaced > 0 ? ` ${number(unplaced)} more needles went in where the trial did not say.` : "";
    html("p", {}, this.root, parts.length ? `Needles' worth by segment: ${parts.join(", ")}.${rest}` : "No needle reports to the cord.");
  }

  #support({ word, because, not_shown: notShown, values, sources }) {
    const line = html("p", { class: "grade" }, this.root);
    html("b", { class: word.startsWith("plausible") ? "badge pla" : "badge cal" }, line, word[0].toUpperCase() + word.slice(1));
    line.append(` ${because[0].toUpperCase()}${because.slice(1)}.`);
    if (notShown) line.append(` Not shown: ${notShown}.`);
    const many = Object.entries(values);
    if (many.length) {
      const total = many.reduce((sum, [, n]) => sum + n, 0);
      const kinds = many.map(([kind, n]) => `${n} ${KINDS[kind] ?? kind}`).join(", ");
      html("p", {}, this.root, `Behind it: ${total} ${total === 1 ? "number" : "numbers"}, ${kinds}.`);
    }
    if (!sources.length) {
      html("p", {}, this.root, "No source: the idea is assumed.");
      return;
    }
    const box = html("details", {}, this.root);
    html("summary", {}, box, sources.length === 1 ? "1 source" : `${sources.length} sources`);
    const list = html("ul", {}, box);
    for (const { text, link } of sources.slice(0, 12)) {
      const row = html("li", {}, list);
      // An address is only asked if a reader follows it.
      if (link) html("a", { href: link, rel: "noopener noreferrer", target: "_blank" }, row, text);
      else row.textContent = text;
    }
  }

  paint(k, j) {
    this.at = [k, j];
    if (!this.id || !this.now) return;
    const one = this.all.get(this.id);
    const { real, compare } = this.answer;
    if (!real.series[one.id]) {
      this.now.textContent = "";
      return;
    }
    const minute = real.minutes[k];
    const say = (course, at) => {
      if (one.digits !== undefined) return fixed(course.series[one.id][at], one.digits);
      const ratio = told({ shows: "fold", ...one }, course.series[one.id], course.units[one.id], at);
      const level = number(course.series[one.id][at]) + unit(course.units[one.id]);
      const plain = ["level", "percent"].includes(one.shows) || ratio === level || course.units[one.id] === "1";
      return plain ? ratio : `${ratio} (${level})`;
    };
    const other = compare ? `; ${compare.label} ${say(compare, j)}` : "";
    this.now.textContent = `Minute ${minute < 0 ? "−" : ""}${Math.abs(minute)}: ${say(real, k)}${other}`;
  }
}
