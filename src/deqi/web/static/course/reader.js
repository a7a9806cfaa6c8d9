// A slider below each figure of courses: a line at a week, and what every course has there.

const key = (line) => [...line.closest("g").classList].find((name) => name.startsWith("c-"));

/** Points of a drawn course as [x, y] pairs. */
const points = (line) => line.getAttribute("points").split(" ").map((point) => point.split(",").map(Number));

/** A value between the points of a course. */
function between(spots, x) {
  const after = spots.findIndex((spot) => spot[0] >= x);
  if (after <= 0) return spots[0][1];
  const [[a, c], [b, d]] = [spots[after - 1], spots[after]];
  return c + ((d - c) * (x - a)) / (b - a);
}

/** Where an axis begins and ends, from its grid. */
function frame(drawing) {
  const lines = [...drawing.querySelectorAll(".grid")];
  const y = lines.map((line) => Number(line.getAttribute("y1")));
  return {
    left: Number(lines[0].getAttribute("x1")),
    right: Number(lines[0].getAttribute("x2")),
    zero: Math.max(...y),
    hundred: Math.min(...y),
  };
}

function reader(plot, weeks, labels) {
  const drawings = [...plot.querySelectorAll("svg")].map((drawing) => ({
    drawing,
    frame: frame(drawing),
    now: drawing.querySelector(".now"),
    courses: [...drawing.querySelectorAll("polyline.l")].map((line) => [key(line), points(line)]),
  }));
  const made = document.createElement("div");
  made.className = "reader";
  const label = document.createElement("label");
  label.textContent = "Week";
  const slider = document.createElement("input");
  Object.assign(slider, { type: "range", min: 0, max: weeks, step: weeks < 4 ? 0.1 : 1, value: weeks });
  const told = document.createElement("output");
  label.append(slider);
  made.append(label, told);
  plot.querySelector("figcaption").before(made);

  const tell = () => {
    const week = Number(slider.value);
    for (const { frame: box, now } of drawings) {
      const x = box.left + ((box.right - box.left) * week) / weeks;
      now.setAttribute("x1", x);
      now.setAttribute("x2", x);
    }
    const { frame: box, courses } = drawings[0];
    const x = box.left + ((box.right - box.left) * week) / weeks;
    const values = courses.map(([name, spots]) => {
      const pain = (100 * (box.zero - between(spots, x))) / (box.zero - box.hundred);
      return `${labels.get(name) ?? name} ${pain.toFixed(0)}`;
    });
    told.textContent = `Week ${week}: ${values.join(", ")}`;
    slider.setAttribute("aria-valuetext", told.textContent);
  };
  slider.addEventListener("input", () => {
    plot.classList.add("reading");
    tell();
  });
  // A pointer over the figure moves the slider.
  for (const { drawing, frame: box } of drawings) {
    drawing.addEventListener("pointermove", (event) => {
      const place = drawing.getBoundingClientRect();
      const x = ((event.clientX - place.left) / place.width) * drawing.viewBox.baseVal.width;
      const week = ((x - box.left) / (box.right - box.left)) * weeks;
      slider.value = Math.min(Math.max(week, 0), weeks);
      plot.classList.add("reading");
      tell();
    });
  }
  tell();
}

export function readers() {
  for (const plot of document.querySelectorAll("[data-plot]")) {
    const labels = new Map(
      [...plot.parentElement.querySelectorAll(".legend li")].map((item) => [
        key(item.querySelector(".l")),
        item.querySelector("[data-label]").textContent,
      ]),
    );
    reader(plot, Number(plot.dataset.weeks), labels);
  }
}
