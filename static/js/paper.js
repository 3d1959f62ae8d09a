// Typing paper forms over: a key in a field leads to the next field, Enter goes on, and Enter in the end saves.
"use strict";

// Nothing of a form that is in comes back by the back button.
window.addEventListener("pageshow", (event) => {
  if (event.persisted) location.reload();
});

document.querySelectorAll(".paper-keys").forEach((form) => {
  const fields = [...form.querySelectorAll("input:not([type=hidden]), textarea")];
  const save = form.querySelector("[name=save]");
  const status = form.querySelector(".key-status");
  const goOn = (field) => {
    const next = fields[fields.indexOf(field) + 1];
    if (next) next.focus();
    else form.requestSubmit(save);
  };
  // What the key stands for is lit up, so that a slip shows.
  const light = (field) => {
    field.closest(".key-row, .key-question").querySelectorAll("[data-key]").forEach((words) => {
      words.classList.toggle("is-chosen", field.value.split(/[\s,;]+/).includes(words.dataset.key));
    });
  };

  form.querySelectorAll(".keyed").forEach((field) => {
    const top = Number(field.dataset.top);
    field.addEventListener("focus", () => field.select());
    field.addEventListener("input", () => {
      const number = Number(field.value);
      const holds = /^\d*$/.test(field.value) && number <= top && (field.value === "" || number > 0);
      status.textContent = holds ? "" : status.dataset.wrong;
      field.setAttribute("aria-invalid", String(!holds));
      light(field);
      if (!holds) field.select();
      // With ten choices or more, a 1 may be the start of 12.
      else if (field.value && number * 10 > top) goOn(field);
    });
  });
  form.querySelectorAll(".numbers").forEach((field) => field.addEventListener("input", () => light(field)));
  form.querySelectorAll(".keyed, .numbers").forEach((field) => light(field));

  form.addEventListener("keydown", (event) => {
    const field = event.target;
    if (event.key !== "Enter" || event.isComposing || !fields.includes(field)) return;
    if (field.tagName === "TEXTAREA") {
      const before = field.value.slice(0, field.selectionStart);
      const after = field.value.slice(field.selectionEnd);
      if (!/(^|\n)$/.test(before) || !/^(\n|$)/.test(after)) return;
    }
    event.preventDefault();
    goOn(field);
  });
  // At once, before the browser comes to it: the next form's first key may be on its way already.
  form.querySelector("[autofocus]").focus();
  form.querySelectorAll(".only-script").forEach((words) => { words.hidden = false; });
});
