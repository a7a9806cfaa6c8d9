// The map: what is pointed at, or has the focus, lights up with its wires; arrow keys go to the nearest that way.
const map = document.getElementById("map");
const about = document.getElementById("about");
const boxes = [...map.querySelectorAll(".box")];
const wires = [...map.querySelectorAll(".wire")];
const of = new Map(boxes.map((box) => [box.dataset.path, box]));
const says = new Map(
  [...document.querySelectorAll(".list a[data-path]")].map((a) => [a.dataset.path, a.nextElementSibling.textContent]),
);
const first = map.querySelector(".box.at")?.dataset.path ?? null;
let lit = first;

const name = (box) => box.getAttribute("aria-label").split(". Fed by")[0];

const link = (path) => {
  const made = document.createElement("a");
  made.href = of.get(path).getAttribute("href");
  made.dataset.path = path;
  made.textContent = name(of.get(path));
  return made;
};

const list = (part, paths) => {
  const inside = paths.flatMap((path, i) => (i ? [", ", link(path)] : [link(path)]));
  about.querySelector(`[data-about="${part}"]`).replaceChildren(...(inside.length ? inside : ["nothing"]));
};

const light = (path) => {
  if (path === lit) return;
  lit = path;
  const from = [];
  const to = [];
  for (const wire of wires) {
    const out = wire.dataset.from === path;
    const into = !out && wire.dataset.to === path;
    wire.classList.toggle("out", out);
    wire.classList.toggle("in", into);
    if (out && wire.dataset.to !== path) to.push(wire.dataset.to);
    if (into) from.push(wire.dataset.from);
    // What is lit lies above what is not.
    if (out || into) wire.parentNode.append(wire);
  }
  const near = new Set([...from, ...to]);
  for (const box of boxes) {
    box.classList.toggle("at", box.dataset.path === path);
    box.classList.toggle("near", near.has(box.dataset.path));
  }
  map.classList.toggle("chosen", path !== null);
  if (path === null) return;
  about.querySelector('[data-about="name"]').textContent = name(of.get(path));
  about.querySelector('[data-about="says"]').textContent = says.get(path);
  list("in", from);
  list("out", to);
};

// One stop for the Tab key; from there, arrows.
let current = of.get(first) ?? boxes[0];
for (const box of boxes) box.tabIndex = box === current ? 0 : -1;

const centre = (box) => {
  const { x, y, width, height } = box.querySelector("rect").getBBox();
  return [x + width / 2, y + height / 2];
};
const WAYS = { ArrowRight: [1, 0], ArrowLeft: [-1, 0], ArrowDown: [0, 1], ArrowUp: [0, -1] };

const next = (box, [dx, dy]) => {
  const [x, y] = centre(box);
  let best = null;
  let least = Infinity;
  for (const other of boxes) {
    const [ox, oy] = centre(other);
    const ahead = (ox - x) * dx + (oy - y) * dy;
    const aside = Math.abs((ox - x) * dy) + Math.abs((oy - y) * dx);
    const far = ahead + 3 * aside;
    if (ahead > 1 && far < least) [best, least] = [other, far];
  }
  return best;
};

const here = (box) => {
  current.tabIndex = -1;
  current = box;
  box.tabIndex = 0;
};

map.addEventListener("keydown", (event) => {
  const box = event.target.closest?.(".box");
  const way = WAYS[event.key];
  if (!box || !way || event.ctrlKey || event.metaKey || event.altKey) return;
  event.preventDefault();
  next(box, way)?.focus();
});
map.addEventListener("focusin", (event) => {
  const box = event.target.closest(".box");
  if (!box) return;
  here(box);
  light(box.dataset.path);
});
document.addEventListener("pointerover", (event) => {
  const one = event.target.closest?.("#map .box, .list a[data-path]");
  if (one) light(one.dataset.path);
});
document.querySelector(".list").addEventListener("focusin", (event) => {
  const one = event.target.closest("a[data-path]");
  if (one) light(one.dataset.path);
});
document.addEventListener("keydown", (event) => {
  if (event.key === "Escape") light(first);
});
