// Signal substances: each now over before, on a log scale; receptors as the share that is filled.
import { $, clamp, html, told } from "./marks.js";

const DOUBLINGS = 3; // The bar is full at eight times as much.
const PERCENT_FULL = 0.4;

const share = (one, values, k) => {
  if (one.shows === "percent") return clamp(values[k] / PERCENT_FULL, 0, 1);
  const ratio = Math.abs(values[0]) > 1e-9 ? values[k] / values[0] : 1;
  return clamp(Math.abs(Math.log2(Math.max(ratio, 1e-6))) / DOUBLINGS, 0, 1);
};

export class Substances {
  /** @param {(id: string) => void} explain called when one is chosen */
  constructor(explain) {
    this.root = $("#chips");
    this.explain = explain;
    this.rows = [];
  }

  set(answer) {
    this.answer = answer;
    this.root.replaceChildren();
    this.rows = [];
    let group = "";
    for (const one of answer.shown.substance) {
      if (one.group !== group) {
        group = one.group;
        html("h4", {}, this.root, group);
      }
      const row = html("button", { type: "button", class: "chip", "data-place": one.id }, this.root);
      const name = html("span", { class: "n" }, row, one.name);
      html("small", {}, name, " " + one.place);
      const value = html("span", { class: "v" }, row);
      const bar = html("span", { class: "b" }, row);
      const fill = html("i", {}, bar);
      const other = html("u", {}, bar);
      row.addEventListener("click", () => this.explain(one.id));
      this.rows.push({ one, value, fill, other });
    }
    const named = answer.compare ? `Small mark: ${answer.compare.label}. ` : "";
    $("#chem-foot").textContent = `${named}Bar full at ×8; receptors at 40 %.`;
    $("#chem-foot").classList.toggle("marked", Boolean(answer.compare));
  }

  /** @param {number} k which minute; @param {number} j the same minute of what it is compared with */
  paint(k, j) {
    const { real, compare } = this.answer;
    for (const { one, value, fill, other } of this.rows) {
      const values = real.series[one.id];
      value.textContent = told({ shows: "fold", ...one }, values, real.units[one.id], k);
      fill.style.setProperty("width", 100 * share(one, values, k) + "%");
      fill.classList.toggle("less", one.shows !== "percent" && values[k] < values[0]);
      other.hidden = !compare;
      if (compare) other.style.setProperty("left", 100 * share(one, compare.series[one.id], j) + "%");
    }
  }
}
