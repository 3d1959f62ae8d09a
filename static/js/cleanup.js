// What this browser keeps of answers that the server doesn't have yet: found again, shown once, forgotten. Loaded before
// the page is there, so that nobody reads that it is gone before it is.
"use strict";

window.kept = (() => {
  const START = "reflectie:";
  const told = document.currentScript.dataset;
  const line = "BroadcastChannel" in window ? new BroadcastChannel("reflectie") : null;
  let left = false;

  // Under which answers are kept: session-person-promise; and what is typed beside a talk: gesprek-session-person.
  const places = (begin) => {
    try {
      return Object.keys(localStorage)
        .filter((key) => key.startsWith(START + begin))
        .map((key) => key.slice(START.length));
    } catch {
      return [];
    }
  };
  // {at: the page's address, begun: whether the server had a sheet, questions: {id: {fields, title, words}}}
  const read = (place) => {
    try {
      const found = JSON.parse(localStorage.getItem(START + place)) || {};
      if (found.questions) return found;
      // As it was kept before it held more than the fields.
      const old = Object.entries(found).map(([id, fields]) => [id, { fields, title: "", words: "" }]);
      return { at: place.startsWith("/") ? place : "", questions: Object.fromEntries(old) };
    } catch {
      return { questions: {} };
    }
  };
  const remove = (place) => localStorage.removeItem(START + place);
  const write = (place, record) => {
    if (Object.keys(record.questions).length) localStorage.setItem(START + place, JSON.stringify(record));
    else remove(place);
  };
  // Other tabs may still show what this one was told to forget.
  const forget = (begin) => {
    places(begin).forEach(remove);
    if (line) line.postMessage(begin);
  };
  const leave = () => {
    left = true;
    const main = document.querySelector("main");
    const words = document.getElementById("left");
    main.replaceChildren(...(words ? [words.content.cloneNode(true)] : []));
    main.focus();
  };
  if (line) line.addEventListener("message", ({ data }) => told.of && told.of.startsWith(data) && leave());

  // What is there only when it is needed stands in a template, apart from what a reader of the page meets.
  const unfold = (part) => {
    if (!part.content) return part;
    const shown = part.content.firstElementChild;
    part.replaceWith(shown);
    return shown;
  };
  const said = (record) => Object.values(record.questions).filter(({ words }) => words);
  const show = (part, answers) => {
    const lines = answers.flatMap(({ title, words }) =>
      [["dt", title], ["dd", words]].map(([tag, text]) => Object.assign(document.createElement(tag), { textContent: text })),
    );
    unfold(part).querySelector("dl").replaceChildren(...lines);
    document.dispatchEvent(new Event("shown"));
  };
  // `unkept` is what a page knows that couldn't be kept.
  const settle = (unkept = { questions: {} }) => {
    document.querySelectorAll("[data-kept]").forEach((part) => {
      const { kept: own, session, except } = part.dataset;
      const all = places(session).filter((place) => place !== except);
      const answers = all.filter((place) => own && place.startsWith(own)).flatMap((place) => said(read(place)));
      const found = answers.length || !own ? answers : said(unkept);
      // Shown once: from here on it stands on this page alone. What is nobody's who may see it isn't shown at all.
      all.forEach(remove);
      if (found.length) show(part, found);
    });
    document.querySelectorAll("[data-unsaved]").forEach((part) => {
      const { unsaved: session, own } = part.dataset;
      const isOwn = (place) => own === undefined || (own && place.startsWith(own));
      const [mine, others] = [true, false].map((wanted) => places(session).filter((place) => Boolean(isOwn(place)) === wanted));
      others.forEach(remove);
      const { at = "" } = mine.map(read).find((record) => said(record).length) || {};
      if (!/^\/[^/]/.test(at)) return;
      const notice = unfold(part);
      const link = notice.querySelector("a");
      if (!link.getAttribute("href")) link.href = at + "?niet-bewaard";
      notice.querySelector("button").addEventListener("click", () => {
        mine.forEach(remove);
        notice.remove();
      });
    });
  };

  // The page says so: of whom nothing may stay, or that nothing is here any more.
  // A mark's last part is what was promised: whatever that was, it goes.
  if (told.forget) ["", "gesprek-"].forEach((kind) => forget(kind + told.forget.replace(/[^-]+$/, "")));
  // What was typed beside a talk goes with whoever signs out here.
  document.addEventListener("submit", ({ target }) => {
    if (told.leaving !== undefined || target.hasAttribute("data-leaves")) forget("gesprek-");
  });
  if (told.gone !== undefined) {
    // The sheet's own page, or the one that leads to it: a slip further on in the address says nothing of the sheet.
    const where = (address) => address.split("/").slice(1, 3).join("/");
    const isOf = (at) => where(at) === where(location.pathname) && at.startsWith(location.pathname);
    places("").filter((place) => isOf(read(place).at || "")).forEach(forget);
  }
  document.addEventListener("DOMContentLoaded", () => settle());
  // The back button may show a page as it was left; the server knows who is there now.
  window.addEventListener("pageshow", (event) => {
    if (event.persisted) location.reload();
  });

  return { places, read, write, forget, settle, isLeft: () => left };
})();
