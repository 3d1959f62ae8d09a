// A talk as it goes on: the wall, phones that follow it, and the remote. `[data-talk-live]` is asked anew every second,
// by htmx; clocks (`[data-until]`) go by the server's time; the wall keeps its screen awake and hands its keys to the
// remote in another tab. Without this script the page loads itself again. All words stand in the page.
"use strict";

(() => {
  const EVERY = 900;
  const SLOWEST = 5000;
  // Whoever ended the talk may take that back for some minutes.
  const ENDED = 20_000;
  const OFFLINE_AFTER = 3000;
  const TYPED_IN = "textarea, select, input:not([type=radio], [type=checkbox], [type=button], [type=submit])";

  const live = document.querySelector("[data-talk-live]");
  const offline = document.querySelector("[data-talk-offline]");
  const announced = document.querySelector("[data-talk-announce]");
  // By how much the server's clock is ahead of ours; unknown until it answered.
  let ahead = null;

  // Where nothing is asked, as on a team's one screen, the page itself tells the time when it comes, and each part anew.
  const tell = () => {
    const told = live ? null : document.querySelector("[data-now]");
    if (told) ahead = Number(told.dataset.now) * 1000 + 500 - Date.now();
  };
  tell();
  document.addEventListener("shown", tell);

  const clocks = () => {
    if (ahead === null) return;
    document.querySelectorAll("[data-until]").forEach((clock) => {
      const { until, one, many, over } = clock.dataset;
      const left = Math.ceil((Number(until) * 1000 - Date.now() - ahead) / 60_000);
      const words = left < 1 ? over : left === 1 ? one : many.replace("{n}", left);
      if (clock.textContent.trim() !== words) clock.textContent = words;
    });
  };

  const titleOf = () => {
    const title = live?.querySelector("[data-talk-title]");
    return title ? title.textContent.replace(/\s+/g, " ").trim() : "";
  };
  let title = titleOf();
  const announce = () => {
    if (!announced || titleOf() === title) return;
    title = titleOf();
    announced.textContent = title;
  };

  if (live) {
    let asking = false;
    let over = false;
    let wait = EVERY;
    let timer = 0;
    // When the first was asked of those that got no answer; 0 while all is well.
    let since = 0;

    const isTyping = () => {
      const typed = document.activeElement?.matches(TYPED_IN) ? document.activeElement : null;
      return typed !== null && (live.contains(typed) || live.hasAttribute("data-talk-patient"));
    };
    const later = (delay) => {
      clearTimeout(timer);
      if (!over) timer = setTimeout(ask, delay);
    };
    function ask() {
      if (asking || over || document.hidden) return;
      if (isTyping()) {
        later(EVERY);
        return;
      }
      asking = true;
      since = since || Date.now();
      live.dispatchEvent(new Event("talk-poll"));
      // htmx gives up after fifteen seconds; where it never began there is no answer either.
      timer = setTimeout(() => {
        asking = false;
        ask();
      }, 20_000);
    }
    live.addEventListener("htmx:afterRequest", (event) => {
      if (event.detail.elt !== live) return;
      asking = false;
      const { xhr, successful } = event.detail;
      if (successful) {
        const date = Date.parse(xhr.getResponseHeader("Date"));
        // Whole seconds: half a one is the best guess of what was cut off. A guess that differs by less than that says
        // nothing new, and would have a clock go back and forth between two minutes.
        const guess = date + 500 - Date.now();
        if (ahead === null || Math.abs(guess - ahead) > 1500) ahead = Number.isNaN(guess) ? ahead : guess;
        since = 0;
        wait = live.querySelector("[data-talk-ended]") ? ENDED : live.querySelector("[data-talk-wait]") ? SLOWEST : EVERY;
        over = xhr.status === 286;
      } else {
        wait = Math.min(wait * 1.6, SLOWEST);
      }
      later(wait);
    });
    live.addEventListener("htmx:afterSwap", () => {
      clocks();
      announce();
    });
    document.addEventListener("visibilitychange", () => {
      since = 0;
      if (document.hidden) clearTimeout(timer);
      else if (!asking) ask();
    });
    window.addEventListener("online", () => {
      if (!asking) ask();
    });
    setInterval(() => {
      if (offline) offline.hidden = !since || Date.now() - since < OFFLINE_AFTER;
    }, 500);
    const begin = () => {
      if (window.htmx) {
        document.documentElement.classList.add("has-htmx");
        ask();
      } else {
        // It didn't arrive: as the page says, it then loads itself again.
        setTimeout(() => location.reload(), 10_000);
      }
    };
    // As soon as htmx has read the page.
    if (document.readyState === "complete") begin();
    else window.addEventListener("load", begin);
  }
  setInterval(clocks, 1000);

  const wall = document.querySelector("[data-talk-wall]");
  if (!wall) return;

  // What stands on it is made to fit, as large as it can be: nobody scrolls a beamer. On a phone one does.
  const LARGEST = -2;
  const SMALLEST = 8;
  const fit = () => {
    for (let step = innerWidth < 640 ? 0 : LARGEST; step <= SMALLEST; step++) {
      wall.dataset.fit = step;
      if (innerWidth < 640 || document.documentElement.scrollHeight <= innerHeight) return;
    }
  };
  fit();
  document.fonts?.ready.then(fit);
  window.addEventListener("resize", fit);
  live?.addEventListener("htmx:afterSwap", fit);

  const stayAwake = () => {
    // Refused where the battery is low, say: then it goes dark as any screen does.
    if (!document.hidden) navigator.wakeLock?.request("screen").catch(() => {});
  };
  if (live) {
    stayAwake();
    document.addEventListener("visibilitychange", stayAwake);
  }

  // The wall changes nothing itself: it has no right to. The remote of the same browser hears of its keys.
  const STEPS = { ArrowRight: "next", PageDown: "next", ArrowLeft: "previous", PageUp: "previous" };
  const token = location.pathname.split("/")[2];
  const remote = "BroadcastChannel" in window ? new BroadcastChannel(`gesprek-${token}`) : null;
  document.addEventListener("keydown", (event) => {
    const step = STEPS[event.key];
    if (!remote || !step || event.repeat || event.ctrlKey || event.metaKey || event.altKey || event.shiftKey) return;
    event.preventDefault();
    remote.postMessage({ step });
  });
})();
