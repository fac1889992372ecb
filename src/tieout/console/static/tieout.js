// What pages do beyond links and forms. Every listener stands on the document, because parts of pages are swapped.
const say = (text) => { document.getElementById("live").textContent = text; };
const rows = () => [...document.querySelectorAll("tbody tr[data-href]")];
const isTyping = (element) => element.matches("input, select, textarea, [contenteditable]");

// Bulk selection: shift for a range, one box for all on the page, and a count that says itself.
let lastPicked = null;
const counted = () => {
  const form = document.querySelector("form[data-bulk]");
  if (!form) return;
  const picks = [...form.querySelectorAll(".pick")];
  const chosen = picks.filter((pick) => pick.checked).length;
  form.querySelectorAll("[data-chosen]").forEach((place) => { place.textContent = chosen; });
  form.querySelectorAll("[data-when-chosen]").forEach((part) => { part.hidden = chosen === 0; });
};
document.addEventListener("click", (event) => {
  if (!event.target.matches(".pick")) return;
  const picks = [...document.querySelectorAll(".pick")];
  if (event.shiftKey && lastPicked && picks.includes(lastPicked)) {
    const [from, to] = [picks.indexOf(lastPicked), picks.indexOf(event.target)].sort((a, b) => a - b);
    picks.slice(from, to + 1).forEach((pick) => { pick.checked = event.target.checked; });
  }
  lastPicked = event.target;
});
document.addEventListener("change", (event) => {
  if (event.target.matches(".pick-all")) {
    document.querySelectorAll(".pick").forEach((pick) => { pick.checked = event.target.checked; });
  }
  if (event.target.matches(".pick, .pick-all")) counted();
  if (event.target.matches("form[data-at-once] select")) event.target.form.requestSubmit();
});

// Keys: only outside of fields, only while nobody turned them off.
let isGoing = false;
let at = -1;
const goTo = { e: "/exceptions", d: "/documents", t: "/", m: "/mappings" };
const walk = (step) => {
  const all = rows();
  if (!all.length) return;
  at = Math.min(Math.max(at + step, 0), all.length - 1);
  all.forEach((row, index) => row.setAttribute("aria-selected", String(index === at)));
  all[at].querySelector("a")?.focus();
};
const keys = {
  "/": () => document.getElementById("search")?.focus(),
  "j": () => walk(1),
  "k": () => walk(-1),
  "x": () => { const pick = rows()[at]?.querySelector(".pick"); if (pick) { pick.click(); } },
  "c": () => document.getElementById("said")?.focus(),
  "r": () => document.querySelector("[data-key='retry']")?.focus(),
  "?": () => document.getElementById("shortcuts")?.showModal(),
};
document.addEventListener("keydown", (event) => {
  if (event.ctrlKey && event.key === "k") { event.preventDefault(); document.getElementById("search")?.focus(); return; }
  if (document.body.dataset.shortcuts === "off" || event.ctrlKey || event.metaKey || event.altKey) return;
  if (isTyping(event.target) && !event.target.matches(".pick")) return;
  if (document.querySelector("dialog[open]")) return;
  if (isGoing) { isGoing = false; if (goTo[event.key]) { event.preventDefault(); location.assign(goTo[event.key]); } return; }
  if (event.key === "g") { isGoing = true; return; }
  if (keys[event.key]) { event.preventDefault(); keys[event.key](); }
});

// A form asks before it does something that cannot be taken back.
document.addEventListener("submit", (event) => {
  const asks = event.submitter?.dataset.asks ?? event.target.dataset.asks;
  if (asks && !window.confirm(asks)) event.preventDefault();
});

// What is left of the time to settle something, once a minute, without announcing it.
const span = (minutes) => {
  const [days, hours, rest] = [Math.floor(minutes / 1440), Math.floor(minutes / 60) % 24, minutes % 60];
  if (days) return hours && days < 10 ? `${days} d ${hours} h` : `${days} d`;
  if (hours) return rest && hours < 3 ? `${hours} h ${rest} min` : `${hours} h`;
  return `${rest} min`;
};
const skew = document.body.dataset.now ? Date.parse(document.body.dataset.now) - Date.now() : 0;
setInterval(() => document.querySelectorAll("[data-due]").forEach((place) => {
  const left = Math.floor((Date.parse(place.dataset.due) - Date.now() - skew) / 60000);
  place.textContent = left > 0 ? `${span(left)} left` : `${span(-left)} over`;
}), 60000);

// Before the session ends by itself: ask, and keep what is on the page.
const idle = Number(document.body.dataset.idleSeconds ?? 0) * 1000;
let lastUsed = Date.now();
if (idle) {
  setInterval(() => {
    const dialog = document.getElementById("session-ends");
    if (Date.now() - lastUsed > idle - 120000 && !dialog.open) dialog.showModal();
  }, 15000);
  document.getElementById("session-ends").addEventListener("close", () => fetch("/still-here").then(() => { lastUsed = Date.now(); }));
}

// htmx: a thin bar when it takes long, the new count said aloud, the focus on what is wrong.
let waiting = null;
document.addEventListener("htmx:beforeRequest", () => {
  lastUsed = Date.now();
  waiting = setTimeout(() => document.body.classList.add("is-busy"), 300);
});
document.addEventListener("htmx:afterRequest", () => { clearTimeout(waiting); document.body.classList.remove("is-busy"); });
document.addEventListener("htmx:afterSwap", (event) => {
  at = -1;
  counted();
  const count = event.target.querySelector?.("[data-say]");
  if (count) say(count.textContent);
});
document.addEventListener("htmx:responseError", () => say("That did not work. Nothing was changed. Try again."));
document.querySelector("[data-focus]")?.focus();
counted();
