// Keeps what is given in this browser until the server has it, and sends it again when it didn't arrive.
// htmx does the sending (see the hx- attributes); this listens. Until all of it has started, and where one of the scripts
// never comes, the page is one form, with the buttons and the words of the page without JavaScript.
"use strict";

(() => {
  const sheet = document.getElementById("sheet");
  if (!sheet) return;
  // One without the others is worse than none.
  if (!window.htmx || !window.tidyText || !window.kept) return;

  const PLACE = sheet.dataset.keepAs;
  const AGAIN_AFTER = 4000;
  const TYPING_PAUSE = 1500;
  const FIELD = "input:not([type=hidden]), textarea, select";
  let timer = null;
  let tokenTries = 0;
  let isLive = false;
  // Question id -> what was sent last and isn't answered yet.
  const sent = {};
  const typing = {};
  // Questions in which the person chose to let somebody else's answer stand.
  const givenUp = new Set();

  const questionOf = (element) => element.closest(".question");
  const questions = () => [...sheet.querySelectorAll(".question")];
  const isTick = (field) => ["radio", "checkbox"].includes(field.type);
  const isTyped = (field) => !isTick(field) && field.tagName !== "SELECT";

  // What a question holds: [[field name, value], ...], with the marks of what the page showed.
  const fieldsOf = (question) =>
    [...question.querySelectorAll("input, textarea, select")]
      .filter((field) => field.name && !/^(mine|theirs|current-)/.test(field.name) && (!isTick(field) || field.checked))
      .map((field) => [field.name, field.value]);
  const answersOf = (question) => fieldsOf(question).filter(([name]) => !name.startsWith("seen-"));

  // What a person would call it, for a page that can do no more than show it.
  const wordsOf = (element) => element.textContent.replace(/\s+/g, " ").trim();
  const inWords = (question) => ({
    title: wordsOf(question.querySelector("legend, .legend")),
    words: [...question.querySelectorAll(FIELD)]
      .filter((field) => (isTick(field) ? field.checked : field.value.trim()))
      .map((field) => (isTick(field) ? wordsOf(field.closest("label")) : field.value.trim()))
      .join("\n"),
  });

  // Kept from the moment it is given until the server has exactly that.
  let noRoom = null;
  const hasBegun = () => sheet.querySelector("[name=begun]") !== null;
  const record = (questions) => ({ at: location.pathname, begun: hasBegun(), questions });
  const read = () => (noRoom || kept.read(PLACE)).questions;
  const write = (questions) => {
    noRoom = null;
    if (kept.isLeft()) return;
    try {
      kept.write(PLACE, record(questions));
    } catch {
      // A browser without room or with storage switched off: as long as the page is there, it knows what is to be sent.
      noRoom = record(questions);
    }
  };
  const keep = (question) => write({ ...read(), [question.id]: { fields: fieldsOf(question), ...inWords(question) } });
  const letGo = (question) => {
    const waiting = read();
    delete waiting[question.id];
    write(waiting);
  };

  // What stands in a field becomes what the server keeps of it.
  const tidyUp = (field) => {
    const text = window.tidyText(field.value, field.tagName !== "TEXTAREA");
    // Put back as it was, a field would lose its place and what can be undone.
    if (!isTick(field) && text !== field.value) field.value = text;
  };

  // The mark of what the server keeps of a value, made as domain/sheet.py makes it.
  const digest = (values) => {
    if (!values.some(Boolean)) return "0";
    const text = values.join("\u001f");
    const bytes = new TextEncoder().encode(text);
    let crc = -1;
    for (const byte of bytes) {
      crc ^= byte;
      for (let bit = 0; bit < 8; bit += 1) crc = (crc >>> 1) ^ (0xedb88320 & -(crc & 1));
    }
    return bytes.length.toString(16) + "-" + (~crc >>> 0).toString(16);
  };
  // No reply came: the server may have what was sent, or not. Its own words are no surprise to this page.
  const markAsOwn = (question) =>
    question.querySelectorAll("[name^=seen-]").forEach((mark) => {
      const name = mark.name.slice("seen-".length);
      const isOneLine = !question.querySelector(`textarea[name="${name}"]`);
      const own = (sent[question.id] || []).filter(([field]) => field === name);
      const values = own.map(([, value]) => window.tidyText(value, isOneLine));
      const marks = new Set([...mark.value.split(" "), digest(values)]);
      mark.value = [...marks].slice(0, 10).join(" ");
    });

  // Said aloud only when the connection goes or comes back: every single save would be too much.
  const speak = (text) => {
    const place = document.getElementById("spoken");
    if (place.textContent !== text) place.textContent = text;
  };
  const say = (text, isWaiting) => {
    if (isWaiting) speak(text);
    const place = document.getElementById("saved");
    place.textContent = text;
    place.classList.toggle("is-waiting", isWaiting);
  };

  const send = (question) => htmx.trigger(question, "again");
  const sendAgain = () => {
    clearTimeout(timer);
    timer = null;
    if (!sheet.isConnected) return;
    const waiting = read();
    questions().filter((question) => waiting[question.id]).forEach(send);
  };
  const waitAndSendAgain = (text) => {
    say(text, true);
    if (!timer) timer = setTimeout(sendAgain, AGAIN_AFTER);
  };

  const markWrong = () =>
    questions().forEach((question) => {
      const isWrong = question.querySelector(".state .error") !== null;
      question.querySelectorAll(".form-control").forEach((field) => {
        field.classList.toggle("is-wrong", isWrong);
        field.setAttribute("aria-invalid", isWrong);
      });
    });

  // Whoever leaves a field sees it as it is kept; before htmx sends it. Not while they type: a word isn't over yet.
  sheet.addEventListener("change", ({ target }) => questionOf(target) && target.matches(FIELD) && tidyUp(target), true);

  ["input", "change"].forEach((kind) =>
    sheet.addEventListener(kind, (event) => {
      const question = questionOf(event.target);
      if (!question) return;
      keep(question);
      clearTimeout(typing[question.id]);
      if (kind === "input" && isTyped(event.target)) typing[question.id] = setTimeout(() => send(question), TYPING_PAUSE);
    }),
  );

  // From where to where: a band under the two choices follows them.
  const drawBand = (range) => {
    const letters = [...range.querySelectorAll(".range-band span")];
    const [from, to] = [...range.querySelectorAll("select")].map((one) => letters.findIndex((l) => l.textContent === one.value));
    letters.forEach((letter, place) => letter.classList.toggle("is-on", from >= 0 && from <= place && place <= to));
    range.querySelector(".range-band").hidden = false;
  };
  const drawBands = () => sheet.querySelectorAll(".range").forEach(drawBand);
  // With one of the two chosen, the other is still to come: that is said once the person goes on.
  const isHalf = (question) => [...question.querySelectorAll(".range select")].filter((one) => one.value).length === 1;
  sheet.addEventListener(
    "change",
    (event) => {
      const range = event.target.closest(".range");
      if (!range) return;
      drawBand(range);
      if (!isLive || !isHalf(questionOf(range))) return;
      event.stopPropagation();
      keep(questionOf(range));
    },
    true,
  );
  sheet.addEventListener("focusout", ({ target, relatedTarget }) => {
    const question = questionOf(target);
    if (isLive && question && !question.contains(relatedTarget) && isHalf(question)) send(question);
  });

  // The buttons in a question send nothing themselves: what they do is sent with the question, and kept until then.
  sheet.addEventListener("click", (event) => {
    const button = event.target.closest("[name=clear], [name=mine], [name=theirs]");
    if (!button || !isLive) return;
    event.preventDefault();
    const question = questionOf(button);
    if (button.name === "clear") {
      question.querySelectorAll("input:checked").forEach((field) => (field.checked = false));
      keep(question);
      question.querySelector(FIELD).focus({ preventScroll: true });
    } else {
      const choice = document.createElement("input");
      Object.assign(choice, { type: "hidden", name: button.name, value: button.value });
      button.closest(".state").append(choice);
      if (button.name === "theirs") givenUp.add(question.id);
    }
    send(question);
  });

  sheet.addEventListener("htmx:beforeRequest", (event) => {
    const question = questionOf(event.detail.elt);
    (question ? [question] : questions()).forEach((one) => (sent[one.id] = answersOf(one)));
    if (!timer) say(sheet.dataset.saving, false);
  });

  sheet.addEventListener("htmx:beforeOnLoad", (event) => {
    const { xhr, elt } = event.detail;
    const token = xhr.getResponseHeader("X-Form-Token");
    if (xhr.status === 403 && token && tokenTries < 2) {
      // The form token expired. Take the fresh one and send the same again; nobody needs to notice.
      tokenTries += 1;
      sheet.querySelector("[name=csrfmiddlewaretoken]").value = token;
      setTimeout(() => htmx.trigger(elt, elt === sheet ? "submit" : "again"), 0);
    } else if (xhr.status === 404 || (xhr.status === 409 && !xhr.responseText.includes("hx-swap-oob"))) {
      // Erased, closed, or under another link by now: the answer's page says so, and what becomes of what waits here.
      event.preventDefault();
      const waiting = noRoom || kept.read(PLACE);
      const page = new DOMParser().parseFromString(xhr.responseText, "text/html");
      document.title = page.title;
      document.querySelector("main").replaceWith(page.querySelector("main"));
      document.querySelector("main").focus();
      if (document.querySelector("[data-kept]")) kept.settle(waiting);
      else if (!document.querySelector("[data-waits]")) kept.forget(PLACE);
    }
  });

  sheet.addEventListener("htmx:afterRequest", (event) => {
    const { xhr, elt } = event.detail;
    const question = questionOf(elt);
    if (!sheet.isConnected) return;
    if (xhr.status === 0 || xhr.status >= 500) {
      (question ? [question] : questions().filter((one) => read()[one.id])).forEach((one) => {
        markAsOwn(one);
        keep(one);
      });
      // Busy: the server is there, and asks to come back in a moment.
      waitAndSendAgain(xhr.status === 503 ? sheet.dataset.busy : sheet.dataset.waiting);
    } else if (xhr.status < 400) {
      tokenTries = 0;
      if (document.getElementById("spoken")?.textContent) speak(sheet.dataset.again);
      if (!question && xhr.getResponseHeader("HX-Redirect")) write({});
      (question ? [question] : questions()).forEach((one) => {
        // What was given while this was on its way goes next, with the marks that just came.
        const isSaved = JSON.stringify(answersOf(one)) === JSON.stringify(sent[one.id]);
        if (isSaved || givenUp.delete(one.id)) letGo(one);
        else keep(one);
      });
    } else if (xhr.status !== 409 && xhr.status !== 422 && !(xhr.getResponseHeader("X-Form-Token") && tokenTries < 2)) {
      // No form from this window is taken. The whole page, sent without htmx, is answered with how to go on elsewhere.
      const isStuck = xhr.getResponseHeader("X-Form-Trouble");
      if (isStuck && elt === sheet) sheet.submit();
      else if (document.getElementById("saved")) say(sheet.dataset[isStuck ? "elsewhere" : "refused"], true);
    }
    markWrong();
    const first = sheet.querySelector(".state .error, .state .conflict");
    if (first && elt === sheet) {
      const place = questionOf(first);
      place.dispatchEvent(new Event("reveal", { bubbles: true }));
      first.scrollIntoView({ block: "center" });
      (place.querySelector(".is-wrong, .conflict button") || place.querySelector(FIELD)).focus({ preventScroll: true });
    }
  });

  // Whoever pressed a button that is gone now keeps their place.
  sheet.addEventListener("htmx:oobAfterSwap", (event) => {
    const swapped = document.getElementById(event.detail.target.id);
    const question = swapped && questionOf(swapped);
    drawBands();
    if (!question || document.activeElement !== document.body) return;
    (question.querySelector("input:checked") || question.querySelector(FIELD)).focus({ preventScroll: true });
  });

  window.addEventListener("online", sendAgain);
  // On a slow line the questions were there before this was: what was given meanwhile counts too.
  const shownIn = (field) => (isTyped(field) ? field.defaultValue : field.querySelector("[selected]")?.value || "");
  const isGiven = (field) => (isTick(field) ? field.checked !== field.defaultChecked : field.value !== shownIn(field));
  questions()
    .filter((question) => [...question.querySelectorAll(FIELD)].some(isGiven))
    .forEach(keep);

  // Kept under the page's address, before it was under what the page was told.
  if (kept.places(location.pathname).includes(location.pathname)) {
    write({ ...kept.read(location.pathname).questions, ...read() });
    kept.forget(location.pathname);
  }
  // Withdrawn on another device: what was typed before it goes with it.
  if (kept.read(PLACE).begun && !hasBegun()) kept.forget(PLACE);
  // An earlier visit ended before everything had arrived: put it back as it was given, and send it.
  const waiting = read();
  questions()
    .filter((question) => waiting[question.id])
    .forEach((question) => {
      const values = new Map();
      waiting[question.id].fields.forEach(([name, value]) => values.set(name, [...(values.get(name) || []), value]));
      question.querySelectorAll("input, textarea, select").forEach((field) => {
        const given = values.get(field.name) || [];
        if (isTick(field)) field.checked = given.includes(field.value);
        // Of two with one name, each has its own.
        else if (given.length) field.value = given.shift();
        if (field.matches(FIELD)) tidyUp(field);
        if (field.tagName === "TEXTAREA" && field.value) field.closest("details")?.setAttribute("open", "");
      });
    });
  drawBands();
  if (Object.keys(waiting).length) window.addEventListener("load", sendAgain);

  // All of it has started: only now htmx takes the sending over, and the page needs no buttons for it.
  sheet.removeAttribute("hx-disable");
  sheet.querySelectorAll(".without-script").forEach((part) => part.remove());
  isLive = true;
})();

