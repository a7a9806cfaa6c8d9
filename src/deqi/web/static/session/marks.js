// Small helpers: elements, numbers in words.
const NS = "http://www.w3.org/2000/svg";

const dress = (node, attributes, parent, text) => {
  for (const [name, value] of Object.entries(attributes)) node.setAttribute(name, value);
  if (text != null) node.textContent = text;
  if (parent) parent.append(node);
  return node;
};

export const $ = (selector, root = document) => root.querySelector(selector);
export const $$ = (selector, root = document) => [...root.querySelectorAll(selector)];
export const svg = (name, attributes = {}, parent, text) =>
  dress(document.createElementNS(NS, name), attributes, parent, text);
export const html = (name, attributes = {}, parent, text) =>
  dress(document.createElement(name), attributes, parent, text);

export const clamp = (value, low, high) => Math.min(high, Math.max(low, value));

/** A number with a true minus, so many digits after the point. */
export const fixed = (value, digits) => {
  const text = value.toFixed(digits);
  return (Number(text) === 0 ? text.replace("-", "") : text).replace("-", "−");
};

/** A level over what it was before: ×5.1. */
export const fold = (ratio) => {
  if (!Number.isFinite(ratio)) return "–";
  return "×" + ratio.toFixed(ratio >= 9.95 ? 0 : ratio >= 1.995 ? 1 : 2);
};

/** Two or three significant digits, plainly. */
export const number = (value) => {
  const size = Math.abs(value);
  if (size === 0) return "0";
  return fixed(value, size >= 9.95 ? 0 : size >= 0.995 ? 1 : size >= 0.0995 ? 2 : 3);
};

/** A unit as it is read. */
export const unit = (text) => (text === "1" || text === "point" ? "" : " " + text);

/** What a place or substance is at a minute, as it is told there. */
export const told = (one, values, unitOf, k) => {
  const now = values[k];
  if (one.shows === "percent") return fixed(100 * now, 0) + " %";
  if (one.shows === "level") return number(now) + unit(unitOf);
  return Math.abs(values[0]) > 1e-6 ? fold(now / values[0]) : number(now) + unit(unitOf);
};
