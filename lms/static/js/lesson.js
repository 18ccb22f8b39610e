// Makes a lesson quicker: words explained in place, notes that keep themselves, the heading
// remembered where reading stopped. Without this file, links and buttons do the same.

/* Words of the glossary ------------------------------------------------------------------ */

const SHOW_MS = 250;
const HIDE_MS = 250;
let open = null;
let timer = 0;
let isLeaving = false; // Esc closes: the focus that comes back to the word does not open again

function show(link, box) {
  clearTimeout(timer);
  if (open?.box === box) return;
  hide();
  link.after(box); // so that Tab goes from the word into its definition
  box.hidden = false;
  box.showPopover();
  const word = link.getClientRects()[0] ?? link.getBoundingClientRect();
  const left = Math.min(word.left, innerWidth - box.offsetWidth - 16);
  const isBelow = word.bottom + box.offsetHeight + 12 < innerHeight;
  const top = isBelow ? word.bottom + 6 : word.top - box.offsetHeight - 6;
  box.style.left = `${Math.max(16, left) + scrollX}px`;
  box.style.top = `${top + scrollY}px`;
  link.setAttribute("aria-expanded", "true");
  open = { link, box };
}

function hide() {
  clearTimeout(timer);
  if (!open) return;
  open.box.hidePopover();
  open.box.hidden = true;
  open.link.setAttribute("aria-expanded", "false");
  open = null;
}

function later(action, delay) {
  clearTimeout(timer);
  timer = setTimeout(action, delay);
}

const canPop = "showPopover" in HTMLElement.prototype;
for (const link of canPop ? document.querySelectorAll("a.term") : []) {
  const box = document.getElementById(`mot-${link.hash.replace("#s-terme-", "")}`);
  if (!box) continue;
  link.setAttribute("aria-expanded", "false");
  link.addEventListener("click", (event) => {
    if (event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    show(link, box);
  });
  link.addEventListener("pointerenter", (event) => {
    if (event.pointerType === "mouse") later(() => show(link, box), SHOW_MS);
  });
  link.addEventListener("pointerleave", () => later(hide, HIDE_MS));
  link.addEventListener("focus", () => {
    if (!isLeaving && link.matches(":focus-visible")) show(link, box);
  });
  link.addEventListener("blur", (event) => {
    if (!box.contains(event.relatedTarget)) hide();
  });
  box.addEventListener("pointerenter", () => clearTimeout(timer));
  box.addEventListener("pointerleave", () => later(hide, HIDE_MS));
  box.addEventListener("focusout", (event) => {
    if (!box.contains(event.relatedTarget) && event.relatedTarget !== link) hide();
  });
}
document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape" || !open) return;
  const { link, box } = open;
  const wasInside = box.contains(document.activeElement);
  hide();
  isLeaving = true;
  if (wasInside) link.focus();
  isLeaving = false;
});
document.addEventListener("pointerdown", (event) => {
  if (open && !open.box.contains(event.target) && event.target !== open.link) hide();
});

/* Notes ---------------------------------------------------------------------------------- */

const QUIET_MS = 1500;
const RETRY_MS = 10_000;
const form = document.querySelector("form[data-note]");

if (form) {
  const text = form.elements.texte;
  const said = form.querySelector("[data-note-state]");
  let kept = text.value;
  let waiting = 0;
  let isStopped = false; // after a conflict, only the button saves: it leads to both texts

  const save = async () => {
    clearTimeout(waiting);
    if (text.value === kept || isStopped) return;
    const sent = text.value;
    said.textContent = form.dataset.saving;
    try {
      const answer = await fetch(form.action, {
        method: "POST",
        body: new FormData(form),
        headers: { Accept: "application/json" },
        keepalive: true,
      });
      if (answer.status === 409) {
        isStopped = true;
        said.textContent = form.dataset.conflict;
        return;
      }
      if (!answer.ok) throw new Error(String(answer.status));
      form.elements.base.value = (await answer.json()).revision;
      kept = sent;
      said.textContent = form.dataset.saved;
    } catch {
      said.textContent = form.dataset.waiting;
      waiting = setTimeout(save, RETRY_MS);
    }
  };

  text.addEventListener("input", () => {
    clearTimeout(waiting);
    said.textContent = "";
    waiting = setTimeout(save, QUIET_MS);
  });
  text.addEventListener("blur", save);
  form.addEventListener("submit", () => {
    clearTimeout(waiting);
    kept = text.value; // the form itself saves: no second request behind it
  });
  addEventListener("pagehide", save);
}

/* Where reading stopped ------------------------------------------------------------------ */

const REST_MS = 2000;
const lesson = document.querySelector("[data-place]");
if (lesson) {
  const headings = [...lesson.querySelectorAll("h2[id^='s-'], h3[id^='s-']")];
  let told = null;

  const tell = () => {
    const line = innerHeight / 3;
    const passed = headings.filter((heading) => heading.getBoundingClientRect().top < line);
    const place = passed.at(-1)?.id ?? "";
    if (place === told || (told === null && place === "")) return;
    told = place;
    const data = new FormData();
    data.set("csrf_token", document.querySelector("input[name='csrf_token']").value);
    data.set("partie", place);
    navigator.sendBeacon(lesson.dataset.place, data);
  };

  let resting = 0;
  const rest = () => {
    clearTimeout(resting);
    resting = setTimeout(tell, REST_MS);
  };
  addEventListener("scroll", rest, { passive: true });
  document.addEventListener("visibilitychange", () => document.hidden && tell());
  addEventListener("pagehide", tell);
}
