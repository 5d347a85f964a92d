// The web chat in a browser that runs scripts: sends without a reload, shows answers as they come.
// Keeps nothing in the browser's storage, makes no HTML of its own out of anybody's words.
(function () {
  "use strict";
  const chat = document.getElementById("chat");
  if (!chat || !window.fetch || !window.EventSource) return;
  const $ = (id) => document.getElementById(id);
  const log = $("log"), form = $("form"), input = $("message"), typing = $("typing");
  const codeForm = chat.querySelector("[data-code-form]");
  const suffix = chat.dataset.suffix;
  const exitUrl = chat.dataset.exit;
  let lastSeq = Number(chat.dataset.seq);
  let stream = null, over = false, sending = Promise.resolve();

  const uuid = () => {
    const b = crypto.getRandomValues(new Uint8Array(16));
    b[6] = (b[6] & 15) | 64;
    b[8] = (b[8] & 63) | 128;
    const h = Array.from(b, (n) => n.toString(16).padStart(2, "0")).join("");
    return [h.slice(0, 8), h.slice(8, 12), h.slice(12, 16), h.slice(16, 20), h.slice(20)].join("-");
  };
  const element = (tag, className, text) => {
    const made = document.createElement(tag);
    if (className) made.className = className;
    if (text) made.textContent = text;
    return made;
  };
  const post = (path, fields) => fetch(path + suffix, {
    method: "POST",
    credentials: "same-origin",
    cache: "no-store",
    headers: { "Content-Type": "application/json", Accept: "application/json" },
    body: JSON.stringify(fields),
  });
  const nearEnd = () => window.innerHeight + window.scrollY > document.documentElement.scrollHeight - 400;
  const show = (node) => node.scrollIntoView({ block: "nearest", behavior: "instant" });

  // What a parent sends -----------------------------------------------------------------------
  function pendingLine(words, id) {
    const line = element("div", "chat-line chat-line--parent");
    line.dataset.id = id;
    const who = element("p", "chat-who", "You");
    who.append(element("span", "nhsuk-u-visually-hidden", " said:"));
    const body = element("div", "chat-words");
    body.dir = "auto";
    for (const part of words.split(/\n{2,}/)) body.append(element("p", "", part));
    line.append(who, body, element("p", "chat-state", "Sending"));
    return line;
  }
  function state(line, text) {
    const note = line.querySelector(".chat-state");
    if (note) text ? (note.textContent = text) : note.remove();
  }
  function send(words, fields) {
    const id = uuid();
    retireChoices();
    const line = pendingLine(words, id);
    log.append(line);
    show(form);
    deliver(line, { id: id, ...fields });
  }
  function deliver(line, fields) {
    // One after another, so that messages arrive in the order in which they were written.
    sending = sending.then(async () => {
      if (over) return;
      line.classList.remove("chat-line--failed");
      const retry = line.querySelector(".chat-retry");
      if (retry) retry.remove();
      try {
        const answer = await post("/chat/messages", fields);
        const said = await answer.json().catch(() => ({}));
        if (!answer.ok) throw new Error(said.error || "");
        // The old chat had ended, so this message began a new one: show that alone.
        if (said.fresh && lastSeq > 0) return location.replace(suffix ? "/embed" : "/");
        state(line, "");
        if (codeForm) codeForm.hidden = false;
        const resume = chat.querySelector("[data-resume]");
        if (resume) resume.remove();
        listen();
      } catch (e) {
        failed(line, fields, e instanceof TypeError ? "" : e.message);
      }
    });
  }
  function failed(line, fields, why) {
    line.classList.add("chat-line--failed");
    state(line, "Not sent. " + (why || "Check your connection, then try again."));
    const again = element("button", "nhsuk-button nhsuk-button--secondary nhsuk-button--small chat-retry", "Try again");
    again.type = "button";
    again.addEventListener("click", () => { state(line, "Sending"); input.focus(); deliver(line, fields); });
    line.append(again);
    show(line);
  }
  function retireChoices() {
    for (const old of chat.querySelectorAll("[data-choices],[data-starters]")) {
      if (old.contains(document.activeElement)) input.focus({ preventScroll: true });
      old.remove();
    }
    const intro = $("intro");
    if (intro) intro.remove();
    const ended = $("ended");
    if (ended) ended.remove();
  }
  function complain(text) {
    const group = $("message-group"), error = $("message-error");
    error.hidden = !text;
    error.textContent = text;
    group.classList.toggle("nhsuk-form-group--error", !!text);
    input.classList.toggle("nhsuk-textarea--error", !!text);
    if (text) {
      input.setAttribute("aria-describedby", "message-error");
      input.setAttribute("aria-invalid", "true");
      input.focus();
    } else {
      input.removeAttribute("aria-describedby");
      input.removeAttribute("aria-invalid");
    }
  }
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    const words = input.value.trim();
    if (!words) return complain("Enter a message");
    complain("");
    input.value = "";
    input.focus();
    send(words, { text: words });
  });
  input.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && !event.shiftKey && !event.isComposing) {
      event.preventDefault();
      form.requestSubmit();
    }
  });
  chat.addEventListener("submit", (event) => {
    const from = event.target, pressed = event.submitter;
    if (!pressed || !from.matches("[data-choices],[data-starters]")) return;
    event.preventDefault();
    send(pressed.textContent.trim(), { [pressed.name]: pressed.value });
  });

  // What the parent is shown ------------------------------------------------------------------
  function arrived(event) {
    const line = JSON.parse(event.data);
    const seq = Number(event.lastEventId);
    if (seq <= lastSeq) return;
    lastSeq = seq;
    const follow = nearEnd();
    if (line.id) {
      const own = Array.from(log.querySelectorAll("[data-id]")).find((n) => n.dataset.id === line.id);
      if (own) {
        own.classList.remove("chat-line--failed");
        state(own, "");
        const retry = own.querySelector(".chat-retry");
        if (retry) retry.remove();
        return;
      }
    }
    retireChoices();
    const holder = element("div");
    holder.innerHTML = line.html; // made and escaped by our own server
    const first = holder.firstElementChild;
    if (line.urgent) $("alert").textContent = first.textContent;
    log.append(...holder.childNodes);
    if (follow) show(line.urgent || first.offsetHeight > window.innerHeight / 2 ? first : form);
  }
  function setTyping(on) {
    typing.textContent = on ? "The assistant is writing" : "";
    typing.toggleAttribute("data-on", on);
  }
  function listen() {
    if (stream || over) return;
    const after = suffix ? suffix + "&after=" : "?after=";
    stream = new EventSource("/chat/stream" + after + lastSeq);
    stream.addEventListener("line", arrived);
    stream.addEventListener("typing", (e) => setTyping(e.data === "on"));
    stream.addEventListener("idle", (e) => warn(Number(e.data)));
    stream.addEventListener("over", ended);
    stream.addEventListener("error", () => {
      // The browser tries again by itself unless the server said to stop.
      if (stream && stream.readyState === EventSource.CLOSED) {
        stream = null;
        setTyping(false);
        window.setTimeout(() => { if (chat.dataset.session || log.children.length) listen(); }, 5000);
      }
    });
  }
  function warn(seconds) {
    if ($("idle")) return;
    const note = element("div", "nhsuk-inset-text");
    note.id = "idle";
    note.setAttribute("role", "status");
    const minutes = Math.max(1, Math.round(seconds / 60));
    note.append(element("p", "", "For privacy, this chat will go from this page in " + minutes + (minutes === 1 ? " minute." : " minutes.")));
    const stay = element("button", "nhsuk-button nhsuk-button--secondary nhsuk-button--small", "Keep it here");
    stay.type = "button";
    stay.addEventListener("click", async () => { await post("/chat/keep", {}); note.remove(); input.focus(); });
    note.append(stay);
    form.before(note);
  }
  function ended() {
    over = true;
    if (stream) stream.close();
    forget();
    // A fresh page: it has no session any more, so it is empty and says why.
    location.replace((suffix ? "/embed" : "/") + "?ended=1");
  }
  function forget() {
    log.replaceChildren();
    input.value = "";
    $("alert").textContent = "";
    const code = $("code");
    if (code) code.replaceChildren();
  }

  // A code to continue with -------------------------------------------------------------------
  if (codeForm) codeForm.addEventListener("submit", async (event) => {
    event.preventDefault();
    const answer = await post("/chat/code", {}).catch(() => null);
    const said = answer && answer.ok ? await answer.json() : null;
    const box = element("div", "nhsuk-inset-text");
    if (said) {
      const words = element("p", "", "Your code is ");
      words.append(element("strong", "chat-code", said.code));
      box.append(words, element("p", "", "Write it down or take a picture. It opens this chat once, on any device, within " + said.days + " days. We cannot send it to you again."));
    } else {
      box.append(element("p", "", "There is no code yet. Try again in a minute."));
    }
    $("code").replaceChildren(box);
  });

  // Exit this page ----------------------------------------------------------------------------
  function leave() {
    over = true;
    document.documentElement.dataset.gone = "1";
    document.title = "";
    forget();
    if (stream) stream.close();
    navigator.sendBeacon("/chat/exit" + suffix, new URLSearchParams({ beacon: "1" }));
    if (window.parent !== window) window.parent.postMessage({ first1001: "exit", url: exitUrl }, "*");
    else location.replace(exitUrl);
  }
  chat.querySelector("[data-exit-form]").addEventListener("submit", (event) => {
    event.preventDefault();
    leave();
  });
  let shifts = 0, lastShift = 0;
  document.addEventListener("keyup", (event) => {
    if (event.key !== "Shift") { if (event.key.length === 1) shifts = 0; return; }
    const now = event.timeStamp;
    shifts = now - lastShift < 5000 ? shifts + 1 : 1;
    lastShift = now;
    if (shifts >= 3) leave();
  });
  document.addEventListener("keydown", (event) => { if (event.key !== "Shift") shifts = 0; });
  window.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && window.parent !== window) window.parent.postMessage({ first1001: "close" }, "*");
  });
  window.addEventListener("pageshow", (event) => { if (event.persisted) location.reload(); });

  if (chat.dataset.session) listen();
  setTyping(!!chat.dataset.waiting);
  if (log.children.length) show(form);
  const summary = document.querySelector(".nhsuk-error-summary");
  if (summary) summary.focus();
})();
