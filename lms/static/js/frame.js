// Makes the page's frame quicker: colours change without a reload, menus close as expected,
// what scrolls sideways can be scrolled by keyboard.
const root = document.documentElement;

for (const button of document.querySelectorAll('.display-form button[name="theme"]')) {
  button.addEventListener("click", (event) => {
    event.preventDefault();
    const theme = button.value;
    const secure = location.protocol === "https:" ? ";secure" : "";
    document.cookie = `theme=${theme};path=/;max-age=31536000;samesite=lax${secure}`;
    if (theme === "auto") root.removeAttribute("data-theme");
    else root.dataset.theme = theme;
    for (const other of button.parentElement.children) {
      other.setAttribute("aria-pressed", String(other === button));
    }
  });
}

const menus = [...document.querySelectorAll("details.menu")];

document.addEventListener("click", (event) => {
  for (const menu of menus) if (!menu.contains(event.target)) menu.open = false;
});

for (const menu of menus) {
  menu.addEventListener("keydown", (event) => {
    if (event.key !== "Escape" || !menu.open) return;
    menu.open = false;
    menu.querySelector("summary").focus();
  });
  menu.addEventListener("focusout", (event) => {
    if (event.relatedTarget && !menu.contains(event.relatedTarget)) menu.open = false;
  });
}

for (const box of document.querySelectorAll("pre, .table-scroll, .prose > table, math[display=block]")) {
  if (box.scrollWidth > box.clientWidth && !box.closest("[tabindex]:not(main)")) box.tabIndex = 0;
}

// A table of contents stands beside the text where there is room, folded above it elsewhere.
const wide = matchMedia("(min-width: 64em)");
for (const fold of document.querySelectorAll("[data-open-when-wide]")) fold.open = wide.matches;