// On a phone one rubric at a time: which one stands in the address, so that the back button and any link find it. Parts
// of the page say to which rubric they belong (data-rubric). Only where all of the above has started.
(() => {
  const sheet = document.getElementById("sheet");
  if (!sheet || sheet.hasAttribute("hx-disable")) return;
  const WHOLE = "#alles";
  // On paper everything stands on one page.
  const narrow = matchMedia("screen and (max-width: 39.99rem)");
  const parts = [...sheet.querySelectorAll("[data-rubric]")];
  const rubrics = [...new Set(parts.map((part) => part.dataset.rubric))];
  const place = document.getElementById("rubric-now");
  let now = rubrics[0];
  let isWhole = false;

  const rubricOf = (element) => element?.closest("[data-rubric]")?.dataset.rubric;
  const target = () => document.getElementById(location.hash.slice(1));
  const isSplit = () => narrow.matches && !isWhole;

  const draw = () => {
    sheet.classList.toggle("by-rubric", isSplit());
    sheet.classList.toggle("is-whole", isWhole);
    sheet.classList.toggle("is-under-way", isSplit() && now !== rubrics[0]);
    parts.forEach((part) => {
      const isAway = isSplit() && part.dataset.rubric !== now;
      // Whoever searches the page finds what is in the others too; to a screen reader these are no parts of it.
      if (isAway) part.setAttribute("hidden", "until-found");
      else part.removeAttribute("hidden");
      const name = part.querySelector(":scope > h2")?.id;
      if (name && isAway) part.removeAttribute("aria-labelledby");
      else if (name) part.setAttribute("aria-labelledby", name);
    });
    place.hidden = !isSplit();
    const heading = document.querySelector(`#${now} > h2`);
    place.textContent = (heading.querySelector(".rubric-count") || heading).textContent.trim();
  };
  const show = (rubric) => {
    if (!rubric || rubric === now) return;
    now = rubric;
    draw();
  };
  const look = () => {
    const found = target();
    if (location.hash === WHOLE) isWhole = true;
    else if (!location.hash || rubrics.includes(found?.id)) isWhole = false;
    now = location.hash && location.hash !== WHOLE ? rubricOf(found) || now : rubrics[0];
    draw();
    return found;
  };
  // The heading says where one is, a question what it asks: that is all that is said of the change.
  const go = () => {
    const before = now;
    const found = look();
    if (!narrow.matches) return;
    const isQuestion = found?.matches(".question");
    if (!isQuestion && found && !rubrics.includes(found.id)) return;
    if (isQuestion && now === before && !isWhole && found.contains(document.activeElement)) return;
    const focused = isQuestion ? found : document.querySelector(`#${now} > h2`);
    focused.tabIndex = -1;
    focused.focus({ preventScroll: true });
    if (isQuestion || now !== rubrics[0]) focused.scrollIntoView({ behavior: "instant" });
    else scrollTo({ top: 0, behavior: "instant" });
  };

  window.addEventListener("hashchange", go);
  // A link to where the address is already.
  document.addEventListener("click", ({ target }) => {
    const link = target.closest("a");
    if (link?.hash && link.hash === location.hash && link.pathname === location.pathname) go();
  });
  sheet.addEventListener("beforematch", ({ target }) => show(rubricOf(target)));
  sheet.addEventListener("reveal", ({ target }) => show(rubricOf(target)));
  narrow.addEventListener("change", draw);
  const found = look();
  if (narrow.matches && found) (found.matches("[data-rubric]") && now === rubrics[0] ? sheet : found).scrollIntoView({ behavior: "instant" });
})();

