// The minute that is shown: play, slider, keys.
import { $, clamp, html } from "./marks.js";

const MINUTES_A_SECOND = 5;
const PAUSE = "M4 2h3.5v14H4zM10.5 2H14v14h-3.5z";
const PLAY = "M5 2.2v13.6L16 9z";

export class Clock {
  /** @param {(minute: number) => void} changed called with each new minute */
  constructor(changed) {
    this.changed = changed;
    this.minute = 0;
    this.first = -10;
    this.last = 180;
    this.out = 30;
    this.playing = false;
    this.still = matchMedia("(prefers-reduced-motion: reduce)");
    this.slider = $("#scrub");
    this.slider.addEventListener("input", () => this.to(Number(this.slider.value)));
    $("#play").addEventListener("click", () => this.toggle());
    document.addEventListener("keydown", (event) => this.#key(event));
  }

  /** Minutes of a new session. */
  span(first, last, out) {
    Object.assign(this, { first, last, out });
    this.slider.min = first;
    this.slider.max = last;
    const share = (minute) => (100 * (minute - first)) / (last - first);
    const band = $("#in");
    band.hidden = out === null;
    band.style.setProperty("left", share(0) + "%");
    band.style.setProperty("width", share(Math.min(out ?? 0, last)) - share(0) + "%");
    const ticks = $("#ticks");
    ticks.replaceChildren();
    const marks = [60, 90, 120, 150, last].filter((m) => out === null || Math.abs(m - out) > 14 || m === last);
    const named = out === null ? [[0, "0"], [30, "30"]] : [[0, "needles in"], [out, "needles out"]];
    for (const [minute, text] of [...named, ...marks.map((m) => [m, m === last ? `${m} min` : String(m)])]) {
      if (minute > last) continue;
      const tick = html("span", {}, ticks);
      const [head, tail] = text.split(" ");
      if (head === "needles") html("i", {}, tick, "needles ");
      tick.append(head === "needles" ? tail : text);
      tick.style.setProperty("left", share(minute) + "%");
      if (minute === last) tick.classList.add("last");
      if (minute === first) tick.classList.add("first");
    }
    this.to(clamp(this.minute, first, last));
  }

  to(minute) {
    this.minute = clamp(minute, this.first, this.last);
    const shown = Math.round(this.minute);
    this.slider.value = shown;
    $("#clock").textContent = `${shown < 0 ? "−" : ""}${Math.abs(shown)} min`;
    $("#phase").textContent = this.#phase(shown);
    this.changed(shown);
  }

  #phase(minute) {
    if (this.out === null) return "no needles";
    if (minute < 0) return "before the needles";
    if (minute < this.out) return "needles in";
    return minute === this.out ? "needles out" : `${minute - Math.round(this.out)} min after needles out`;
  }

  toggle(on = !this.playing) {
    this.playing = on;
    document.body.classList.toggle("playing", on);
    const button = $("#play");
    $("span", button).textContent = on ? "Pause" : "Go";
    $("path", button).setAttribute("d", on ? PAUSE : PLAY);
    if (!on) return;
    if (this.minute >= this.last) this.to(this.first);
    let before = performance.now();
    const step = (now) => {
      if (!this.playing) return;
      const seconds = (now - before) / 1000;
      // Without motion, the clock steps once a second.
      if (!this.still.matches || seconds >= 1) {
        before = now;
        this.to(this.minute + seconds * MINUTES_A_SECOND);
      }
      if (this.minute >= this.last) this.toggle(false);
      else requestAnimationFrame(step);
    };
    requestAnimationFrame(step);
  }

  #key(event) {
    if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) return;
    const { target } = event;
    const typing = /INPUT|SELECT|TEXTAREA/.test(target.tagName) && target !== this.slider;
    if (typing || target.closest("#body, [role=radiogroup], [popover]")) return;
    const steps = { ArrowRight: 1, ArrowLeft: -1, PageUp: 10, PageDown: -10 }[event.key];
    const scrolls = target.closest(".chem, .pick, .explain") && event.key.startsWith("Page");
    if (steps && !scrolls) {
      event.preventDefault();
      this.to(Math.round(this.minute) + steps * (event.shiftKey && Math.abs(steps) === 1 ? 10 : 1));
    } else if (event.key === " " && !target.closest("button, a, [role=button]")) {
      event.preventDefault();
      this.toggle();
    }
  }
}
