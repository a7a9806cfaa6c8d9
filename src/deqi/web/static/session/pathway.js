// The pathway: from the needle through fibres and cord to the brain and back, shaded by the minute.
import { $, $$, clamp, number, svg, told, unit } from "./marks.js";
import { BRAIN, FIBRES, FIBRE_LABEL, FOLDS, LINES, SEGMENTS, SPOTS, WIRES, ZONES } from "./wires.js";

const SHOWN = 7;
const CORD_TOP = 336;
const NEEDLES_FULL = 4;

const mix = (share, tone) => {
  const [deep, pale] = tone === "up" ? ["--acc", "--acclo"] : ["--hi", "--lo"];
  return `color-mix(in oklab, var(${deep}) ${Math.round(100 * clamp(share, 0, 1))}%, var(${pale}))`;
};

export class Pathway {
  /** @param {(id: string) => void} explain called when a place is chosen */
  constructor(explain) {
    this.svg = $("#path");
    this.explain = explain;
    this.nodes = new Map();
    this.svg.addEventListener("keydown", (e) => this.#key(e));
  }

  /** A new session. */
  set(answer) {
    this.answer = answer;
    this.places = new Map(answer.shown.place.map((p) => [p.id, p]));
    this.reached = answer.real.segments;
    this.painful = new Set(answer.patient.pain_segments);
    this.#draw();
  }

  #place(id, attributes = {}) {
    const place = this.places.get(id);
    const group = svg("g", {
      class: "place", "data-place": id, role: "button", tabindex: this.nodes.size ? -1 : 0,
      "aria-label": `${place.name}, ${place.code}`, ...attributes,
    }, this.svg);
    group.addEventListener("click", () => this.explain(id));
    return group;
  }

