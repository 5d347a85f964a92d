// One script tag on another site: a button that opens the chat in a frame. Touches nothing else.
(function () {
  "use strict";
  const script = document.currentScript;
  const origin = new URL(script.src).origin;
  const label = script.dataset.label || "Chat with us";
  const paint = (node, style) => Object.assign(node.style, style);
  const host = document.createElement("div");
  const root = host.attachShadow({ mode: "open" });

  const button = document.createElement("button");
  button.type = "button";
  button.textContent = label;
  button.setAttribute("aria-expanded", "false");
  paint(button, {
    position: "fixed", right: "1rem", bottom: "1rem", zIndex: "2147483000", padding: "0.75rem 1.25rem",
    font: "600 1.1875rem/1.3 Arial, sans-serif", color: "#fff", background: "#007f3b", border: "2px solid #fff",
    borderRadius: "0.25rem", cursor: "pointer", minHeight: "44px",
  });
  const ring = (on) => paint(button, on ? { outline: "4px solid #212b32", outlineOffset: "0", background: "#ffeb3b", color: "#212b32" } : { outline: "none", background: "#007f3b", color: "#fff" });
  button.addEventListener("focus", () => ring(button.matches(":focus-visible")));
  button.addEventListener("blur", () => ring(false));

  const panel = document.createElement("div");
  panel.setAttribute("role", "region");
  panel.setAttribute("aria-label", label);
  panel.hidden = true;
  let frame = null;

  function open() {
    if (!frame) {
      frame = document.createElement("iframe");
      frame.src = origin + "/embed";
      frame.title = label;
      frame.referrerPolicy = "no-referrer";
      paint(frame, { border: "0", width: "100%", height: "100%", background: "#f0f4f5" });
      panel.append(frame);
    }
    paint(panel, {
      position: "fixed", right: "max(0px, min(1rem, 100vw - 25rem))", bottom: "5rem", zIndex: "2147483000",
      width: "min(100vw, 26rem)", height: "min(40rem, 100vh - 6rem)", border: "2px solid #005eb8",
      borderRadius: "0.5rem", overflow: "hidden", boxSizing: "border-box", background: "#f0f4f5",
    });
    panel.hidden = false;
    button.textContent = "Close chat";
    button.setAttribute("aria-expanded", "true");
    frame.focus();
  }
  function close() {
    panel.hidden = true;
    paint(panel, { display: "" });
    button.textContent = label;
    button.setAttribute("aria-expanded", "false");
    button.focus();
  }
  button.addEventListener("click", () => (panel.hidden ? open() : close()));
  root.addEventListener("keydown", (event) => { if (event.key === "Escape" && !panel.hidden) close(); });
  window.addEventListener("message", (event) => {
    if (!frame || event.source !== frame.contentWindow || event.origin !== origin) return;
    const said = event.data && event.data.first1001;
    if (said === "close") close();
    if (said === "exit" && /^https:\/\//.test(event.data.url)) {
      host.remove();
      window.location.replace(event.data.url);
    }
  });
  root.append(panel, button);
  const attach = () => document.body.append(host);
  document.body ? attach() : document.addEventListener("DOMContentLoaded", attach);
})();
