// Light or dark: the system's choice, unless the reader has made another, which this browser remembers.
(() => {
  const root = document.documentElement;
  const KEY = "deqi-theme";
  const read = () => {
    try {
      return localStorage.getItem(KEY);
    } catch {
      return null; // A browser may refuse to remember.
    }
  };
  const asked = new URLSearchParams(location.search).get("theme");
  const chosen = ["light", "dark"].find((name) => name === (asked ?? read()));
  if (chosen) root.dataset.theme = chosen;

  const isDark = () =>
    root.dataset.theme ? root.dataset.theme === "dark" : matchMedia("(prefers-color-scheme: dark)").matches;

  document.addEventListener("DOMContentLoaded", () => {
    for (const button of document.querySelectorAll("[data-theme-switch]")) {
      const tell = () => button.setAttribute("aria-pressed", String(isDark()));
      button.setAttribute("aria-label", "Dark colours");
      button.hidden = false;
      tell();
      button.addEventListener("click", () => {
        root.dataset.theme = isDark() ? "light" : "dark";
        try {
          localStorage.setItem(KEY, root.dataset.theme);
        } catch {
          // Then it holds for this page.
        }
        tell();
        document.dispatchEvent(new CustomEvent("themechange"));
      });
    }
  });
})();
