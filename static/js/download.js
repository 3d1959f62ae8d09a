// A PDF that takes a while is fetched here, so that the page can say that it is being made. Without this script the link
// leads to a page that says so.
"use strict";

document.addEventListener("click", async (event) => {
  const link = event.target.closest("[data-download]");
  if (!link || event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return;
  event.preventDefault();
  if (link.ariaBusy === "true") return;
  const said = document.getElementById(link.getAttribute("aria-describedby"));
  const url = new URL(link.href);
  url.searchParams.delete("wacht");
  link.ariaBusy = "true";
  said.textContent = link.dataset.busy;
  try {
    const answer = await fetch(url);
    const [, name] = answer.headers.get("Content-Disposition").match(/filename="(.+)"/);
    const made = Object.assign(document.createElement("a"), {
      href: URL.createObjectURL(await answer.blob()),
      download: name,
    });
    made.click();
    setTimeout(() => URL.revokeObjectURL(made.href), 60_000);
    said.textContent = link.dataset.done;
  } catch {
    // No file, but a page that says why; or no line, which the browser says.
    location.assign(url);
  } finally {
    link.ariaBusy = null;
  }
});
