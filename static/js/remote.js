// The remote of a talk. Presses are sent by htmx, and what others did comes by talk.js; this keeps what somebody typed:
// on the page while others go on, and in this browser until the server has it. Without it the page is plain forms.
"use strict";

(() => {
  const remote = document.getElementById("remote");
  if (!remote || !window.htmx || !window.kept || !window.tidyText) return;
  const PLACE = remote.dataset.keepAs;
  const FIELD = "form input:not([type=hidden]), form textarea, form select";
  // What is of everybody, and replaced whatever somebody types.
  const TOP = ["nu", "op-muur"];
  // What is about the whole talk, whatever is on.
  const OF_TALK = ["agenda", "erbij", "muur"];
  const follow = document.getElementById("volgt");
  const one = (id) => document.getElementById(id);

  // --- what was typed

  const isTick = (field) => ["radio", "checkbox"].includes(field.type);
  const shownIn = (field) =>
    field.tagName === "SELECT"
      ? ([...field.options].find((option) => option.defaultSelected) || field.options[0])?.value
      : field.defaultValue;
  const isGiven = (field) => (isTick(field) ? field.checked !== field.defaultChecked : field.value !== shownIn(field));
  const isTyped = (part) => [...part.querySelectorAll(FIELD)].some(isGiven);
  const forms = () => [...remote.querySelectorAll("form[data-draft]")];

  let noRoom = null;
  const read = () => noRoom || kept.read(PLACE).questions;
  const write = (drafts) => {
    noRoom = null;
    try {
      kept.write(PLACE, { at: location.pathname, begun: true, questions: drafts });
    } catch {
      // A browser without room, or with storage switched off: this page knows, as long as it is there.
      noRoom = drafts;
    }
  };
  const letGo = (name) => {
    const drafts = read();
    delete drafts[name];
    write(drafts);
  };
  const fieldsOf = (form) =>
    [...form.elements]
      .filter((field) => field.name && field.name !== "csrfmiddlewaretoken" && field.type !== "submit")
      .filter((field) => !isTick(field) || field.checked)
      .map((field) => [field.name, field.value]);
  const keep = (form, sent = false) => {
    const { draft, title } = form.dataset;
    if (![...form.querySelectorAll("input:not([type=hidden]), textarea, select")].some(isGiven)) letGo(draft);
    else write({ ...read(), [draft]: { fields: fieldsOf(form), title: title.trim(), words: "", sent } });
  };
  // Whether the server has by now what was sent: an agreement or a parked topic by its words, an outcome by the mark of what was shown.
  const agreed = () => [...one("afgesproken").content.children].map((line) => line.textContent);
  const isKept = (form, draft, values) => {
    if (!draft.sent) return false;
    if (values.key) return agreed().includes(window.tidyText(values.what ?? values.text, true));
    return form.elements.seen.value !== values.seen;
  };
  const restore = (form) => {
    const draft = read()[form.dataset.draft];
    if (!draft) return;
    const values = Object.fromEntries(draft.fields);
    if (isKept(form, draft, values)) {
      letGo(form.dataset.draft);
      return;
    }
    [...form.elements].forEach((field) => {
      if (field.name === "csrfmiddlewaretoken" || !field.name || field.type === "submit") return;
      if (isTick(field)) field.checked = values[field.name] === field.value;
      // What the page showed then goes along: somebody else's of since is not overwritten unseen.
      else if (field.name in values) field.value = values[field.name];
    });
    form.closest("details")?.setAttribute("open", "");
  };
  const sayWaiting = () => {
    const here = forms().map((form) => form.dataset.draft);
    const elsewhere = Object.entries(read()).filter(([name, draft]) => !here.includes(name) && !draft.sent);
    one("wacht").hidden = !elsewhere.length;
    one("wacht").textContent = one("wacht").dataset.words.replace("%s", elsewhere.map(([, { title }]) => title).join(", "));
  };

  ["input", "change"].forEach((kind) =>
    remote.addEventListener(kind, ({ target }) => {
      const form = target.closest("form[data-draft]");
      if (form) keep(form);
    }),
  );
  const isOffline = () => !navigator.onLine || !(document.querySelector("[data-talk-offline]")?.hidden ?? true);
  remote.addEventListener("submit", (event) => {
    const form = event.target.closest("form[data-draft]");
    // What htmx sends it tells itself whether it arrived.
    if (!form || form.hasAttribute("hx-post")) return;
    if (isOffline()) {
      event.preventDefault();
      one("mislukt").hidden = false;
    } else keep(form, true);
  });

  // --- what changed, by a press here or by somebody else

  const isOurs = (xhr) => xhr.responseText.includes('name="gezien"');
  const placeNow = () => one("plaats").dataset.place;
  const nameOf = () => one("plaats").textContent.trim();
  let asked = null;
  let askedIn = "";
  let next = placeNow();
  let isBehind = false;

  // Of the last press. Until it is answered, nothing that was asked meanwhile is shown: it would replace the form that
  // was pressed, whose answer then has no place any more. The answer brings all of it.
  let pressed = null;
  remote.addEventListener("htmx:beforeRequest", ({ detail }) => {
    if (detail.elt !== follow) pressed = detail.xhr;
  });
  const isPressing = () => pressed !== null && pressed.readyState > 0 && pressed.readyState < 4;

  remote.addEventListener("htmx:beforeSwap", ({ detail }) => {
    if (detail.requestConfig.elt === follow && isPressing()) {
      detail.shouldSwap = false;
      return;
    }
    asked = detail.requestConfig.elt;
    askedIn = asked.closest("section")?.id || "";
    if (!isOurs(detail.xhr)) {
      detail.shouldSwap = false;
      return;
    }
    next = /data-place="([^"]*)"/.exec(detail.xhr.responseText)[1];
    if (asked.dataset.draft && detail.xhr.status < 300) letGo(asked.dataset.draft);
  });
  document.body.addEventListener("htmx:oobBeforeSwap", ({ detail }) => {
    const part = detail.target;
    const isOwn = asked !== follow;
    const isMoved = next !== one("vastleggen").dataset.place;
    isBehind = !isOwn && isMoved && isTyped(remote);
    const stays = isBehind ? !TOP.includes(part.id) : isTyped(part) && !(isOwn && isMoved);
    if (stays && part.id !== askedIn) {
      detail.shouldSwap = false;
    } else if (!isMoved || OF_TALK.includes(part.id)) {
      // What somebody unfolded stays so.
      part.querySelectorAll("details[open][id]").forEach(({ id }) => detail.fragment.querySelector(`#${id}`)?.setAttribute("open", ""));
    }
  });
  document.body.addEventListener("htmx:oobAfterSwap", ({ detail }) => {
    one(detail.target.id)?.querySelectorAll("form[data-draft]").forEach(restore);
    document.dispatchEvent(new Event("shown"));
  });
  let shown = placeNow();
  remote.addEventListener("htmx:afterSettle", ({ detail }) => {
    if (detail.elt !== follow) return;
    const isOwn = asked !== follow;
    const isMoved = placeNow() !== shown;
    shown = placeNow();
    one("verder").hidden = !isBehind;
    one("verder").querySelector("span").textContent = one("verder").dataset.words.replace("%s", nameOf());
    if (isMoved && !isOwn) one("gezegd").textContent = nameOf();
    if (isMoved && (isOwn || !isBehind)) scrollTo({ top: 0, behavior: "instant" });
    if (isOwn && document.activeElement === document.body) {
      const to = isMoved ? one("nu-naam") : one(askedIn)?.querySelector(".error, summary, button");
      (to?.matches(".error") ? to.parentElement.querySelector("input, select") : to)?.focus({ preventScroll: true });
    }
    sayWaiting();
    listen();
  });
  remote.addEventListener("htmx:afterRequest", ({ detail }) => {
    const { xhr, elt } = detail;
    if (!xhr.status || xhr.status >= 500) {
      if (elt !== follow) one("mislukt").hidden = false;
      return;
    }
    one("mislukt").hidden = true;
    if (xhr.status === 204 || isOurs(xhr)) return;
    // Concluded, stopped, erased, another's role or nobody's: the page itself says which.
    if (isTyped(remote)) one("voorbij").hidden = false;
    else location.reload();
  });

  // --- keys, here and on the wall in another tab

  const STEPS = { ArrowRight: "next", PageDown: "next", ArrowLeft: "previous", PageUp: "previous" };
  const press = (step) => remote.querySelector(`[data-step="${step}"]`)?.click();
  document.addEventListener("keydown", (event) => {
    const step = STEPS[event.key];
    if (!step || event.repeat || event.ctrlKey || event.metaKey || event.altKey || event.shiftKey) return;
    if (event.target.closest("input, textarea, select, [contenteditable]")) return;
    event.preventDefault();
    press(step);
  });
  let line = null;
  let channel = "";
  const listen = () => {
    const { channel: now } = one("plaats").dataset;
    if (!("BroadcastChannel" in window) || !now || now === channel) return;
    line?.close();
    channel = now;
    line = new BroadcastChannel(`gesprek-${now}`);
    line.addEventListener("message", ({ data }) => press(data.step));
  };

  forms().forEach(restore);
  sayWaiting();
  listen();
})();
