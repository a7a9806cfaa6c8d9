// What the patient feels over the minutes: this session solid, what it is compared with dashed.
import { $, clamp, fixed, html, svg } from "./marks.js";

const LEFT = 34;
const RIGHT = 8;
const TOP = 6;
const X_LABELS = 16;

export class Traces {
  /**
   * @param {(id: string) => void} explain called when a title is chosen
   * @param {(minute: number) => void} go called when a minute of a graph is chosen
   */
  constructor(explain, go) {
    this.root = $("#traces");
    Object.assign(this, { explain, go });
    this.rows = [];
    new ResizeObserver(() => this.answer && this.#draw()).observe(this.root);
  }

  set(answer) {
    this.answer = answer;
    this.at = null;
    this.root.replaceChildren();
    const all = answer.shown.trace;
    this.rows = all.map((one, n) => {
      const row = html("div", { class: "trace" }, this.root);
      const head = html("div", { class: "t" }, row);
      const title = html("button", { type: "button", class: "title", "data-place": one.id }, head, one.name);
      title.addEventListener("click", () => this.explain(one.id));
      html("span", { class: "scale" }, head, one.scale);
      const now = html("output", {}, head);
      const other = html("span", { class: "other" }, head);
      const plot = svg("svg", { class: "plot", role: "img" }, row);
      plot.addEventListener("click", (event) => this.#click(event, plot));
      return { one, now, other, plot, last: n === all.length - 1 };
    });
    this.#draw();
  }

  #limits(one) {
    const { real, compare } = this.answer;
    const values = [...real.series[one.id], ...(compare?.series[one.id] ?? [])];
    // Fixed, so that sessions can be compared; wider only where the course leaves it.
    const step = (one.high - one.low) / 4;
    const low = Math.min(one.low, Math.floor(Math.min(...values) / step) * step);
    const high = Math.max(one.high, Math.ceil(Math.max(...values) / step) * step);
    return [low, high];
  }

  #draw() {
    const { minutes, needles_out: out } = this.answer.real;
    const [first, end] = [minutes[0], minutes.at(-1)];
    for (const row of this.rows) {
      const { one, plot, last } = row;
      const width = Math.max(plot.clientWidth, 120);
      const height = Math.max(plot.clientHeight, 40);
      const bottom = height - (last ? X_LABELS + 3 : 6);
      const [low, high] = this.#limits(one);
      const x = (minute) => LEFT + ((minute - first) / (end - first)) * (width - LEFT - RIGHT);
      const y = (value) => bottom - ((value - low) / (high - low)) * (bottom - TOP);
      Object.assign(row, { x, y, bottom });
      plot.replaceChildren();
      plot.setAttribute("viewBox", `0 0 ${width} ${height}`);
      if (out !== null)
        svg("rect", { class: "band", x: x(0), y: TOP, width: x(Math.min(out, end)) - x(0), height: bottom - TOP }, plot);
      const ticks = height > 74 ? [low, (low + high) / 2, high] : [low, high];
      for (const value of ticks) {
        svg("path", { class: "grid", d: `M${LEFT} ${y(value)}H${width - RIGHT}` }, plot);
        const text = fixed(value, Number.isInteger(ticks[1]) && Number.isInteger(low) ? 0 : 1);
        svg("text", { class: "tick", x: LEFT - 5, y: y(value) + 4, "text-anchor": "end" }, plot, text);
      }
      for (const minute of [0, 30, 60, 90, 120, 150, 180].filter((m) => m >= first && m <= end)) {
        svg("path", { class: "axis", d: `M${x(minute)} ${bottom}v4` }, plot);
        if (last && minute !== 150)
          svg("text", { class: "tick", x: x(minute), y: height - 2, "text-anchor": minute === 180 ? "end" : "middle" }, plot, minute === 180 ? "180 min" : minute);
      }
      svg("path", { class: "axis", d: `M${LEFT} ${bottom}H${width - RIGHT}` }, plot);
      const before = this.answer.real.series[one.id][0];
      svg("path", { class: "before", d: `M${LEFT} ${y(before)}H${width - RIGHT}` }, plot);
      const line = (course) =>
        "M" + course.series[one.id].map((v, k) => `${x(course.minutes[k]).toFixed(1)} ${y(v).toFixed(1)}`).join("L");
      const { compare, real } = this.answer;
      if (compare) svg("path", { class: "line other", d: line(compare) }, plot);
      svg("path", { class: "line", d: line(real) }, plot);
      row.cursor = svg("path", { class: "cursor" }, plot);
      row.dot = svg("circle", { class: "cursor-dot", r: 4 }, plot);
      plot.setAttribute("aria-label", this.#words(one));
    }
    if (this.at) this.paint(...this.at);
  }

  /** A graph in a sentence. */
  #words(one) {
    const { minutes, series } = this.answer.real;
    const values = series[one.id];
    let far = 0;
    values.forEach((v, k) => (far = Math.abs(v - values[0]) > Math.abs(values[far] - values[0]) ? k : far));
    const at = (v) => fixed(v, one.digits);
    return `${one.name}: ${at(values[0])} before, ${at(values[far])} at minute ${minutes[far]}, ${at(values.at(-1))} at the end`;
  }

  /** @param {number} k which minute; @param {number} j the same minute of what it is compared with */
  paint(k, j) {
    this.at = [k, j];
    const { real, compare } = this.answer;
    const minute = real.minutes[k];
    for (const { one, now, other, cursor, dot, x, y, bottom } of this.rows) {
      const value = real.series[one.id][k];
      now.textContent = fixed(value, one.digits);
      other.textContent = compare ? `${compare.label} ${fixed(compare.series[one.id][j], one.digits)}` : "";
      cursor.setAttribute("d", `M${x(minute)} ${TOP}V${bottom}`);
      dot.setAttribute("cx", x(minute));
      dot.setAttribute("cy", y(value));
    }
  }

  #click(event, plot) {
    const { minutes } = this.answer.real;
    const box = plot.getBoundingClientRect();
    const share = (event.clientX - box.left - LEFT) / (box.width - LEFT - RIGHT);
    this.go(Math.round(minutes[0] + clamp(share, 0, 1) * (minutes.at(-1) - minutes[0])));
  }
}
