// Who presses twice means it once: while a form is on its way, a second press sends nothing. Loaded before any button is
// there. Not for long: a line that broke may be tried again.
"use strict";

(() => {
  const MEANT_ONCE = 5000;
  let sentAt = -Infinity;

  // On the window, so that whatever holds a form back comes first.
  window.addEventListener("submit", (event) => {
    if (event.defaultPrevented || event.target.method !== "post") return;
    if (event.timeStamp - sentAt < MEANT_ONCE) event.preventDefault();
    else sentAt = event.timeStamp;
  });
  window.addEventListener("pageshow", () => (sentAt = -Infinity));
  // What is said to whoever has no page that renews itself goes once it does.
  window.addEventListener("htmx:load", () => document.documentElement.classList.add("has-htmx"), { once: true });
})();
