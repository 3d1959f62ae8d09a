// Keeps what is being saved in this browser until the server has it, and sends it again when it didn't arrive.
// htmx does the sending (see the hx- attributes); this listens. Without JavaScript the page is one form.
"use strict";

(() => {
  const sheet = document.getElementById("sheet");
  if (!sheet) return;

  const PLACE = "reflectie:" + location.pathname;
  const AGAIN_AFTER = 4000;
  let timer = null;
  let tokenTries = 0;

  // What is on its way: question id -> [[field name, value], ...], with the marks of what the page showed.
  const read = () => {
    try {
      return JSON.parse(localStorage.getItem(PLACE)) || {};
    } catch {
      return {};
    }
  };
  const write = (waiting) => {
    try {
      if (Object.keys(waiting).length) localStorage.setItem(PLACE, JSON.stringify(waiting));
      else localStorage.removeItem(PLACE);
    } catch {
      // A browser without room or with storage switched off: the page itself still holds the answers.
    }
  };
  const keep = (question) => {
    const waiting = read();
    waiting[question.id] = [...question.querySelectorAll("input, textarea")]
      .filter((field) => field.name && (!["radio", "checkbox"].includes(field.type) || field.checked))
      .map((field) => [field.name, field.value]);
    write(waiting);
  };
  const letGo = (question) => {
    const waiting = read();
    delete waiting[question.id];
    write(waiting);
  };

  const say = (text, isWaiting) => {
    const place = document.getElementById("saved");
    place.textContent = text;
    place.classList.toggle("is-waiting", isWaiting);
  };

  const sendAgain = () => {
    clearTimeout(timer);
    timer = null;
    Object.keys(read()).forEach((id) => {
      const question = document.getElementById(id);
      if (question) htmx.trigger(question, "again");
    });
  };
  const waitAndSendAgain = () => {
    say(sheet.dataset.waiting, true);
    if (!timer) timer = setTimeout(sendAgain, AGAIN_AFTER);
  };

  const markWrong = () =>
    sheet.querySelectorAll("textarea, input.form-control:not([readonly])").forEach((field) => {
      const isWrong = field.closest(".question").querySelector(".state .error") !== null;
      field.classList.toggle("is-wrong", isWrong);
      field.setAttribute("aria-invalid", isWrong);
    });

  const questionOf = (element) => element.closest(".question");

  sheet.addEventListener("htmx:beforeRequest", (event) => {
    const question = questionOf(event.detail.elt);
    if (!question) return;
    // "Laat het andere staan" gives up what was typed here.
    if (event.detail.elt.name === "theirs") letGo(question);
    else if (event.detail.elt.name !== "clear") keep(question);
    if (!timer) say(sheet.dataset.saving, false);
  });

  sheet.addEventListener("htmx:beforeOnLoad", (event) => {
    const { xhr, elt } = event.detail;
    const token = xhr.getResponseHeader("X-Form-Token");
    if (xhr.status === 403 && token && tokenTries < 2) {
      // The form token expired. Take the fresh one and send the same again; nobody needs to notice.
      tokenTries += 1;
      sheet.querySelector("[name=csrfmiddlewaretoken]").value = token;
      setTimeout(() => htmx.trigger(elt, elt === sheet ? "submit" : questionOf(elt) === elt ? "again" : "click"), 0);
      return;
    }
    const question = questionOf(elt);
    if (question && xhr.status < 300) letGo(question);
    // Finished, or gone: nothing of it stays in this browser.
    if ((elt === sheet && xhr.status < 300) || xhr.status === 404) write({});
    if (xhr.status === 404 || (xhr.status === 409 && !xhr.responseText.includes("hx-swap-oob"))) {
      // Erased or closed meanwhile: the answer's page says so, and shows what was typed.
      event.preventDefault();
      const page = new DOMParser().parseFromString(xhr.responseText, "text/html");
      document.querySelector("main").replaceWith(page.querySelector("main"));
      document.querySelector("main").focus();
    }
  });

  sheet.addEventListener("htmx:afterRequest", (event) => {
    const { xhr } = event.detail;
    if (xhr.status === 0 || xhr.status >= 500) waitAndSendAgain();
    else if (xhr.status === 403 && tokenTries >= 2) say(sheet.dataset.refused, true);
    else if (xhr.status < 400) tokenTries = 0;
    markWrong();
    const first = sheet.querySelector(".state .error, .state .conflict");
    if (first && event.detail.elt === sheet) first.scrollIntoView({ block: "center" });
  });

  // Whoever pressed a button that was drawn anew keeps their place.
  sheet.addEventListener("htmx:oobAfterSwap", (event) => {
    const target = event.detail.target;
    if (target.matches(".question") && document.activeElement === document.body) {
      const first = document.getElementById(target.id).querySelector("input:not([type=hidden]), textarea");
      if (first) first.focus({ preventScroll: true });
    }
  });
  window.addEventListener("online", sendAgain);

  // An earlier visit ended before everything had arrived: put it back as it was given, and send it.
  const waiting = read();
  Object.entries(waiting).forEach(([id, fields]) => {
    const question = document.getElementById(id);
    if (!question) return;
    const values = new Map();
    fields.forEach(([name, value]) => values.set(name, [...(values.get(name) || []), value]));
    question.querySelectorAll("input, textarea").forEach((field) => {
      const given = values.get(field.name) || [];
      if (["radio", "checkbox"].includes(field.type)) field.checked = given.includes(field.value);
      else if (given.length) field.value = given[0];
      if (field.tagName === "TEXTAREA" && field.value) field.closest("details")?.setAttribute("open", "");
    });
  });
  if (Object.keys(waiting).length) window.addEventListener("load", sendAgain);
})();
