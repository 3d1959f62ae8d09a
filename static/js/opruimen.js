// The reflection is gone or closed: nothing of it stays in this browser. Loaded before the page is there, so that nobody
// reads that it is gone before it is.
"use strict";

try {
  // Kept under what the page was told, or else under its own address: this one, or one that this is a part of.
  const told = document.currentScript.dataset.forget;
  for (const key of Object.keys(localStorage)) {
    const [, place] = key.match(/^reflectie:(.+)/) || [];
    const isHere = place && place.startsWith("/") && location.pathname.startsWith(place);
    if (isHere || (place && place === told)) localStorage.removeItem(key);
  }
} catch {
  // Storage is switched off: then nothing was kept either.
}
