// Keys and live parts. Every page works without this file; nothing here decides anything.
"use strict";

const $ = (selector, within = document) => within.querySelector(selector);
const $$ = (selector, within = document) => [...within.querySelectorAll(selector)];
const isShown = (element) => Boolean(element) && element.getClientRects().length > 0;

// A sign-in link's page only offers to sign in; a reader with this script need not press the button.
$("form[data-press]")?.submit();

function isTyping(target) {
  return target instanceof Element && target.closest("input, textarea, select, [contenteditable]");
}

// Goes to the n-th item of the list that is shown, or moves the focus where a list is not a choice.
function move(by) {
  const items = $$("a.item").filter(isShown);
  if (items.length === 0) return;
  const focused = items.indexOf(document.activeElement);
  const current = items.findIndex((item) => item.getAttribute("aria-current") === "true");
  const from = focused >= 0 ? focused : current;
  const to = items[Math.min(Math.max(from + by, 0), items.length - 1)];
  if ($(".two") && from !== items.indexOf(to)) to.click();
  else to.focus();
}

// Approving takes two strokes: a key brings the button under the hand, Enter presses it.
function reach(key) {
  const target = $$(`[data-key="${CSS.escape(key)}"]`).find(isShown);
  if (!target) return false;
  if (target.matches("summary")) {
    target.parentElement.open = true;
    ($("input:not([type=hidden]), textarea, select", target.parentElement) ?? target).focus();
  } else if (key === "l") target.click();
  else target.focus();
  return true;
}

let wentG = false;
document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || $("dialog[open]")) return;
  if (event.key === "Escape" && isTyping(event.target)) return event.target.blur();
  if (isTyping(event.target)) return;
  const key = event.key;
  if (wentG) {
    wentG = false;
    $(`[data-go="${CSS.escape(key)}"]`)?.click();
    return;
  }
  if (key === "g") wentG = true;
  else if (key === "j") move(1);
  else if (key === "k") move(-1);
  else if (key === "?") $("#keys")?.showModal();
  else if (/^[1-9]$/.test(key)) $(`[data-choice="${key}"]`)?.focus();
  else if (key === "/" && !$('[data-key="/"]')) location.href = "/cases";
  else if ("aefrl/".includes(key) && key.length === 1) {
    if (!reach(key)) return;
  } else return;
  event.preventDefault();
});

const keysButton = $("[data-keys]");
if (keysButton) {
  keysButton.hidden = false;
  keysButton.addEventListener("click", () => $("#keys").showModal());
}

// A form is sent once: a second press while the first is under way would only be refused.
document.addEventListener("submit", (event) => {
  const form = event.target;
  if (form.dataset.sent && form.method === "post") event.preventDefault();
  form.dataset.sent = "yes";
});
window.addEventListener("pageshow", () => $$("form").forEach((form) => delete form.dataset.sent));

// Live parts: the page is fetched again and its parts replaced, unless a person is busy in them.
function isBusy(part) {
  const typed = $$("textarea, input:not([type=hidden])", part).some((input) => input.value !== input.defaultValue);
  return typed || (part.contains(document.activeElement) && Boolean(isTyping(document.activeElement)));
}

function replacePart(part, fresh) {
  if (!fresh || fresh.innerHTML === part.innerHTML) return;
  const href = document.activeElement?.getAttribute("href");
  const inside = part.contains(document.activeElement);
  const opened = $$("details", part).map((fold) => fold.open);
  const top = part.scrollTop;
  part.replaceChildren(...fresh.childNodes);
  $$("details", part).forEach((fold, at) => { fold.open = opened[at] ?? fold.open; });
  part.scrollTop = top;
  if (inside && href) $(`a[href="${CSS.escape(href)}"]`, part)?.focus();
}

async function refresh() {
  const response = await fetch(location.href, { headers: { accept: "text/html", "x-dayshift-live": "1" } });
  if (!response.ok) return;
  const page = new DOMParser().parseFromString(await response.text(), "text/html");
  document.title = page.title;
  for (const part of $$("[data-live]")) {
    const fresh = page.getElementById(part.id);
    const quiet = part.dataset.live === "quiet";
    // An ask under a person's eyes is never exchanged for another; they are told instead.
    if (quiet || isBusy(part)) {
      const same = fresh && ($("h1", fresh)?.textContent === $("h1", part)?.textContent)
        && ($("[name=digest]", fresh)?.value === $("[name=digest]", part)?.value);
      if (!same) $("#changed").hidden = false;
    } else replacePart(part, fresh);
  }
}

let stream = null;
let waiting = null;

function listen() {
  stream = new EventSource("/events");
  stream.addEventListener("changed", (event) => {
    const told = JSON.parse(event.data);
    const count = $("#needs-count");
    count.textContent = told.needs_you;
    count.classList.toggle("waits", told.needs_you > 0);
    const shown = Number($("main[data-case]")?.dataset.case);
    if (shown && !told.many && !told.cases.includes(shown)) return;
    clearTimeout(waiting);
    waiting = setTimeout(() => refresh().catch(() => {}), 200);
  });
}

if ($("#needs-count") && window.EventSource) {
  listen();
  // Browsers keep few connections to one host; a hidden page gives its stream back.
  document.addEventListener("visibilitychange", () => {
    stream.close();
    if (document.hidden) return;
    listen();
    refresh().catch(() => {});
  });
}
