// The Course page with a script: answers in place, numbers of any week, and each patient's own.
import { readers } from "./reader.js";

const form = document.getElementById("controls");
const busy = document.getElementById("busy");
let asking = new AbortController();

/** The question in the form as an address; what is left out is what is usual for the protocol. */
function address(leftOut = []) {
  const asked = new URLSearchParams(new FormData(form));
  for (const name of leftOut) asked.delete(name);
  return `${form.getAttribute("action")}?${asked}`;
}

/** Set the fields as another form of the page has them. */
function like(other) {
  const theirs = new Map([...other.elements].map((field) => [`${field.name} ${field.type} ${field.value}`, field]));
  for (const field of form.elements) {
    if (field.type === "checkbox") {
      field.checked = theirs.get(`${field.name} ${field.type} ${field.value}`)?.checked ?? false;
    } else if (field.tagName === "SELECT") {
      // A length that no list has may stand in an address.
      const wanted = other.elements[field.name];
      field.replaceChildren(...[...wanted.children].map((child) => document.importNode(child, true)));
      field.value = wanted.value;
    }
  }
  form.querySelector(".links").replaceWith(document.importNode(other.querySelector(".links"), true));
}

/** Everything below the form. */
const answers = (main) => [...main.children].filter((child) => child.id !== "controls");

/** Ask for an address, and show its answer in place of the old one, which is seen to be old meanwhile. */
async function show(url, { remember = true } = {}) {
  asking.abort();
  asking = new AbortController();
  busy.textContent = "Computing …";
  document.body.classList.add("again");
  try {
    const answer = await fetch(url, { headers: { accept: "text/html" }, signal: asking.signal });
    const found = new DOMParser().parseFromString(await answer.text(), "text/html");
    const main = document.getElementById("main");
    const theirs = found.getElementById("controls");
    if (theirs) like(theirs);
    for (const old of answers(main)) old.remove();
    main.append(...answers(found.getElementById("main")).map((one) => document.importNode(one, true)));
    document.title = found.title;
    if (remember) history.pushState(null, "", url);
    busy.textContent = answer.ok ? "Done." : "This could not be worked out.";
    enliven();
  } catch (error) {
    if (error.name === "AbortError") return;
    busy.textContent = "No answer. Is the server still running? Try again.";
  }
  document.body.classList.remove("again");
}

/** Say whose figure is pointed at. */
function namesPatients() {
  const hundred = document.getElementById("hundred");
  if (!hundred) return;
  const each = document.getElementById("each");
  const usual = each.textContent;
  const tell = (cell) => (each.textContent = cell ? `${cell.dataset.says}.` : usual);
  hundred.addEventListener("pointerover", (event) => tell(event.target.closest(".cell")));
  hundred.addEventListener("pointerleave", () => tell(null));
}

function enliven() {
  namesPatients();
  readers();
}

let waiting = 0;
form.addEventListener("change", (event) => {
  clearTimeout(waiting);
  // What it is compared with, and for whom it is, depend on what is done.
  const leftOut = event.target.name === "protocol" ? ["compare", "patient"] : [];
  waiting = setTimeout(() => show(address(leftOut)), 500);
});
form.addEventListener("submit", (event) => {
  event.preventDefault();
  clearTimeout(waiting);
  show(address());
});
addEventListener("popstate", () => show(location.href, { remember: false }));
enliven();
