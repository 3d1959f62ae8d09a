// Buttons that copy a link or a text. Without JavaScript it stands there to select by hand.
"use strict";

(() => {
  if (!navigator.clipboard) return;
  const show = () => document.querySelectorAll("[data-copy][hidden]").forEach((button) => (button.hidden = false));
  document.addEventListener("click", async (event) => {
    const button = event.target.closest("[data-copy]");
    if (!button) return;
    const field = document.getElementById(button.dataset.copy);
    const isField = "value" in field;
    if (isField) field.select();
    else getSelection().selectAllChildren(field);
    try {
      await navigator.clipboard.writeText(isField ? field.value : field.innerText);
      button.textContent = button.dataset.done;
      // Selecting moved the focus away: back here, it is read out that it was copied.
      button.focus();
    } catch {
      // The browser doesn't let us. It is selected: whoever copies by hand has it.
      button.hidden = true;
    }
  });
  show();
  // A part of the page that was put there later.
  document.addEventListener("shown", show);
})();
