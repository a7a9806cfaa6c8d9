// The front page: choose, go, see. All state is in the address.
import { query, read, write } from "./address.js";
import { Body, MAIN, VIEWS } from "./body.js";
import { drawCard } from "./card.js";
import { Clock } from "./clock.js";
import { Explain } from "./explain.js";
import { Finder } from "./finder.js";
import { $, $$, clamp, html } from "./marks.js";
import { Pathway } from "./pathway.js";
import { Settings } from "./settings.js";
import { Substances } from "./substances.js";
import { Traces } from "./traces.js";

const NEEDLING = ["technique", "depth_mm", "minutes", "vigour", "current_ma", "side"];
const WAIT = 90; // Changes this close together are asked as one [ms].
const GOES_ON = 1500; // A slider is still moving [ms].

const state = { asked: {}, seen: {}, chosen: new Set(), answer: null, library: null, latest: 0, timer: 0, stop: null, moved: -Infinity };
const ask = async (path, signal) => {
  let answer;
  try {
    answer = await fetch(path, { signal, headers: { accept: "application/json" } });
  } catch (error) {
    if (error.name === "AbortError") throw error;
    throw { says: "the server does not answer", fix: "see that deqi serve still runs, and try again" };
  }
  const data = await answer.json().catch(() => ({}));
  if (!answer.ok) throw data.error ?? { says: `the server answered ${answer.status}`, fix: "try again" };
  return data;
};

let body, finder, settings;
const explain = new Explain(() => mark(""));
const show = (id) => {
  explain.show(explain.id === id ? "" : id);
  mark(explain.id);
};
const pathway = new Pathway(show);
const substances = new Substances(show);
const traces = new Traces(show, (minute) => clock.to(minute));
const clock = new Clock(paint);

function mark(id) {
  state.seen.place = id;
  pathway.mark(id);
  for (const button of $$(".chip, .trace .title")) button.setAttribute("aria-pressed", button.dataset.place === id);
  write(state.asked, state.seen);
}

/** Everything at one minute: what is drawn at each step of the clock. */
function paint(minute) {
  const { answer } = state;
  if (!answer) return;
  const { real, compare } = answer;
  const at = (course) => clamp(Math.round(minute - course.minutes[0]), 0, course.minutes.length - 1);
  const [k, j] = [at(real), compare ? at(compare) : 0];
  pathway.paint(k);
  substances.paint(k, j);
  traces.paint(k, j);
  explain.paint(k, j);
  body?.feel(real.series.pain[k]);
  clock.slider.setAttribute("aria-valuetext", `minute ${minute}, ${$("#phase").textContent}, pain ${Math.round(real.series.pain[k])} of 100`);
  state.seen.t = minute === 0 ? "" : String(minute);
  write(state.asked, state.seen);
}

/** Ready, loading, empty or error; an error says what to do. */
function put(name, error) {
  document.body.dataset.state = name;
  const message = $("#msg");
  message.replaceChildren();
  if (name === "loading") message.textContent = "Computing the session…";
  if (name === "empty") message.textContent = "Choose a point on the body to begin.";
  if (name === "error") {
    const where = error.where ? ` (${error.where})` : "";
    const end = error.fix ? `. To mend it: ${error.fix}. ` : ". ";
    message.append(`This session could not be computed: ${error.says}${where}${end}`);
    const again = html("button", { type: "button", class: "linkb" }, message, "Try again");
    again.addEventListener("click", () => compute());
    message.append(" ");
    const fresh = html("a", { href: "/" }, message, "Start anew");
    fresh.className = "linkb";
  }
}

/** Ask for the session that the state describes. */
async function compute() {
  clearTimeout(state.timer);
  state.stop?.abort();
  const stop = (state.stop = new AbortController());
  if (state.asked.points === "") return put("empty");
  const asked = query(state.asked);
  if (!state.answer || document.body.dataset.state !== "ready") put("loading");
  else document.body.classList.add("waiting");
  try {
    const answer = await ask(`/api/session?${asked}`, stop.signal);
    if (stop !== state.stop) return;
    take(answer);
  } catch (error) {
    if (error.name !== "AbortError" && stop === state.stop) put("error", error.says ? error : { says: String(error), fix: "load the page anew" });
  } finally {
    if (stop === state.stop) document.body.classList.remove("waiting");
  }
}

