// The body: a drawing with points, which can be chosen by pointing or by keys.
import { $, $$, clamp, svg } from "./marks.js";

const MIDDLE = { male: { front: 363, back: 1085 }, female: { front: 320, back: 1143 } };
const WHOLE = {
  male: { front: [31, 86, 664, 1276], back: [753, 86, 664, 1276] },
  female: { front: [-8, -6, 656, 1446], back: [815, -6, 656, 1446] },
};
const LEVELS = ["BL22 L1", "BL23 L2", "BL24 L3", "BL25 L4", "BL26 L5", "BL27 S1", "BL28 S2", "BL29 S3", "BL30 S4"];
const set = (text) => new Set(text.split(" "));

/** Views: side of the body, and what a close-up frames. */
export const VIEWS = {
  back: { name: "Back", side: "back" },
  low: { name: "Low back", side: "back", frame: set("BL22 BL51 BL36 EX-B7 GB30 BL54 EX-B4"), both: true, room: 40 },
  front: { name: "Front", side: "front" },
  face: { name: "Face", side: "front", frame: set("GV21 CV23 ST8 ST6 GB2 GB5"), both: true, room: 14 },
  occiput: { name: "Back of head", side: "back", frame: set("GV20 GV14 TE20 TE17 BL10 SI15"), both: true, room: 18 },
  shoulders: { name: "Shoulders and upper back", side: "back", frame: set("GV14 SI15 TE14 SI9 GV8 TE13"), both: true, room: 26 },
  trunk: { name: "Chest and belly", side: "front", frame: set("CV22 LU2 SP21 CV1 GB29 LR13"), both: true, room: 26 },
  arm: { name: "Inner arm and palm", side: "front", frame: set("HT3 LI11 PC9 LU11 HT7 HT8"), room: 26 },
  hand: { name: "Outer arm and hand", side: "back", frame: set("SI8 LI12 TE1 LI1 SI3 LI10"), room: 26 },
  leg: { name: "Knee and lower leg", side: "front", frame: set("ST34 LR8 GB33 GB36 SP6 KI8 GB39"), room: 26 },
  foot: { name: "Foot", side: "front", frame: set("ST41 SP5 BL67 LR1 SP1 KI2 EX-LE12"), room: 16 },
  ankle: { name: "Back of the ankle", side: "back", frame: set("BL59 KI7 KI1 BL61 KI6"), room: 24 },
};
export const MAIN = ["back", "low", "front"];

export class Body {
  /**
   * @param {Array<object>} points points of the atlas
   * @param {{chosen: (code: string) => boolean, visible: (point: object) => boolean}} asks
   * @param {{toggle: (code: string) => void, look: (code: string) => void}} tells
   */
  constructor(points, asks, tells) {
    Object.assign(this, { points, asks, tells });
    this.by = new Map(points.map((p) => [p.code, p]));
    this.svg = $("#body");
    this.tip = $("#tip");
    this.view = "back";
    this.drawing = "male";
    this.side = "both";
    this.current = "BL23";
    this.zoom = 1;
    this.pain = 0;
    this.painful = false;
    this.sheets = new Map();
    this.svg.addEventListener("pointermove", (e) => this.#hover(e));
    this.svg.addEventListener("pointerleave", () => (this.tip.hidden = true));
    this.svg.addEventListener("click", (e) => {
      const near = this.#nearest(e);
      if (near) tells.toggle(near.point.code);
    });
    this.svg.addEventListener("keydown", (e) => this.#key(e));
    new ResizeObserver(() => this.mark()).observe(this.svg);
  }

  get #side() {
    return VIEWS[this.view].side;
  }

  async #sheet() {
    const name = `${this.drawing}-${this.#side}`;
    if (!this.sheets.has(name)) {
      const asked = fetch(`/static/body/${name}.json`).then((answer) => {
        if (!answer.ok) throw new Error(`the drawing ${name} did not come`);
        return answer.json();
      });
      asked.catch(() => this.sheets.delete(name));
      this.sheets.set(name, asked);
    }
    return this.sheets.get(name);
  }

  /** Where a point's needles are on the drawing: right of the picture, left, or both. */
  spots(point) {
    const [x, y] = point[this.drawing];
    return point.paired ? [[x, y], [2 * MIDDLE[this.drawing][point.view] - x, y]] : [[x, y]];
  }

