// Keeps a page up to date by asking for news; everything works without this script as well.

const FASTEST_S = 2;

/** Replace the elements of the page that the answer brings anew, by id. */
function bringIn(html) {
  const fresh = new DOMParser().parseFromString(html, "text/html");
  for (const next of [...fresh.body.children]) {
    const old = next.id && document.getElementById(next.id);
    if (!old || (old.hasAttribute("data-keep") && isInUse(old))) continue;
    const focused = old.contains(document.activeElement) ? document.activeElement.id : "";
    const opened = [...old.querySelectorAll("details[open][id]")].map((one) => one.id);
    old.replaceWith(next);
    for (const id of opened) document.getElementById(id)?.setAttribute("open", "");
    if (focused) document.getElementById(focused)?.focus({ preventScroll: true });
  }
}

/** Whether somebody is writing in it. */
function isInUse(element) {
  if (element.contains(document.activeElement)) return true;
  return [...element.querySelectorAll("textarea")].some((area) => area.value.trim() !== "");
}

/** Whether somebody is at a form that new content would take away. */
function isBusy() {
  return document.querySelector("details.c-closing[open], .c-tick:checked") !== null;
}

function say(words) {
  const place = document.getElementById("announce");
  if (place) place.textContent = words;
}

async function ask(source, state) {
  const headers = { "X-Poll": "1" };
  if (state.version) headers["If-None-Match"] = state.version;
  const answer = await fetch(source.dataset.poll, { headers, cache: "no-store", redirect: "error" });
  if (answer.status === 401) {
    document.getElementById("signed-out")?.removeAttribute("hidden");
    return false;
  }
  if (answer.status === 200) {
    const html = await answer.text();
    const first = state.version === "";
    state.version = answer.headers.get("ETag") ?? "";
    bringIn(html);
    if (!first && source.dataset.pollAnnounce) say(source.dataset.pollAnnounce);
  }
  return answer.status < 500;
}

function watch(source) {
  const every = Math.max(FASTEST_S, Number(source.dataset.pollEvery)) * 1000;
  const state = { version: source.dataset.pollVersion ?? "" };
  let wait = every;
  const again = async () => {
    if (!document.hidden && !isBusy()) {
      try {
        if ((await ask(source, state)) === false && !document.getElementById("signed-out")?.hidden) return;
        wait = every;
      } catch {
        wait = Math.min(wait * 2, 60000);
      }
    }
    setTimeout(again, wait);
  };
  setTimeout(again, every);
}

for (const source of document.querySelectorAll("[data-poll]")) watch(source);

// A form that was sent is not sent again by a second click.
document.addEventListener("submit", (event) => {
  const form = event.target;
  if (form.method !== "post") return;
  if (form.dataset.sent) event.preventDefault();
  form.dataset.sent = "1";
});
window.addEventListener("pageshow", () => {
  for (const form of document.querySelectorAll("form[data-sent]")) delete form.dataset.sent;
});
// The summary of a problem is what a screen reader should hear first.
document.querySelector(".nhsuk-error-summary")?.focus();
