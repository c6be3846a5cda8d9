// The sidebar: puts the draft into the host's editor without touching what is typed there, and says what was done with it.
// A host's own script sets window.deskhandHost = {ticket(), insert(text), resize(height), watch(changed)} before this one runs.
(() => {
  "use strict";
  const host = window.deskhandHost;
  const card = document.getElementById("card");

  const show = (url) => htmx.ajax("GET", url, { target: "#card", swap: "innerHTML" });

  // What somebody is typing is never replaced by what is new.
  const typing = () => {
    const field = document.getElementById("b-draft");
    return Boolean(field) && field.value.trim() !== field.dataset.original.trim();
  };

  const load = async () => {
    const at = card.dataset.at;
    if (!at || !host || typing()) return;
    const ref = await host.ticket();
    if (ref) await show(`${at}?ref=${encodeURIComponent(ref)}`);
  };

  const copied = async (text) => {
    try {
      await navigator.clipboard.writeText(text);
      return true;
    } catch {
      const field = document.getElementById("b-draft");
      field.focus();
      field.select();
      return document.execCommand("copy");
    }
  };

  const use = async (form, byHost) => {
    const field = form.querySelector("textarea");
    const inserted = byHost && host ? await host.insert(field.value) : false;
    if (!inserted && !(await copied(field.value))) return;
    const kind = field.value.trim() === field.dataset.original.trim() ? "inserted" : "edited";
    const values = { value: form.elements.value.value, kind };
    if (!inserted) values.copied = "yes";
    await htmx.ajax("POST", form.dataset.use, { target: "#card", swap: "innerHTML", values });
  };

  document.addEventListener("click", (event) => {
    const button = event.target.closest("[data-insert], [data-copy]");
    if (button) use(button.closest("form"), button.hasAttribute("data-insert"));
  });

  if (host) {
    host.watch(load);
    new ResizeObserver(() => host.resize(document.documentElement.offsetHeight)).observe(document.documentElement);
    load();
  }
})();