// With the focus on a choice: 1, 2 or 3 chooses the first, second or third answer to the same question.
(() => {
  const sheet = document.getElementById("sheet");
  if (!sheet || sheet.hasAttribute("hx-disable")) return;
  const hint = Object.assign(document.createElement("p"), { className: "hint key-hint" });
  const choicesOf = (field) => [...sheet.querySelectorAll(`input[type=radio][name="${field.name}"]`)];
  const isChoice = (element) => element.matches("input[type=radio]");

  sheet.addEventListener("keydown", (event) => {
    const { target: field, key, code } = event;
    if (!isChoice(field) || event.ctrlKey || event.altKey || event.metaKey) return;
    // Where the figures in the row above the letters ask for Shift, they do without.
    const figure = /^[1-9]$/.test(key) ? key : /^Digit([1-9])$/.exec(code)?.[1];
    const choice = choicesOf(field)[figure - 1];
    if (!choice) return;
    event.preventDefault();
    choice.focus();
    if (!choice.checked) choice.click();
  });
  // For whoever goes by keyboard alone.
  sheet.addEventListener("focusin", ({ target: field }) => {
    if (!isChoice(field) || !field.matches(":focus-visible")) return hint.remove();
    const question = field.closest(".question");
    if (question.contains(hint)) return;
    hint.textContent = `${sheet.dataset.keys} ${choicesOf(field).length}.`;
    question.querySelector(`#c-${field.name}`).after(hint);
  });
})();
