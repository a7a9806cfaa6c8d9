// The card below the body: the point that is looked at, and all that hold needles.
import { $, html } from "./marks.js";

/**
 * @param {{point: object, on: boolean, chosen: Array<string>, needles: number, unreported: boolean, notice: string}} told
 * @param {{toggle: (code: string) => void, lowBack: () => void}} tells
 */
export const drawCard = (told, tells) => {
  const root = $("#pick");
  const held = root.contains(document.activeElement) ? (document.activeElement.dataset.code ?? "") : null;
  root.replaceChildren();
  const { point } = told;
  const head = html("div", { class: "pick-head" }, root);
  const title = html("b", {}, head, point.name + " ");
  html("span", {}, title, `${point.code} ${point.chinese}`);
  const button = html("button", { type: "button", class: "linkb", "data-code": "" }, head, told.on ? "Take out" : "Add needle");
  button.addEventListener("click", () => tells.toggle(point.code));
  if (told.chosen.length) needles(root, told, tells);
  else none(root, told, tells);
  const list = html("dl", {}, root);
  const cord = point.cord.replaceAll("-", "–").replaceAll(";", ", ");
  const depth = point.depth ? `${point.depth[0]}–${point.depth[1]} mm in the literature` : "";
  const rows = { Where: point.place, Care: point.hazards.join("; "), Cord: cord, Muscle: point.muscles.join(", "), Depth: depth };
  for (const [term, text] of Object.entries(rows)) {
    if (!text) continue;
    html("dt", {}, list, term);
    html("dd", {}, list, text);
  }
  html("p", { class: "notice" }, root, told.notice);
  if (held !== null) ($(`[data-code="${held}"]`, root) ?? $("button", root))?.focus();
};

const needles = (root, told, tells) => {
  const box = html("div", { class: "needles" }, root);
  html("span", {}, box, `${told.needles} ${told.needles === 1 ? "needle" : "needles"}: `);
  for (const code of told.chosen) {
    const chip = html("button", { type: "button", class: "needle", "data-code": code, "aria-label": `Take out ${code}` }, box, `${code} ×`);
    chip.addEventListener("click", () => tells.toggle(code));
  }
};

const none = (root, told, tells) => {
  const line = html("p", { class: "needles" }, root);
  line.append(told.unreported ? `${told.needles} needles; the trial's points were not reported. ` : "No needles yet. ");
  const set = html("button", { type: "button", class: "linkb", "data-code": "" }, line, "Use the low back set");
  set.addEventListener("click", tells.lowBack);
};
