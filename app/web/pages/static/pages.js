// What every page of ours does by itself: prove that it sent a form, and say what went wrong without losing what was typed.
(() => {
  "use strict";
  const notice = document.getElementById("notice");

  const say = (text, bad) => {
    notice.textContent = text;
    notice.classList.toggle("bad", Boolean(bad));
    notice.hidden = false;
    clearTimeout(say.timer);
    if (!bad) say.timer = setTimeout(() => { notice.hidden = true; }, 6000);
  };
  window.deskhand = { say };

  document.addEventListener("htmx:configRequest", (event) => {
    event.detail.headers["X-CSRF-Token"] = document.body.dataset.csrf || "";
    if (document.body.dataset.session) event.detail.headers["X-Deskhand-Session"] = document.body.dataset.session;
  });

  const WORDS = {
    401: "Your session is over. What you typed is still here: sign in again in another tab, then send it once more.",
    403: "Your role does not allow that.",
    404: "That is not there any more.",
    409: "Somebody else changed this meanwhile. Reload to see how it is now; what you typed is still here.",
    413: "That is too much at once.",
    503: "Not now: try again in a moment. What you typed is still here.",
  };
  document.addEventListener("htmx:responseError", (event) => {
    say(WORDS[event.detail.xhr.status] || "That did not work. What you typed is still here.", true);
  });
  document.addEventListener("htmx:sendError", () => say("Deskhand cannot be reached. What you typed is still here.", true));

  // A part that was swapped in may say something to everybody, also to those who only hear.
  document.addEventListener("htmx:afterSwap", (event) => {
    const said = event.detail.target.querySelector("[data-say]");
    if (said) say(said.dataset.say, said.dataset.bad === "yes");
    const focus = event.detail.target.querySelector("[data-focus]");
    if (focus) focus.focus();
  });

  // Whoever leaves a form that was changed is asked first.
  const changed = (form) => form.dataset.guard !== undefined && form.dataset.changed === "yes";
  document.addEventListener("input", (event) => {
    const form = event.target.closest("form[data-guard]");
    if (form) form.dataset.changed = "yes";
  });
  document.addEventListener("submit", (event) => { event.target.dataset.changed = ""; });
  addEventListener("beforeunload", (event) => {
    if ([...document.forms].some(changed)) event.preventDefault();
  });

  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    const open = event.target.closest && event.target.closest("details[open]");
    if (open) { open.open = false; open.querySelector("summary").focus(); }
  });
})();
