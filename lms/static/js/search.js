// « / » leads to the search field, as on many sites; whoever dictates or needs the key can turn that off.
const KEY = "garrigue-search-key";
const field = document.querySelector("[data-search]");
const isOff = () => localStorage.getItem(KEY) === "off";

document.addEventListener("keydown", (event) => {
  if (event.key !== "/" || event.ctrlKey || event.metaKey || event.altKey || !field || isOff()) return;
  const target = event.target;
  if (target.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName)) return;
  event.preventDefault();
  field.focus();
  field.select();
});

const choice = document.querySelector("[data-shortcut]");
if (choice) {
  const toggle = choice.querySelector("input");
  choice.hidden = false;
  toggle.checked = !isOff();
  toggle.addEventListener("change", () => {
    if (toggle.checked) localStorage.removeItem(KEY);
    else localStorage.setItem(KEY, "off");
  });
}