function take(answer) {
  const first = !state.answer;
  state.answer = answer;
  if (answer.compare) answer.compare.label = answer.compare.own || answer.compare.role === "sham" ? "sham" : "other";
  if (answer.query.points !== undefined) state.chosen = new Set(answer.query.points.split(","));
  else state.chosen = new Set(answer.real.needles.flatMap((g) => g.points).map((text) => text.replace(/^off:/, "").split(" ")[0]));
  const key = $("#key-other");
  key.hidden = !answer.compare;
  key.textContent = answer.compare ? answer.compare.label : "";
  key.title = answer.compare ? answer.compare.title : "";
  pathway.set(answer);
  substances.set(answer);
  traces.set(answer);
  explain.set(answer);
  settings?.set(answer);
  const { minutes, needles_out: out } = answer.real;
  put("ready");
  if (first) clock.minute = state.seen.t === undefined ? 0 : Number(state.seen.t) || 0;
  clock.span(minutes[0], minutes.at(-1), out);
  if (first && state.seen.place) show(state.seen.place);
  $("#command").textContent = answer.command;
  $("#toml").href = `/api/session/protocol.toml?${answer.address}`;
  $("#assumed").textContent = `Taken as given: ${[...answer.real.assumptions, ...answer.real.warnings].join("; ")}.`;
  const felt = answer.shown.trace.map((one) => one.name.toLowerCase()).join(", ");
  $("#spoken").textContent = `Computed: ${answer.real.title}. Graphs of ${felt}.`;
  if (body) {
    body.side = answer.real.needles[0]?.side ?? "both";
    body.painful = answer.patient.painful_areas.includes("low back");
    body.refresh().then(card);
  }
}

/** Change what is asked; soon it is computed. */
function change(parts, { now = false, live = false } = {}) {
  const before = query(state.asked);
  const of = state.asked;
  const kept = { ...(of.patient ? { patient: of.patient } : {}) };
  if ("protocol" in parts) state.asked = { ...kept, protocol: parts.protocol };
  else if ("patient" in parts || "compare" in parts) state.asked = { ...of, ...parts };
  else {
    // A library protocol that is changed becomes a session of one's own, at its points if they are known.
    const points = parts.points ?? ([...state.chosen].join(",") || state.library.low_back.join(","));
    const compare = of.compare && !of.protocol ? { compare: of.compare } : {};
    state.asked = { points, ...pickNeedling(settings.needling()), ...parts, ...kept, ...compare };
    for (const name of NEEDLING) if (parts.technique !== undefined && !(name in parts)) delete state.asked[name];
  }
  if (query(state.asked) === before) return;
  // A slider that moves is one step back, and not as many as it passed.
  const goesOn = live && performance.now() - state.moved < GOES_ON;
  state.moved = live ? performance.now() : -Infinity;
  write(state.asked, state.seen, !goesOn);
  clearTimeout(state.timer);
  // An answer to what was asked before would undo this change.
  state.stop?.abort();
  state.stop = null;
  if (state.asked.points === "") {
    put("empty");
    body.refresh().then(card);
  } else state.timer = setTimeout(compute, now ? 0 : WAIT);
}

const pickNeedling = (parts) => Object.fromEntries(Object.entries(parts).filter(([name]) => NEEDLING.includes(name)));

function toggle(code) {
  state.chosen.has(code) ? state.chosen.delete(code) : state.chosen.add(code);
  look(code);
  change({ points: [...state.chosen].join(",") });
  body.mark();
  card();
}

function look(code) {
  body.current = code;
  state.seen.point = code;
  const point = body.by.get(code);
  if (VIEWS[body.view].side !== point.view) view(point.view);
  else if (!body.shows(point) && VIEWS[body.view].frame) view(point.view);
  else if (!$(`[data-code="${code}"]`, body.svg)) body.draw();
  else body.mark();
  write(state.asked, state.seen);
  card();
}

