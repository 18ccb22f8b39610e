// Makes reading works quicker: keys between works, sentences put where one writes, and what is
// typed kept in this tab until the server has it.
const form = document.getElementById("lecture");
const store = window.sessionStorage;

const isTyping = (target) => target.matches("input:not([type=radio], [type=checkbox]), textarea, select, [contenteditable]");
const press = (value) => form.querySelector(`.reading-bar button[value="${value}"]`)?.click();
const follow = (rel) => document.querySelector(`.reading-nav a[rel="${rel}"]`)?.click();

// Letters alone can be turned off: speech input and switches may send them unasked.
const letters = document.querySelector("[data-letters]");
letters.checked = localStorage.getItem("lecture-letters") !== "off";
letters.parentElement.hidden = false;
letters.addEventListener("change", () => localStorage.setItem("lecture-letters", letters.checked ? "on" : "off"));

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey && event.key === "Enter" && event.target.closest("#lecture")) {
    event.preventDefault();
    press("suivant");
    return;
  }
  if (isTyping(event.target)) return;
  if (event.altKey && (event.key === "ArrowRight" || event.key === "ArrowLeft")) {
    event.preventDefault();
    follow(event.key === "ArrowRight" ? "next" : "prev");
    return;
  }
  if (event.ctrlKey || event.metaKey || event.altKey || !letters.checked) return;
  if (event.key === "n") follow("next");
  if (event.key === "p") follow("prev");
  if (event.key === "s") press("enregistrer");
});

for (const button of form.querySelectorAll("[data-insert]")) {
  button.addEventListener("click", (event) => {
    event.preventDefault();
    const chosen = button.parentElement.querySelector("select").selectedOptions[0];
    if (!chosen.dataset.text) return;
    const field = document.getElementById(button.dataset.insert);
    const before = field.value.slice(0, field.selectionStart);
    const gap = before && !/\s$/.test(before) ? "\n" : "";
    field.setRangeText(gap + chosen.dataset.text, field.selectionStart, field.selectionEnd, "end");
    field.focus();
    field.dispatchEvent(new Event("input", { bubbles: true }));
  });
}

// The key names the work and the revision that was read: a newer one is never written over.
const key = `lecture-${form.dataset.keep}`;
const written = () => [...new FormData(form)].filter(([name]) => /^(e\d|commentaire|raison|definitive)/.test(name) && !name.startsWith("phrase"));
const atFirst = JSON.stringify(written());

form.addEventListener("input", () => {
  const text = JSON.stringify(written());
  if (text === atFirst) store.removeItem(key);
  else store.setItem(key, text);
});

const kept = store.getItem(key);
if (kept && kept !== atFirst && !("keepNot" in form.dataset)) {
  for (const [name, value] of JSON.parse(kept)) {
    for (const field of form.elements[name] instanceof RadioNodeList ? form.elements[name] : [form.elements[name]]) {
      if (!field) continue;
      if (field.type === "radio" || field.type === "checkbox") field.checked ||= field.value === value;
      else field.value = value;
      const fold = field.closest("details");
      if (fold && value) fold.open = true;
    }
  }
  const note = document.createElement("p");
  note.setAttribute("role", "status");
  note.textContent = form.dataset.keptWords;
  form.prepend(note);
}
