// Choices act at once, and stand in the address; without this script the form does the same by its button.
const form = document.getElementById("choose");
let asked = 0;

const address = () => {
  const query = new URLSearchParams();
  for (const [name, value] of new FormData(form)) if (value.trim()) query.set(name, value.trim());
  return query.size ? `/evidence?${query}` : "/evidence";
};

const show = async (where, remember) => {
  const mine = ++asked;
  const old = document.getElementById("results");
  old.classList.add("busy");
  try {
    const answer = await fetch(where, { headers: { accept: "text/html" } });
    if (!answer.ok) throw new Error(answer.statusText);
    const fresh = new DOMParser().parseFromString(await answer.text(), "text/html");
    if (mine !== asked) return; // A later choice was faster.
    const found = fresh.getElementById("results");
    // The line that is read aloud stays in the page, so that its new text is told.
    const count = old.querySelector(".count");
    count.textContent = found.querySelector(".count").textContent;
    old.replaceChildren(count, ...[...found.children].filter((one) => !one.matches(".count")));
    old.classList.remove("busy");
    if (remember) history.pushState(null, "", where);
  } catch {
    location.assign(where); // The whole page says what is wrong.
  }
};

const follow = (where) => {
  const query = new URLSearchParams(where.split("?")[1]);
  for (const field of form.elements) if (field.name) field.value = query.get(field.name) ?? "";
};

let wait = 0;
const choose = () => {
  clearTimeout(wait);
  show(address(), true);
};
form.addEventListener("change", choose);
form.addEventListener("input", (event) => {
  if (event.target.name !== "q") return;
  clearTimeout(wait);
  wait = setTimeout(choose, 300);
});
form.addEventListener("submit", (event) => {
  event.preventDefault();
  choose();
});
addEventListener("popstate", () => {
  follow(location.search);
  show(location.pathname + location.search, false);
});
