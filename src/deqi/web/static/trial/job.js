// How far a trial is, as the server tells it; when it has ended the page is loaded anew, with what came of it.
const head = document.querySelector("[data-job]");
const at = (id) => document.getElementById(id);
const WORDS = { queued: "waiting", running: "running" };
const AGAIN = 4000; // ms

const say = (where, words) => {
  // What is read aloud is only touched when it changes.
  if (where.textContent !== words) where.textContent = words;
};

const show = (job) => {
  const { done, total, seconds_left: left } = job.progress;
  say(at("state"), WORDS[job.state] ?? job.state);
  at("state").className = `state ${job.state}`;
  at("bar").max = total;
  at("bar").value = done;
  say(at("count"), `${done} of ${total} patients`);
  say(at("left"), left == null ? "" : `, ${Math.ceil(left)} s left`);
  const stage = job.state === "queued" ? "waiting" : job.stage;
  say(at("stage"), `${stage.charAt(0).toUpperCase()}${stage.slice(1)} …`);
};

if (head) {
  const source = new EventSource(`/api/jobs/${head.dataset.job}/events`);
  source.addEventListener("job", (event) => {
    const job = JSON.parse(event.data);
    if (["finished", "failed", "cancelled"].includes(job.state)) {
      source.close();
      location.reload();
    } else {
      show(job);
    }
  });
  source.addEventListener("error", () => {
    // A browser tries again by itself, unless it was refused: then the page asks now and then.
    if (source.readyState === EventSource.CLOSED) setTimeout(() => location.reload(), AGAIN);
  });
  addEventListener("pagehide", () => source.close());
}
