// Shows of a plan only the parts that apply to what is chosen. Without JavaScript all of them are there.
"use strict";

(() => {
  const form = document.querySelector("form.plan");
  const parts = form.querySelectorAll("[data-when]");
  const show = () => {
    const chosen = new FormData(form);
    parts.forEach((part) => {
      const [name, values] = part.dataset.when.split(":");
      part.hidden = !values.split(",").includes(chosen.get(name));
    });
  };
  form.addEventListener("change", show);
  // A browser that goes back fills in what was chosen after this has run.
  window.addEventListener("pageshow", show);
  show();
})();
