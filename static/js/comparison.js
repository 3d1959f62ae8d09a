// Choosing sessions: how many there are, and all of a collaboration at once. The table of a comparison: from cell to cell
// by arrow keys, and a row that opens from any of its cells. Without JavaScript all of it can be ticked and opened too.
"use strict";

(() => {
  const form = document.querySelector("form.choose");
  if (!form) return;
  const count = form.querySelector("[data-count]");
  const boxes = [...form.querySelectorAll("input[name=sessie]")];
  const teams = [...form.querySelectorAll("[data-all]")].map((button) => ({
    button,
    boxes: [...button.closest("fieldset").querySelectorAll("input[name=sessie]")],
  }));
  const say = () => {
    const number = boxes.filter((box) => box.checked).length;
    const over = number > Number(form.dataset.limit);
    const { none, one, more, over: many } = count.dataset;
    count.textContent = (over ? many : number === 0 ? none : number === 1 ? one : more).replace("%s", number);
    count.classList.toggle("is-over", over);
    teams.forEach((team) => team.button.setAttribute("aria-pressed", team.boxes.every((box) => box.checked)));
  };
  teams.forEach((team) => {
    team.button.hidden = false;
    team.button.addEventListener("click", () => {
      const all = team.boxes.every((box) => box.checked);
      team.boxes.forEach((box) => (box.checked = !all));
      say();
    });
  });
  form.addEventListener("change", say);
  // What was left empty needs no place in an address that is kept and shared.
  const fields = [...form.querySelectorAll(".wanted-fields :is(input, select)")];
  form.addEventListener("submit", () => fields.forEach((field) => (field.disabled = !field.value)));
  // A browser that goes back fills in what was chosen after this has run.
  window.addEventListener("pageshow", () => {
    fields.forEach((field) => (field.disabled = false));
    say();
  });
  say();
})();

(() => {
  const table = document.querySelector("table.matrix");
  if (!table) return;
  const rows = [...table.querySelectorAll(".finding-row")].map((row) => [...row.querySelectorAll("td")]);
  const place = new Map(rows.flatMap((cells, y) => cells.map((cell, x) => [cell, [y, x]])));
  // A table whose cells take the focus is a grid: so a screen reader says the cell, and leaves the arrow keys to us.
  table.setAttribute("role", "grid");
  table.setAttribute("aria-readonly", "true");
  // One stop of the Tab key for all cells.
  let stop = rows[0][0];
  place.forEach((_, cell) => (cell.tabIndex = -1));
  stop.tabIndex = 0;
  const steps = { ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1] };
  const next = (cell, key) => {
    const [y, x] = place.get(cell);
    if (key === "Home") return rows[y][0];
    if (key === "End") return rows[y].at(-1);
    const [down, right] = steps[key] ?? [0, 0];
    return rows[y + down]?.[x + right];
  };
  // The numbers of a row come with the page, or when they are first asked for. Without an answer, the page itself asks.
  const form = table.closest("form");
  const unfold = async (button) => {
    if (button.ariaBusy === "true") return;
    const row = button.closest("tr");
    const key = row.id;
    if (!row.nextElementSibling?.matches(".numbers-row")) {
      const asked = new URLSearchParams(new FormData(form));
      asked.set("open", key);
      button.ariaBusy = "true";
      try {
        const answer = await fetch(`?${asked}&rij=`);
        const html = answer.ok && !answer.redirected ? (await answer.text()).trim() : "";
        if (!html) throw new Error();
        row.insertAdjacentHTML("afterend", html);
      } catch {
        location.assign(`?${asked}#${key}`);
        return;
      } finally {
        button.ariaBusy = null;
      }
      row.nextElementSibling.hidden = true;
    }
    row.nextElementSibling.hidden = !row.nextElementSibling.hidden;
    button.ariaExpanded = String(!row.nextElementSibling.hidden);
  };
  const toggle = (cell) => unfold(cell.parentElement.querySelector("button"));
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    unfold(event.submitter);
  });
  table.addEventListener("focusin", (event) => {
    if (!place.has(event.target)) return;
    stop.tabIndex = -1;
    stop = event.target;
    stop.tabIndex = 0;
  });
  table.addEventListener("keydown", (event) => {
    if (!place.has(event.target) || event.ctrlKey || event.altKey || event.metaKey) return;
    if (event.key === "Enter" || event.key === " ") toggle(event.target);
    else if (event.key in steps || event.key === "Home" || event.key === "End") next(event.target, event.key)?.focus();
    else return;
    event.preventDefault();
  });
  table.addEventListener("click", (event) => {
    const cell = event.target.closest("td");
    if (place.has(cell) && getSelection().isCollapsed) toggle(cell);
  });
  document.querySelector(".keys").hidden = false;
})();
