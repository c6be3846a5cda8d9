// Keeps the page current: asks for itself again, swaps the parts marked data-live, and says what is new. No markup is made here.
"use strict";

const EVERY = 1000;
const parser = new DOMParser();
let tag = "";

async function refresh() {
  if (document.hidden) return;
  try {
    const answer = await fetch(location.href, { headers: tag ? { "If-None-Match": tag } : {}, cache: "no-store" });
    document.getElementById("offline").hidden = true;
    if (answer.status !== 200) return;
    tag = answer.headers.get("ETag") || "";
    swap(parser.parseFromString(await answer.text(), "text/html"));
  } catch {
    document.getElementById("offline").hidden = false;
  }
}

function swap(fresh) {
  for (const part of document.querySelectorAll("[data-live]")) {
    const next = fresh.getElementById(part.id);
    if (!next || next.innerHTML === part.innerHTML) continue;
    const focused = part.contains(document.activeElement) ? document.activeElement.id : "";
    const before = part.querySelectorAll("[data-news]").length;
    part.replaceChildren(...next.childNodes);
    if (focused) document.getElementById(focused)?.focus({ preventScroll: true });
    if (part.id === "thread") announce(part, before);
  }
}

function announce(thread, before) {
  const said = [...thread.querySelectorAll("[data-news]")].slice(before);
  if (!said.length) return;
  document.getElementById("news").textContent = said.map((one) => one.dataset.news).join(". ");
  for (const one of said) one.classList.add("fresh");
  said.at(-1).scrollIntoView({ block: "nearest" });
}

function send(event) {
  if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) event.currentTarget.requestSubmit();
}

for (const form of document.querySelectorAll("[data-write]")) form.addEventListener("keydown", send);
const thread = document.getElementById("thread");
if (thread) thread.scrollTop = thread.scrollHeight;
document.querySelector(".hosts [aria-current]")?.scrollIntoView({ block: "nearest", inline: "center" });
if (document.getElementById("offline")) setInterval(refresh, EVERY);
document.addEventListener("keydown", (event) => {
  const tools = document.querySelector(".tools[open]");
  if (event.key === "Escape" && tools) {
    tools.open = false;
    tools.querySelector("summary").focus();
  }
});
