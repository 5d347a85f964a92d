// A phone to type on: shows one number's or chat's messages, sends what is typed. For trying out.
(function () {
  "use strict";
  const main = document.querySelector("main");
  const base = main.dataset.base;
  const who = document.getElementById("who"), log = document.getElementById("log");
  const text = document.getElementById("text"), state = document.getElementById("state");
  let shown = "", timer = 0;
  const url = () => base + "/" + encodeURIComponent(who.value.trim());
  const post = async (body) => {
    const answer = await fetch(url(), { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(body) });
    const said = await answer.json();
    state.textContent = said.error || (said.status && said.status >= 300 ? "The service answered " + said.status : "");
    refresh();
  };
  function draw(messages) {
    log.replaceChildren(...messages.flatMap((message, n) => {
      const line = document.createElement("div");
      line.className = "message" + (message.mine ? " mine" : "");
      const parts = message.media.map((kind) => "[" + kind + "]");
      line.textContent = [...parts, message.text].filter(Boolean).join(" ");
      const buttons = document.createElement("div");
      buttons.className = "buttons";
      for (const button of message.buttons || []) {
        const made = document.createElement("button");
        made.type = "button";
        made.className = "plain";
        made.textContent = button.text;
        made.addEventListener("click", () => post({ press: button.callback_data, message: message.id }));
        buttons.append(made);
      }
      return buttons.children.length ? [line, buttons] : [line];
    }));
    log.scrollTop = log.scrollHeight;
  }
  async function refresh() {
    window.clearTimeout(timer);
    try {
      const said = await (await fetch(url())).json();
      const now = JSON.stringify(said.messages);
      if (now !== shown) { shown = now; draw(said.messages); }
      if ("typing" in said) state.textContent = said.blocked ? "You have blocked the bot" : said.typing ? "First1001 is typing" : "";
    } catch (e) {
      state.textContent = "The simulator is not running";
    }
    timer = window.setTimeout(refresh, 800);
  }
  document.getElementById("form").addEventListener("submit", (event) => {
    event.preventDefault();
    if (text.value) post({ text: text.value });
    text.value = "";
    text.focus();
  });
  for (const button of document.querySelectorAll("[data-post]")) {
    button.addEventListener("click", () => post(JSON.parse(button.dataset.post)));
  }
  who.addEventListener("change", () => { shown = ""; refresh(); });
  refresh();
})();
