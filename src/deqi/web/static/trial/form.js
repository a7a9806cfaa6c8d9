// Sizes are answered as they are typed, and a sham is offered only where one can take the place of another.
const start = document.getElementById("start");
if (start) {
  const sham = start.elements.sham;
  const says = document.getElementById("sham-says");
  const first = says.textContent;
  const follow = () => {
    const chosen = start.querySelector('[name="trial"]:checked');
    const takes = !chosen || "sham" in chosen.dataset;
    sham.disabled = !takes;
    if (!takes) sham.value = "";
    says.textContent = takes ? first : "this trial has none";
  };
  start.addEventListener("change", follow);
  // A browser may have kept other choices than the page came with.
  addEventListener("pageshow", follow);
  follow();
  start.addEventListener("submit", (event) => {
    const button = start.querySelector("[type=submit]");
    if (button.ariaDisabled === "true") event.preventDefault(); // Once is enough.
    button.ariaDisabled = "true";
  });
  addEventListener("pageshow", () => (start.querySelector("[type=submit]").ariaDisabled = null));
}

const form = document.getElementById("size-form");
let asked = 0;
let wait = 0;
const work = async () => {
  const mine = ++asked;
  const where = `/trial/size?${new URLSearchParams(new FormData(form))}`;
  try {
    const answer = await fetch(where, { headers: { accept: "text/html" } });
    const fresh = new DOMParser().parseFromString(await answer.text(), "text/html");
    if (mine !== asked) return; // A later question was faster.
    document.getElementById("size-answer").replaceChildren(...fresh.getElementById("size-answer").childNodes);
    for (const field of fresh.getElementById("size-form").elements) {
      if (field.name) form.elements[field.name].ariaInvalid = field.getAttribute("aria-invalid");
    }
    if (location.pathname === "/trial/size") history.replaceState(null, "", where);
  } catch {
    location.assign(where); // The whole page says what is wrong.
  }
};
form.addEventListener("input", () => {
  clearTimeout(wait);
  wait = setTimeout(work, 250);
});
form.addEventListener("submit", (event) => {
  event.preventDefault();
  clearTimeout(wait);
  work();
});
