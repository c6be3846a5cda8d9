// The agent workspace as an app's frame sees it: opens the app by a signed POST and speaks the ZAF client's messages.
(() => {
  "use strict";
  const frame = document.querySelector("iframe");
  const told = JSON.parse(document.getElementById("told").textContent);
  const editor = document.getElementById("reply");
  const bound = new Set();

  // Like the real editor, it inserts where the cursor is and leaves alone what is there.
  const insert = (text) => {
    const at = document.activeElement === editor ? editor.selectionStart : editor.value.length;
    const gap = at > 0 && !editor.value.slice(0, at).endsWith("\n") ? "\n" : "";
    editor.setRangeText(gap + text, at, editor.selectionEnd > at ? editor.selectionEnd : at, "end");
  };
  const append = (text) => { editor.value += (editor.value ? "\n" : "") + text; };

  const WAYS = {
    "comment.appendText": append,
    "ticket.comment.appendText": append,
    "ticket.editor.insert": insert,
    resize: (size) => { frame.style.height = size.height; },
  };
  for (const way of told.unknown) delete WAYS[way];

  const answers = {
    get: (paths) => Object.fromEntries([["errors", {}], ...paths.map((path) => [path, told.values[path]])]),
    invoke: (calls) => {
      const result = { errors: {} };
      for (const [way, values] of Object.entries(calls)) {
        if (WAYS[way]) result[way] = WAYS[way](...values) ?? null;
        else result.errors[way] = { name: "APIInvokeError", message: `Could not find handler for: "${way}"`, path: way };
      }
      return result;
    },
    set: () => ({ errors: {} }),
  };

  addEventListener("message", (event) => {
    if (event.source !== frame.contentWindow || event.origin !== told.app) return;
    const message = JSON.parse(event.data);
    const reply = (value) => frame.contentWindow.postMessage(JSON.stringify(value), told.app);
    if (message.key === "iframe.handshake") {
      reply({ key: "zaf.app.registered", message: { metadata: told.metadata, context: told.context } });
    } else if (message.key && message.key.startsWith("iframe.on:")) {
      bound.add(message.key.slice("iframe.on:".length));
    } else if (answers[message.request]) {
      reply({ id: message.id, result: answers[message.request](message.params) });
    }
  });

  addEventListener("focus", () => {
    if (bound.has("pane.activated")) {
      frame.contentWindow.postMessage(JSON.stringify({ key: "zaf.pane.activated", message: {} }), told.app);
    }
  });

  document.getElementById("open").submit();
})();
