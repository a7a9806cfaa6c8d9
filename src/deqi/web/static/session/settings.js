// What is done: a library protocol, or needles at chosen points with technique, depth and minutes.
import { $, html } from "./marks.js";

const TECHNIQUES = [
  ["manual", "By hand"], ["electrical", "Electrical"], ["retained", "Left in, not moved"],
  ["superficial", "Shallow"], ["touch", "Touch, no piercing"], ["dry", "Dry needling"],
];
const FREQUENCIES = ["2hz", "4hz", "10hz", "15hz", "50hz", "100hz", "2/15hz", "2/100hz"];
const CURRENTS = [0.5, 1, 2, 3, 4, 5, 8];
const VIGOURS = [[0.2, "gently"], [0.45, "moderately"], [0.7, "firmly"], [1, "strongly"]];
const ROLES = { verum: "Trials: needles", sham: "Trials: sham", experiment: "Experiments" };
const USUAL_DEPTH = { superficial: 2, touch: 0 };
const hertz = (name) => name.replace("/", " / ").replace("hz", " Hz");

export class Settings {
  /**
   * @param {object} library what `/api/session/protocols` tells
   * @param {(change: object, how?: {live: boolean}) => void} changed called with the parts of a question that changed
   */
  constructor(library, changed) {
    this.library = library;
    this.changed = changed;
    this.form = $("#proto");
    this.by = new Map(library.protocols.map((p) => [p.name, p]));
    this.#fill();
    this.form.addEventListener("submit", (event) => event.preventDefault());
    this.form.addEventListener("input", (event) => this.#live(event));
    this.form.addEventListener("change", (event) => this.#change(event.target));
  }

  #options(name, pairs) {
    const select = this.form.elements[name];
    for (const [value, text] of pairs) html("option", { value }, select, text);
  }

  #fill() {
    const select = this.form.elements.protocol;
    html("option", { value: "" }, select, "Chosen points");
    for (const [role, label] of Object.entries(ROLES)) {
      const group = html("optgroup", { label }, select);
      for (const p of this.library.protocols.filter((one) => one.role === role)) html("option", { value: p.name }, group, p.title);
    }
    this.#options("technique", TECHNIQUES);
    this.#options("frequency", FREQUENCIES.map((f) => [f, hertz(f)]));
    this.#options("current_ma", CURRENTS.map((c) => [c, `${c} mA`]));
    this.#options("vigour", VIGOURS);
    this.#options("patient", this.library.patients.map((p) => [p.name, p.title.replace("Typical patient with ", "").replace(/, at enrolment$/, "")]));
    const compare = this.form.elements.compare;
    html("option", { value: "sham" }, compare, "its own sham");
    html("option", { value: "none" }, compare, "nothing");
    const group = html("optgroup", { label: "A protocol" }, compare);
    for (const p of this.library.protocols) html("option", { value: p.name }, group, p.title);
  }

  /** What the form says before there is an answer. */
  begin(asked) {
    const { elements } = this.form;
    for (const [name, value] of Object.entries({ frequency: "2hz", current_ma: 2, vigour: 0.45, patient: "chronic_low_back_pain", depth_mm: 20, minutes: 30 }))
      elements[name].value = asked[name] ?? value;
    if (!elements.patient.value) elements.patient.value = "chronic_low_back_pain";
    this.#which(elements.technique.value);
    this.#outputs();
  }

  /** Put an answer's question into the form. */
  set(answer) {
    const { elements } = this.form;
    const { query, real } = answer;
    const group = real.needles[0];
    const technique = group?.technique ?? "manual";
    elements.protocol.value = query.protocol ?? "";
    elements.technique.value = technique;
    const told = group?.frequency_hz.map((f) => String(f)).join("/") + "hz";
    if (technique === "electrical") {
      this.#have("frequency", told, hertz(told));
      this.#have("current_ma", String(group.current_ma), `${group.current_ma} mA`);
    }
    if (technique === "manual") this.#have("vigour", String(group?.vigour ?? 0.45), `vigour ${group?.vigour}`);
    this.#have("patient", answer.patient.name, answer.patient.title);
    this.#have("compare", query.compare, query.compare);
    elements.side.value = group?.side === "midline" ? "both" : (group?.side ?? "both");
    this.#range("depth_mm", group?.depth_mm ?? 0, 1);
    this.#range("minutes", real.needles_out ?? 30, 5);
    elements.depth_mm.disabled = technique === "touch";
    this.#which(technique);
    this.#outputs();
  }

  #have(name, value, text) {
    const select = this.form.elements[name];
    if (![...select.options].some((o) => o.value === value)) html("option", { value }, select, text);
    select.value = value;
  }

  #range(name, value, step) {
    const range = this.form.elements[name];
    range.step = value % step === 0 ? step : "any";
    range.min = Math.min(name === "minutes" ? 5 : 1, value);
    range.max = Math.max(60, value);
    range.value = value;
  }

  #which(technique) {
    for (const label of this.form.querySelectorAll("[data-for]")) label.hidden = label.dataset.for !== technique;
  }

  #outputs() {
    const { depth_mm: depth, minutes, technique } = this.form.elements;
    $("#out-depth").textContent = technique.value === "touch" ? "0 mm" : `${Math.round(10 * depth.value) / 10} mm`;
    $("#out-minutes").textContent = String(Math.round(minutes.value));
  }

  #live(event) {
    if (event.target.type !== "range") return;
    this.#outputs();
    // A change recomputes while the slider moves; the page sees to it that it is not too often.
    this.changed(this.needling(), { live: true });
  }

  #change(field) {
    const { elements } = this.form;
    if (field.type === "range") return;
    if (field.name === "protocol") {
      this.changed(field.value ? { protocol: field.value } : this.needling());
      return;
    }
    if (field.name === "patient" || field.name === "compare") {
      this.changed({ [field.name]: field.value });
      return;
    }
    if (field.name === "technique") {
      const usual = USUAL_DEPTH[field.value];
      if (usual !== undefined) elements.depth_mm.value = usual;
      else if (Number(elements.depth_mm.value) < 5) elements.depth_mm.value = 20;
      elements.depth_mm.disabled = field.value === "touch";
      this.#which(field.value);
      this.#outputs();
    }
    this.changed(this.needling());
  }

  /** How the needles are used, as the parts of a question. */
  needling() {
    const { technique, frequency, current_ma: current, vigour, depth_mm: depth, minutes, side } = this.form.elements;
    const electrical = technique.value === "electrical";
    return {
      technique: electrical ? frequency.value : technique.value,
      depth_mm: technique.value === "touch" ? "0" : String(Number(depth.value)),
      minutes: String(Number(minutes.value)),
      ...(electrical ? { current_ma: current.value } : {}),
      ...(technique.value === "manual" ? { vigour: vigour.value } : {}),
      side: side.value,
    };
  }
}