  #draw() {
    const root = this.svg;
    const held = document.activeElement?.closest?.(".place")?.dataset.place;
    root.replaceChildren();
    this.nodes.clear();
    for (const [text, y] of ZONES) svg("text", { class: "zone", x: 4, y }, root, text);
    for (const y of LINES) svg("path", { class: "zone-line", d: `M4 ${y}H476` }, root);
    svg("path", { class: "brain", d: BRAIN }, root);
    for (const d of FOLDS) svg("path", { class: "sulcus", d }, root);
    const defs = svg("defs", {}, root);
    for (const way of ["up", "down"]) {
      const marker = svg("marker", { id: `tip-${way}`, viewBox: "0 0 8 8", refX: 3, refY: 4, markerWidth: 9, markerHeight: 9, markerUnits: "userSpaceOnUse", orient: "auto" }, defs);
      svg("path", { class: `tip-${way}`, d: "M0 0L8 4L0 8L2 4Z" }, marker);
    }
    this.wires = WIRES.map(([from, d, way]) => ({
      from,
      way,
      line: svg("path", { class: `wire ${way}`, d }, root),
      flow: svg("path", { class: `flow ${way}`, d, "marker-end": `url(#tip-${way})` }, root),
    }));
    this.#tissue();
    this.#fibres();
    this.#cord();
    for (const [id, [x, y, r, side, label, level = y]] of Object.entries(SPOTS)) {
      const group = this.#place(id);
      const end = side > 0 ? "start" : "end";
      if (Math.abs(label - x) - r > 12)
        svg("path", { class: "leader", d: `M${x + side * (r + 3)} ${y}L${label + side * -5} ${level}` }, group);
      svg("circle", { class: "halo", cx: x, cy: y, r: r + 4 }, group);
      const circle = svg("circle", { class: "node", cx: x, cy: y, r }, group);
      svg("text", { class: "name", x: label, y: level - 1, "text-anchor": end }, group, this.places.get(id).name);
      const value = svg("text", { class: "code", x: label, y: level + 13, "text-anchor": end }, group);
      this.nodes.set(id, { circle, value });
    }
    if (held) $(`[data-place="${held}"]`, root)?.focus();
  }

  #tissue() {
    const group = this.#place("tissue");
    svg("rect", { class: "tissue muscle-layer", x: 122, y: 566, width: 196, height: 26 }, group);
    svg("rect", { class: "tissue fat-layer", x: 122, y: 592, width: 196, height: 12 }, group);
    svg("rect", { class: "tissue skin-layer", x: 122, y: 604, width: 196, height: 6 }, group);
    svg("rect", { class: "halo", x: 120, y: 564, width: 200, height: 48, rx: 4 }, group);
    svg("text", { class: "code", x: 326, y: 582 }, group, "muscle");
    svg("text", { class: "code", x: 326, y: 604 }, group, "fat, skin");
    this.pull = svg("ellipse", { class: "pull", cx: 220, cy: 580, rx: 34, ry: 12 }, group);
    this.shaft = svg("path", { class: "shaft" }, group);
    this.grip = svg("path", { class: "grip" }, group);
    this.depth = svg("text", { class: "code", x: 232, y: 630 }, group);
    this.nodes.set("tissue", {});
  }

  #fibres() {
    for (const [id, [d, x, side]] of Object.entries(FIBRES)) {
      const group = this.#place(id);
      const anchor = side < 0 ? "end" : "start";
      svg("path", { class: "reach", d }, group);
      const line = svg("path", { class: "wire down", d }, group);
      const flow = svg("path", { class: "flow down", d }, group);
      svg("text", { class: "name", x, y: FIBRE_LABEL, "text-anchor": anchor }, group, this.places.get(id).name);
      const value = svg("text", { class: "code", x, y: FIBRE_LABEL + 14, "text-anchor": anchor }, group);
      this.nodes.set(id, { line, flow, value });
    }
  }

  /** Seven segments in large, those that most needles reach; all thirty beside them, at their levels. */
  #cord() {
    const group = this.#place("cord");
    const worth = (name) => this.reached[name] ?? (this.painful.has(name) ? 0.01 : 0);
    const sum = (k) => SEGMENTS.slice(k, k + SHOWN).reduce((total, name) => total + worth(name), 0);
    let start = SEGMENTS.indexOf("T12");
    for (let k = 0; k <= SEGMENTS.length - SHOWN; k += 1) if (sum(k) > sum(start) + 1e-9) start = k;
    this.boxes = SEGMENTS.slice(start, start + SHOWN).map((name, k) => {
      const y = CORD_TOP + 18 * k;
      const box = svg("rect", { class: "segment", x: 192, y, width: 56, height: 17, rx: 5 }, group);
      const text = svg("text", { class: "segment-name", x: 220, y: y + 12.5 }, group, name);
      return { name, box, text };
    });
    svg("rect", { class: "halo", x: 188, y: CORD_TOP - 4, width: 64, height: 18 * SHOWN + 7, rx: 8 }, group);
    svg("text", { class: "code", x: 476, y: CORD_TOP - 8, "text-anchor": "end" }, group, "whole cord");
    this.strip = SEGMENTS.map((name, k) => {
      const y = CORD_TOP + 4.3 * k;
      if (/1$/.test(name) && name.length === 2)
        svg("text", { class: "code", x: 476, y: y + 9, "text-anchor": "end" }, group, name[0]);
      return { name, box: svg("rect", { class: "level-cell", x: 446, y, width: 14, height: 3.9, rx: 1 }, group) };
    });
    svg("path", { class: "bracket", d: `M442 ${CORD_TOP + 4.3 * start}h-4v${4.3 * SHOWN - 0.4}h4` }, group);
    this.nodes.set("cord", {});
  }

  #share(id, k) {
    const place = this.places.get(id);
    const values = this.answer.real.series[id];
    const asLevel = place.shows === "level" || place.shade === "level";
    const value = asLevel ? values[k] : values[0] ? values[k] / values[0] : 1;
    return clamp((value - place.rest) / (place.full - place.rest), 0, 1);
  }

  /** Everything at the k-th minute. */
  paint(k) {
    const { series, units, drive } = this.answer.real;
    for (const id of Object.keys(SPOTS)) {
      const place = this.places.get(id);
      const { circle, value } = this.nodes.get(id);
      circle.style.setProperty("fill", mix(0.04 + 0.96 * this.#share(id, k), place.tone));
      value.textContent = `${place.code} ${told(place, series[id], units[id], k)}`;
    }
    for (const { from, way, line, flow } of this.wires) this.#wire(line, flow, this.#share(from, k), way);
    for (const id of Object.keys(FIBRES)) {
      const { line, flow, value } = this.nodes.get(id);
      this.#wire(line, flow, this.#share(id, k));
      const now = series[id][k];
      value.textContent = this.places.get(id).code + (now > 0 ? ` ${number(now)}${unit(units[id])}` : "");
    }
    this.#segments(drive[k]);
    this.#needle(drive[k] > 0, this.#share("tissue", k));
  }

  #wire(line, flow, share) {
    line.style.setProperty("stroke-width", 1.5 + 4.5 * share);
    flow.style.setProperty("stroke-width", 1.5 + 2 * share);
    flow.style.setProperty("opacity", share < 0.02 ? 0 : 0.3 + 0.7 * share);
  }

  #segments(firing) {
    for (const { name, box, text } of [...this.boxes, ...this.strip]) {
      const needles = this.reached[name] ?? 0;
      const share = needles ? (0.25 + 0.75 * firing) * (0.2 + 0.8 * clamp(needles / NEEDLES_FULL, 0, 1)) : 0;
      box.style.setProperty("fill", mix(share, "down"));
      if (!text) continue;
      text.classList.toggle("on-dark", share > 0.5);
      text.classList.toggle("away", !needles);
    }
  }

  #needle(inside, pull) {
    const groups = this.answer.real.needles;
    const depth = Math.max(0, ...groups.map((g) => g.depth_mm));
    const tip = inside ? 608 - clamp(depth * 1.1, 0, 42) : 616;
    this.shaft.setAttribute("d", `M220 ${tip}V622`);
    this.grip.setAttribute("d", "M220 622V634");
    const words = depth > 0 ? `${number(depth).replace(/\.0+$/, "")} mm deep` : "on the skin";
    this.depth.textContent = groups.length === 0 ? "no needles" : inside ? words : "needles out";
    this.svg.classList.toggle("needled", inside);
    this.pull.style.setProperty("opacity", 0.55 * pull);
  }

  /** Which place is being explained. */
  mark(id) {
    for (const group of $$(".place", this.svg)) {
      group.classList.toggle("explained", group.dataset.place === id);
      group.setAttribute("aria-pressed", group.dataset.place === id);
    }
  }

  #key(event) {
    const at = event.target.closest(".place");
    if (!at) return;
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step) {
      event.preventDefault();
      // From the needle upwards is how the signal goes: document order begins at the tissue.
      const all = $$(".place", this.svg);
      const next = all[(all.indexOf(at) - step + all.length) % all.length];
      for (const group of all) group.setAttribute("tabindex", group === next ? 0 : -1);
      next.focus();
    } else if (event.key === "Enter" || event.key === " ") {
      event.preventDefault();
      this.explain(at.dataset.place);
    }
  }
}

