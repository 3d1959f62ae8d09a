// A device that goes round: the next participant finds nothing of the one before. Loaded before the page is there, so
// that no press comes too early for it.
"use strict";

document.addEventListener("submit", (event) => {
  const form = event.target;
  if (!form.matches("form.new-person")) return;
  const warning = form.querySelector(".trouble");
  const session = form.dataset.session + "-";
  // What didn't reach the server is not thrown away unseen: that takes a second press.
  if (kept.places(session).length && warning.hidden) {
    event.preventDefault();
    warning.hidden = false;
    return;
  }
  kept.forget(session);
});