function card() {
  const real = state.answer?.real;
  drawCard(
    {
      point: body.by.get(body.current),
      on: state.chosen.has(body.current),
      chosen: [...state.chosen].filter((code) => body.by.has(code)),
      needles: real ? real.needles.reduce((n, group) => n + group.needles, 0) : 0,
      unreported: Boolean(state.asked.protocol && real?.needles.length),
      notice: state.notice,
    },
    {
      toggle,
      lowBack: () => {
        state.chosen = new Set(state.library.low_back);
        change({ points: [...state.chosen].join(",") }, { now: true });
      },
    },
  );
}

function view(name) {
  body.view = name;
  body.zoom = 1;
  state.seen.view = name === "back" ? "" : name;
  write(state.asked, state.seen);
  views();
  body.draw();
}

function views() {
  const root = $("#views");
  if (!root.children.length) {
    MAIN.forEach((name) => {
      const button = html("button", { type: "button", role: "radio", "data-view": name }, root, VIEWS[name].name);
      button.addEventListener("click", () => view(name));
      button.addEventListener("keydown", (event) => {
        const step = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 }[event.key];
        if (!step) return;
        event.preventDefault();
        const next = MAIN[(MAIN.indexOf(name) + step + MAIN.length) % MAIN.length];
        view(next);
        $(`[data-view="${next}"]`, root).focus();
      });
    });
    const more = $("#closeup");
    html("option", { value: "" }, more, "Whole body");
    for (const [name, { name: text }] of Object.entries(VIEWS)) if (!MAIN.includes(name)) html("option", { value: name }, more, text);
    more.addEventListener("change", () => view(more.value || VIEWS[body.view].side));
  }
  $$("button", root).forEach((button) => {
    const on = button.dataset.view === body.view;
    button.setAttribute("aria-checked", on);
    button.tabIndex = on || (!MAIN.includes(body.view) && button.dataset.view === "back") ? 0 : -1;
  });
  $("#closeup").value = MAIN.includes(body.view) ? "" : body.view;
}

async function start() {
  const { asked, seen } = read();
  Object.assign(state, { asked, seen });
  put("loading");
  const computed = compute();
  try {
    const [points, library] = await Promise.all([ask("/api/points"), ask("/api/session/protocols")]);
    state.library = library;
    state.notice = points.notice;
    const asks = { chosen: (code) => state.chosen.has(code), visible: (p, near) => (near && !state.seen.filter) || Finder.lets(state.seen.filter ?? "", p) };
    body = new Body(points.points, asks, { toggle, look });
    finder = new Finder(points.points, { chosen: asks.chosen }, {
      choose: (code) => (state.chosen.has(code) ? look(code) : toggle(code)),
      filter: (name) => {
        state.seen.filter = name;
        write(state.asked, state.seen);
        body.draw();
      },
    });
    if (state.seen.filter) finder.select.value = state.seen.filter;
    settings = new Settings(library, change);
    if (seen.view in VIEWS) body.view = seen.view;
    if (seen.drawing === "female") body.drawing = "female";
    if (seen.point && body.by.has(seen.point)) body.current = seen.point;
    views();
    sex();
    settings.begin(asked);
    if (asked.points) state.chosen = new Set(asked.points.split(",").filter((code) => body.by.has(code)));
    if (state.answer) take(state.answer);
    else await body.draw().then(card);
  } catch (error) {
    put("error", error.says ? error : { says: String(error.message ?? error), fix: "load the page anew" });
  }
  await computed;
}

function sex() {
  const female = body.drawing === "female";
  $("#sex").setAttribute("aria-pressed", female);
}
$("#sex").addEventListener("click", () => {
  body.drawing = body.drawing === "female" ? "male" : "female";
  state.seen.drawing = body.drawing === "female" ? "female" : "";
  write(state.asked, state.seen);
  sex();
  body.draw();
});
for (const [id, factor] of [["#closer", 1.5], ["#farther", 1 / 1.5]])
  $(id).addEventListener("click", () => {
    body.zoom = clamp(body.zoom * factor, 1, 5.1);
    body.draw();
  });
addEventListener("popstate", () => location.reload());
start();
