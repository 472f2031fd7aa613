// Keeps the page of the demo moving: fetches what moves each second and changes only what is different.
"use strict";

const EVERY = 1000; // milliseconds
const box = document.getElementById("box");
const text = document.getElementById("text");
const who = document.getElementById("who");
const trouble = document.getElementById("trouble");
const opened = new WeakMap(); // <details>: whether the server last said it is open; what a person did stays
let seen = ""; // the ETag of what is shown
let following = false; // after a comment of the visitor's own, until they scroll
let timer = 0;
let looks = 0;
const clicking = new Set(); // names of boxes whose click is on its way

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
  const isLeft = (name) => name === "open" || (name === "disabled" && "box" in next.dataset);
  for (const { name } of [...old.attributes]) {
    if (!isLeft(name) && !next.hasAttribute(name)) old.removeAttribute(name);
  }
  for (const { name, value } of next.attributes) {
    if (!isLeft(name) && old.getAttribute(name) !== value) old.setAttribute(name, value);
  }
  if (old.dataset.box) tick(old, next.defaultChecked, fresh);
}

// A box is ours to click. How it stands is the server's word, but while a click of ours is on its way.
function tick(input, checked, fresh) {
  input.disabled = false;
  if (clicking.has(input.dataset.box) || input.checked === checked) return;
  input.checked = checked;
  fresh.push(input.closest("li"));
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
  prepare(node);
  if (node.matches("article.bot")) fresh.push(node);
}

// What a piece of the page needs that has just come.
function prepare(node) {
  for (const one of [node, ...node.querySelectorAll("details")]) if (one.nodeName === "DETAILS") opened.set(one, one.open);
  for (const one of [node, ...node.querySelectorAll("[data-box]")]) if (one.dataset.box) one.disabled = false;
}

// -- looking each second -------------------------------------------------------------------------------------

async function look() {
  clearTimeout(timer);
  const turn = ++looks;
  try {
    const headers = seen ? { "If-None-Match": seen } : {};
    const answer = await fetch(`/live?who=${encodeURIComponent(who.value)}`, { headers, cache: "no-store" });
    const html = await answer.text();
    if (turn !== looks) return; // a later look has begun: what this one saw is old
    if (answer.status !== 304) {
      if (!answer.ok) throw new Error(`The demo's own server answered ${answer.status}.`);
      show(html);
      seen = answer.headers.get("ETag");
    }
    if (trouble.dataset.from === "look") say("");
  } catch (error) {
    if (turn !== looks) return;
    const gone = error instanceof TypeError; // what fetch throws where nothing answers
    say(gone ? "The demo does not answer any more. Was it ended in the terminal?" : error.message, "look");
  }
  timer = setTimeout(look, EVERY);
}

function show(html) {
  const next = new DOMParser().parseFromString(html, "text/html");
  const fresh = [];
  const stay = landmark();
  for (const id of ["live", "now", "chips"]) become(document.getElementById(id), next.getElementById(id), fresh);
  stay();
  for (const one of fresh) glow(one.matches("li") ? one : one.querySelector(".bubble"));
  const visible = fresh.find((one) => one.checkVisibility());
  if (following && visible) visible.scrollIntoView({ block: "center" });
}

// What the reader has before their eyes stays there, though a phase above it opens or folds.
function landmark() {
  const seen = [...document.querySelectorAll("#live article[id], #live .task[id]")];
  const first = seen.find((one) => one.getBoundingClientRect().top > 80 && one.checkVisibility());
  const before = first?.getBoundingClientRect().top;
  return () => {
    const after = first && document.getElementById(first.id)?.getBoundingClientRect().top;
    if (scrollY && after !== undefined) scrollBy({ top: after - before, behavior: "instant" });
  };
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

// -- doing --------------------------------------------------------------------------------------------------------

// Posts the form; returns whether it was taken.
async function post(action, fields) {
  try {
    const answer = await fetch(action, { method: "POST", body: new URLSearchParams(fields), headers: { "X-Live": "1" } });
    say(answer.ok ? "" : await answer.text(), "post");
    return answer.ok;
  } catch {
    say("Nothing was sent: the demo does not answer.", "post");
    return false;
  }
}

box.addEventListener("submit", async (event) => {
  event.preventDefault();
  const button = event.submitter?.hasAttribute("formaction") ? event.submitter : null;
  const done = await post(button?.formAction ?? box.action, new FormData(box, event.submitter));
  if (done && !button) {
    text.value = "";
    following = true;
  }
  look();
});

// A click on a box shows at once; then what GitHub has of it, and what the bot makes of that.
document.addEventListener("change", async (event) => {
  const input = event.target;
  if (input === who) {
    say("");
    look();
  }
  if (!input.dataset.box) return;
  const name = input.dataset.box;
  const fields = { token: box.elements.token.value, who: who.value, box: name, ticked: input.checked ? "1" : "0" };
  clicking.add(name);
  const done = await post("/do/click", fields);
  clicking.delete(name);
  if (!done) input.checked = !input.checked;
  look();
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

prepare(document.body);
look();
