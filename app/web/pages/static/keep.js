// What somebody types into a long form is kept in this browser until it was sent: a session may end, a window may close.
(() => {
  "use strict";
  for (const form of document.querySelectorAll("form[data-keep]")) {
    const box = form.querySelector("textarea"), name = `deskhand:${form.dataset.keep}`, first = box.value;
    const part = (kind) => document.querySelector(`[data-kept="${kind}"]`);
    let store;
    try { store = window.localStorage; store.getItem(name); } catch { continue; }
    if (part("forget")) store.removeItem(name);
    const kept = store.getItem(name);
    if (kept !== null && kept !== first) {
      part("offer").hidden = false;
      part("restore").addEventListener("click", () => {
        box.value = kept;
        part("offer").hidden = true;
        box.dispatchEvent(new Event("input", { bubbles: true }));
        box.focus();
      });
      part("drop").addEventListener("click", () => { store.removeItem(name); part("offer").hidden = true; box.focus(); });
    }
    box.addEventListener("input", () => {
      if (box.value === first) store.removeItem(name); else store.setItem(name, box.value);
    });
  }
})();
