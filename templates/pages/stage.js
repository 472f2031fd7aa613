// Keeps the page of the demo moving: fetches what moves each second and changes only what is different.
"use strict";

const EVERY = 1000; // milliseconds
const box = document.getElementById("box");
const text = document.getElementById("text");
const trouble = document.getElementById("trouble");
const opened = new WeakMap(); // <details>: whether the server last said it is open; what a person did stays
let seen = ""; // the ETag of what is shown
let following = false; // after a comment of the visitor's own, until they scroll

// -- changing only what is different ------------------------------------------------------------------------

function become(old, next, fresh) {
  if (old.nodeType !== next.nodeType || old.nodeName !== next.nodeName) {
    old.replaceWith(next);
    adopt(next, fresh);
  } else if (old.nodeType === Node.TEXT_NODE) {
    if (old.data !== next.data) old.data = next.data;
  } else if (old.nodeType === Node.ELEMENT_NODE) {
    attributes(old, next, fresh);
    children(old, next, fresh);
  }
}

function attributes(old, next, fresh) {
  if (old.nodeName === "DETAILS") {
    if (opened.get(old) !== next.open) old.open = next.open;
    opened.set(old, next.open);
  }
  for (const { name } of [...old.attributes]) {
    if (name !== "open" && !next.hasAttribute(name)) old.removeAttribute(name);
  }
  for (const { name, value } of next.attributes) {
    if (name !== "open" && old.getAttribute(name) !== value) old.setAttribute(name, value);
  }
}

function children(old, next, fresh) {
  if (old.nodeName === "LI" && old.classList.contains("task") && ownText(old) !== ownText(next)) fresh.push(old);
  const known = new Map([...old.children].filter((one) => one.id).map((one) => [one.id, one]));
  let here = old.firstChild;
  for (const child of [...next.childNodes]) {
    const same = child.id ? known.get(child.id) : here;
    if (same && (child.id || !same.id)) {
      if (same === here) here = here.nextSibling;
      else old.insertBefore(same, here);
      become(same, child, fresh);
    } else {
      old.insertBefore(child, here);
      adopt(child, fresh);
    }
  }
  while (here) {
    const after = here.nextSibling;
    here.remove();
    here = after;
  }
}

// An item's own words, without those of the items below it.
function ownText(item) {
  return [...item.childNodes].filter((one) => one.nodeName !== "UL").map((one) => one.textContent).join("").trim();
}

function adopt(node, fresh) {
  if (node.nodeType !== Node.ELEMENT_NODE) return;
  for (const one of [node, ...node.querySelectorAll("details")]) if (one.nodeName === "DETAILS") opened.set(one, one.open);
  if (node.matches("article.bot")) fresh.push(node);
}

// -- looking each second -------------------------------------------------------------------------------------

async function look() {
  try {
    const answer = await fetch("/live", { headers: seen ? { "If-None-Match": seen } : {}, cache: "no-store" });
    if (answer.status !== 304) {
      if (!answer.ok) throw new Error(`The demo's own server answered ${answer.status}.`);
      show(await answer.text());
      seen = answer.headers.get("ETag");
    }
    if (trouble.dataset.from === "look") say("");
  } catch (error) {
    const gone = error instanceof TypeError; // what fetch throws where nothing answers
    say(gone ? "The demo does not answer any more. Was it ended in the terminal?" : error.message, "look");
  }
  setTimeout(look, EVERY);
}

function show(html) {
  const next = new DOMParser().parseFromString(html, "text/html");
  const fresh = [];
  for (const id of ["live", "now", "chips"]) become(document.getElementById(id), next.getElementById(id), fresh);
  for (const one of fresh) glow(one.matches("li") ? one : one.querySelector(".bubble"));
  const visible = fresh.find((one) => one.checkVisibility());
  if (following && visible) visible.scrollIntoView({ block: "center" });
}

function glow(one) {
  if (matchMedia("(prefers-reduced-motion: reduce)").matches) return;
  const color = getComputedStyle(document.documentElement).getPropertyValue("--fresh");
  one.animate([{ backgroundColor: color }, {}], 3000);
}

function say(what, from = "") {
  trouble.textContent = what;
  trouble.hidden = !what;
  trouble.dataset.from = from;
}

// -- writing ------------------------------------------------------------------------------------------------------

box.addEventListener("submit", async (event) => {
  event.preventDefault();
  try {
    const answer = await fetch("/say", { method: "POST", body: new URLSearchParams(new FormData(box)), headers: { "X-Live": "1" } });
    if (!answer.ok) return say(await answer.text(), "say");
    text.value = "";
    following = true;
    say("");
  } catch {
    say("The comment was not sent: the demo does not answer.", "say");
  }
});

text.addEventListener("keydown", (event) => {
  if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) box.requestSubmit();
});

box.addEventListener("click", (event) => {
  const chip = event.target.closest("[data-text]");
  if (!chip) return;
  text.value = chip.dataset.text;
  text.focus();
});

for (const kind of ["wheel", "touchmove", "mousedown", "keydown"]) {
  addEventListener(kind, (event) => { if (!box.contains(event.target)) following = false; }, { passive: true });
}

for (const one of document.querySelectorAll("details")) opened.set(one, one.open);
look();
