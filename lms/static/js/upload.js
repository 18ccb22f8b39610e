// Hands in by drag and drop too, and says at once when a file is too large.
const form = document.querySelector("form[data-drop]");
const input = form.querySelector('input[type="file"]');
const button = form.querySelector('button[type="submit"]');
const words = form.querySelector("[data-drop-words]");
const { maxBytes, tooLarge, chosen, sending } = form.dataset;

function look() {
  const file = input.files[0];
  const isTooLarge = Boolean(file) && file.size > Number(maxBytes);
  input.setCustomValidity(isTooLarge ? tooLarge : "");
  if (file) words.textContent = isTooLarge ? tooLarge : `${chosen} ${file.name}`;
  else words.textContent = "";
}

function takeOver(event) {
  event.preventDefault();
  form.classList.toggle("is-over", event.type === "dragenter" || event.type === "dragover");
}

input.addEventListener("change", look);
for (const kind of ["dragenter", "dragover", "dragleave", "drop"]) form.addEventListener(kind, takeOver);

form.addEventListener("drop", (event) => {
  if (!event.dataTransfer.files.length) return;
  input.files = event.dataTransfer.files;
  look();
  button.focus();
});

form.addEventListener("submit", (event) => {
  // Not `disabled`: the button would lose the focus, and a second sending costs nothing.
  if (button.getAttribute("aria-disabled") === "true") event.preventDefault();
  button.setAttribute("aria-disabled", "true");
  words.textContent = sending;
});

// Coming back by the browser's button shows the page as it was left.
addEventListener("pageshow", () => button.removeAttribute("aria-disabled"));
