// A device that goes round: the next participant finds nothing of the one before. Loaded before the page is there, so
// that no press comes too early for it.
"use strict";

(() => {
  // The back button may show a page as it was left; the server knows who is there now.
  window.addEventListener("pageshow", (event) => {
    if (event.persisted) location.reload();
  });

  const keptOf = (session) => {
    try {
      return Object.keys(localStorage).filter((key) => key.startsWith("reflectie:" + session + "-"));
    } catch {
      return [];
    }
  };

  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (!form.matches("form.new-person")) return;
    const warning = form.querySelector(".trouble");
    const kept = keptOf(form.dataset.session);
    // What didn't reach the server is not thrown away unseen: that takes a second press.
    if (kept.length && warning.hidden) {
      event.preventDefault();
      warning.hidden = false;
      return;
    }
    kept.forEach((key) => localStorage.removeItem(key));
  });
})();