  /** Spots that hold a needle: in the front view the right of the picture is the patient's left. */
  #needled(point) {
    const spots = this.spots(point);
    if (!point.paired || this.side === "both") return spots;
    const rightOfPicture = point.view === "back" ? "right" : "left";
    return [spots[this.side === rightOfPicture ? 0 : 1]];
  }

  shows(point) {
    if (point.view !== this.#side) return false;
    const { frame } = VIEWS[this.view];
    if (frame) {
      const [x, y, w, h] = this.#box();
      const inside = this.spots(point).some(([px, py]) => px > x + 2 && px < x + w - 2 && py > y + 2 && py < y + h - 2);
      return inside && (this.asks.visible(point, true) || this.asks.chosen(point.code));
    }
    return this.asks.visible(point, false) || this.asks.chosen(point.code) || point.code === this.current;
  }

  #box() {
    const { frame, both, room, side } = VIEWS[this.view];
    let box = WHOLE[this.drawing][side];
    if (frame) {
      const known = [...frame].map((code) => this.by.get(code)).filter(Boolean);
      const spots = known.flatMap((p) => (both ? this.spots(p) : [p[this.drawing]]));
      const xs = spots.map((s) => s[0]);
      const ys = spots.map((s) => s[1]);
      const left = Math.min(...xs) - room;
      const top = Math.min(...ys) - room;
      box = [left, top, Math.max(...xs) + room - left, Math.max(...ys) + room - top];
    }
    if (this.zoom === 1) return box;
    const at = this.by.get(this.current);
    const [cx, cy] = at && at.view === side ? at[this.drawing] : [box[0] + box[2] / 2, box[1] + box[3] / 2];
    const [w, h] = [box[2] / this.zoom, box[3] / this.zoom];
    return [clamp(cx - w / 2, box[0], box[0] + box[2] - w), clamp(cy - h / 2, box[1], box[1] + box[3] - h), w, h];
  }

  /** Draw anew only what a redraw would change; else mark. */
  async refresh() {
    const now = this.points.filter((p) => this.shows(p)).map((p) => p.code);
    const same = this.drawn === [this.view, this.drawing, this.zoom, ...now].join();
    return same ? this.mark() : this.draw();
  }

  async draw() {
    const wanted = [this.view, this.drawing].join();
    const sheet = await this.#sheet();
    if (wanted !== [this.view, this.drawing].join()) return;
    const { svg: root } = this;
    const held = root.contains(document.activeElement) ? document.activeElement.dataset.code : null;
    root.replaceChildren();
    root.setAttribute("viewBox", this.#box().join(" "));
    const glow = svg("radialGradient", { id: "ache" }, svg("defs", {}, root));
    svg("stop", { offset: 0, class: "ache-in" }, glow);
    svg("stop", { offset: 1, class: "ache-out" }, glow);
    svg("path", { class: "outline", d: sheet.outline + "Z" }, root);
    for (const [muscle, paths] of sheet.parts) {
      const group = svg("g", { "aria-hidden": "true" }, root);
      svg("title", {}, group, muscle.replaceAll("-", " "));
      for (const d of paths) svg("path", { class: "muscle", d }, group);
    }
    if (this.#side === "back") {
      const [, y] = this.by.get("BL25")[this.drawing];
      const cx = MIDDLE[this.drawing].back;
      this.ache = svg("ellipse", { cx, cy: y - 8, rx: 118, ry: 78, fill: "url(#ache)", class: "ache" }, root);
    } else this.ache = null;
    const shown = this.points.filter((p) => this.shows(p));
    shown.forEach((p) => this.#point(p));
    this.drawn = [this.view, this.drawing, this.zoom, ...shown.map((p) => p.code)].join();
    svg("g", { class: "labels", "aria-hidden": "true" }, root);
    const ends = this.#side === "front" ? ["right", "left"] : ["left", "right"];
    const { frame, both } = VIEWS[this.view];
    // A close-up of one limb shows one side alone.
    const words = frame && !both ? ["", `patient's ${ends[1]} side`] : ends.map((end) => `patient's ${end}`);
    ["#lr-left", "#lr-right"].forEach((id, k) => ($(id).textContent = words[k]));
    root.setAttribute("aria-description", `Left of the picture is the patient's ${ends[0]}`);
    this.mark();
    this.feel(this.pain);
    if (held) $(`[data-code="${held}"]`, root)?.focus();
  }

  #point(point) {
    const label = `${point.name}, ${point.code}, ${point.region}. ${point.place}`;
    const attributes = { class: "pt", "data-code": point.code, role: "button", tabindex: -1, "aria-label": label };
    const group = svg("g", attributes, this.svg);
    for (const [cx, cy] of this.spots(point))
      for (const part of ["hit", "ring", "dot"]) svg("circle", { class: part, cx, cy }, group);
  }

  #scale() {
    const matrix = this.svg.getScreenCTM();
    return matrix && matrix.a > 0 ? 1 / matrix.a : 2.4;
  }

  /** Which points hold a needle, which is looked at; sizes in pixels whatever the zoom. */
  mark() {
    const labels = $(".labels", this.svg);
    if (!labels) return;
    const s = this.#scale();
    const near = Boolean(VIEWS[this.view].frame) || this.zoom > 1.5;
    const focused = this.svg.contains(document.activeElement) ? document.activeElement : null;
    for (const group of $$(".pt", this.svg)) {
      const { code } = group.dataset;
      const on = this.asks.chosen(code);
      const needled = on ? this.#needled(this.by.get(code)).map(String) : [];
      group.classList.toggle("on", on);
      group.classList.toggle("current", code === this.current);
      group.setAttribute("aria-pressed", on);
      group.setAttribute("tabindex", code === this.current ? 0 : -1);
      const [hits, rings, dots] = ["hit", "ring", "dot"].map((name) => $$("." + name, group));
      dots.forEach((dot, k) => {
        const here = needled.includes(String([Number(dot.getAttribute("cx")), Number(dot.getAttribute("cy"))]));
        dot.classList.toggle("in", here);
        dot.setAttribute("r", (here ? (near ? 6 : 4.6) : near ? 4 : 2.1) * s);
        hits[k].setAttribute("r", 12 * s);
        rings[k].setAttribute("r", (near ? 9 : 8) * s);
      });
      if (on || code === this.current) this.svg.insertBefore(group, labels);
    }
    // What is moved loses the focus.
    if (focused && focused !== document.activeElement) focused.focus();
    if (!$('.pt[tabindex="0"]', this.svg)) $(".pt", this.svg)?.setAttribute("tabindex", 0);
    this.#label(labels, s, near);
  }

  #label(labels, s, near) {
    labels.replaceChildren();
    if (this.view === "low" && this.zoom === 1) {
      const [left] = this.#box();
      for (const text of LEVELS) {
        const [code, level] = text.split(" ");
        const y = this.by.get(code)[this.drawing][1];
        svg("path", { class: "level", d: `M${left + 24 * s} ${y}h${18 * s}` }, labels);
        svg("text", { class: "level-name", x: left + 20 * s, y: y + 4 * s, "font-size": 11.5 * s, "text-anchor": "end" }, labels, level);
      }
    }
    const at = this.by.get(this.current);
    if (!at || !this.shows(at)) return;
    const [x, y] = at[this.drawing];
    const common = { class: "point-name", "stroke-width": 3.5 * s, "font-size": 13 * s };
    const place = near ? { x, y: y - 13 * s, "text-anchor": "middle" } : { x: x + 12 * s, y: y + 4.5 * s };
    svg("text", { ...common, ...place }, labels, at.code);
  }

  /** The glow on the painful back, from the pain of the minute (0 to 100). */
  feel(pain) {
    this.pain = pain;
    this.ache?.style.setProperty("opacity", this.painful ? clamp(pain / 85, 0, 1) : 0);
  }

  #nearest(event) {
    const matrix = this.svg.getScreenCTM();
    if (!matrix) return null;
    const q = new DOMPoint(event.clientX, event.clientY).matrixTransform(matrix.inverse());
    let best = null;
    let least = 14 * this.#scale();
    for (const group of $$(".pt", this.svg)) {
      const point = this.by.get(group.dataset.code);
      for (const [x, y] of this.spots(point)) {
        const away = Math.hypot(q.x - x, q.y - y);
        if (away < least) [least, best] = [away, { point, x, y }];
      }
    }
    return best;
  }

  #hover(event) {
    const near = this.#nearest(event);
    this.tip.hidden = !near;
    this.svg.classList.toggle("over", Boolean(near));
    if (!near) return;
    const box = this.svg.parentNode.getBoundingClientRect();
    const at = new DOMPoint(near.x, near.y).matrixTransform(this.svg.getScreenCTM());
    this.tip.textContent = `${near.point.name} · ${near.point.code}`;
    this.tip.style.setProperty("left", clamp(at.x - box.left, 70, box.width - 70) + "px");
    this.tip.style.setProperty("top", Math.max(at.y - box.top, 44) + "px");
  }

  #key(event) {
    const way = { ArrowUp: [0, -1], ArrowDown: [0, 1], ArrowLeft: [-1, 0], ArrowRight: [1, 0] }[event.key];
    if (way) {
      event.preventDefault();
      const all = $$(".pt", this.svg).map((g) => this.by.get(g.dataset.code));
      const from = all.find((p) => p.code === this.current) ?? all[0];
      let best = null;
      let least = Infinity;
      for (const point of all) {
        if (point === from) continue;
        const [dx, dy] = [0, 1].map((k) => point[this.drawing][k] - from[this.drawing][k]);
        const along = dx * way[0] + dy * way[1];
        const far = along + 3 * (Math.abs(dx * way[1]) + Math.abs(dy * way[0]));
        if (along > 0 && far < least) [least, best] = [far, point];
      }
      if (best) {
        this.tells.look(best.code);
        $(`[data-code="${best.code}"]`, this.svg)?.focus();
      }
    } else if (event.key === "Enter" || event.key === " ") {
      event.preventDefault();
      this.tells.toggle(document.activeElement.dataset?.code ?? this.current);
    }
  }
}
