// The reflection is gone or closed: nothing of it stays in this browser. Loaded before the page is there, so that nobody
// reads that it is gone before it is.
"use strict";

try {
  const [address] = location.pathname.match(/^\/(invullen\/[^/]+|meedoen\/[^/]+\/invullen)\//) || [];
  const place = document.currentScript.dataset.forget || address;
  if (place) localStorage.removeItem("reflectie:" + place);
} catch {
  // Storage is switched off: then nothing was kept either.
}
