// The reflection is gone or closed: nothing of it stays in this browser.
"use strict";

try {
  const [address] = location.pathname.match(/^\/invullen\/[^/]+\//) || [];
  if (address) localStorage.removeItem("reflectie:" + address);
} catch {
  // Storage is switched off: then nothing was kept either.
}
