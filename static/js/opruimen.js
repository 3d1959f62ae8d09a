// The reflection is gone or closed: nothing of it stays in this browser.
"use strict";

try {
  const [address] = location.pathname.match(/^\/(invullen\/[^/]+|meedoen\/[^/]+\/invullen)\//) || [];
  if (address) localStorage.removeItem("reflectie:" + address);
  document.querySelectorAll("[data-forget]").forEach((place) => localStorage.removeItem("reflectie:" + place.dataset.forget));
} catch {
  // Storage is switched off: then nothing was kept either.
}
