// The page's address holds all that is shown, so that a view can be linked, reloaded and gone back to.
const ASKED = [
  "protocol", "points", "technique", "depth_mm", "minutes", "vigour", "current_ma", "side", "patient", "compare",
];
const SEEN = ["view", "drawing", "filter", "point", "place", "t"];

const encoded = (entries) =>
  entries
    .map(([name, value]) => `${name}=${encodeURIComponent(value).replaceAll("%2C", ",").replaceAll("%2F", "/")}`)
    .join("&");

/** What the address asks for, and what of it is in view. */
export const read = () => {
  const given = new URLSearchParams(location.search);
  const pick = (names) =>
    Object.fromEntries(names.filter((name) => given.has(name)).map((name) => [name, given.get(name)]));
  return { asked: pick(ASKED), seen: pick(SEEN) };
};

/** The query of a question alone, as the server takes it. */
export const query = (asked) =>
  encoded(ASKED.filter((name) => asked[name] !== undefined).map((name) => [name, asked[name]]));

let waiting = 0;

/** Put the state into the address; `step` makes it one that Back returns from. */
export const write = (asked, seen, step = false) => {
  const parts = [
    ...ASKED.filter((name) => asked[name] !== undefined).map((name) => [name, asked[name]]),
    ...SEEN.filter((name) => seen[name] !== undefined && seen[name] !== "").map((name) => [name, seen[name]]),
  ];
  const theme = new URLSearchParams(location.search).get("theme");
  if (theme) parts.push(["theme", theme]);
  const where = parts.length ? "?" + encoded(parts) : location.pathname;
  clearTimeout(waiting);
  if (step) history.pushState(null, "", where);
  // Browsers refuse too many of these a second; a slider makes many.
  else waiting = setTimeout(() => history.replaceState(null, "", where), 200);
};
