// Keeps a promotion's board up to date without moving anything, and walks it by the arrow keys.
// Without this file, the page shows the board as it was when it was asked for.
const ASK_AGAIN_MS = 30_000;
const board = document.getElementById("tableau");
const table = () => board.querySelector(".board");
const live = board?.querySelector("[data-board-live]");

/* Up to date ----------------------------------------------------------------------------- */

// Gives each row the server's new cells; what did not change, has the focus or is open stays.
function patch(fresh) {
  const [old, now] = [table(), fresh.querySelector(".board")];
  const isAlike = old && now && old.tHead.innerHTML === now.tHead.innerHTML &&
    [...old.tBodies[0].rows].map((row) => row.id).join() === [...now.tBodies[0].rows].map((row) => row.id).join();
  if (!isAlike) return false;
  for (const [position, row] of [...now.tBodies[0].rows].entries()) {
    const cells = old.tBodies[0].rows[position].cells;
    for (const [place, cell] of [...row.cells].entries()) renew(cells[place], cell);
  }
  return true;
}

function renew(cell, fresh) {
  const shown = fresh.innerHTML;
  if (cell.dataset.shown === undefined) cell.dataset.shown = bare(cell);
  if (cell.dataset.shown === shown) return;
  const links = [...cell.querySelectorAll("a")];
  const focused = links.indexOf(document.activeElement);
  cell.innerHTML = shown;
  cell.dataset.shown = shown;
  for (const link of cell.querySelectorAll("td > a")) link.tabIndex = -1;
  if (focused >= 0) (cell.querySelectorAll("a")[focused] ?? cell).focus({ preventScroll: true });
}

function bare(cell) {
  const copy = cell.cloneNode(true);
  for (const link of copy.querySelectorAll("a")) link.removeAttribute("tabindex");
  return copy.innerHTML;
}

async function refresh() {
  const answer = await fetch(location.href, { headers: { Accept: "text/html" } });
  if (!answer.ok) return;
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  const fresh = page.getElementById("tableau");
  if (!fresh) return;
  known = fresh.dataset.known;
  for (const part of [".board-stuck", "[data-board-at]", ".board-cards"]) {
    const [old, now] = [board.querySelector(part), fresh.querySelector(part)];
    const hasFocus = old?.contains(document.activeElement);
    if (old && now && !hasFocus && old.innerHTML !== now.innerHTML) old.innerHTML = now.innerHTML;
  }
  if (!patch(fresh) && !board.contains(document.activeElement)) {
    const scroll = board.querySelector(".board-scroll");
    const at = scroll ? [scroll.scrollLeft, scroll.scrollTop] : [0, 0];
    board.querySelector(".board-scroll, .empty")?.replaceWith(fresh.querySelector(".board-scroll, .empty"));
    board.querySelector(".board-scroll")?.scrollTo(...at);
    prepare();
  }
}

let source = null;
let asking = 0;
let known = board?.dataset.known; // what the page was made from: something may have come since

function follow() {
  source = new EventSource(board.dataset.follow);
  source.addEventListener("message", (event) => {
    if (known !== event.data) refresh().catch(() => {});
  });
  source.addEventListener("error", () => {
    // Too many boards are followed: this one asks from time to time.
    if (source.readyState === EventSource.CLOSED) askLater();
  });
}

function askLater() {
  clearTimeout(asking);
  asking = setTimeout(async () => {
    if (!document.hidden) await refresh().catch(() => {});
    askLater();
  }, ASK_AGAIN_MS);
}

function stop() {
  clearTimeout(asking);
  source?.close();
}

/* Keyboard ------------------------------------------------------------------------------- */

const stopOf = (cell) => cell.querySelector("a") ?? cell;

// One stop for Tab in the whole table: the arrow keys do the rest.
function prepare() {
  if (!table()) return;
  for (const link of table().tBodies[0].querySelectorAll("a")) link.tabIndex = -1;
  for (const cell of table().tBodies[0].querySelectorAll("td:empty")) cell.tabIndex = -1;
  const first = table().tBodies[0].rows[0]?.cells[0];
  if (first) stopOf(first).tabIndex = 0;
}

function move(cell, key, isFar) {
  const rows = [...table().tBodies[0].rows];
  const row = rows.indexOf(cell.parentElement);
  const [last, bottom] = [cell.parentElement.cells.length - 1, rows.length - 1];
  const wanted = {
    ArrowRight: [row, cell.cellIndex + 1],
    ArrowLeft: [row, cell.cellIndex - 1],
    ArrowDown: [row + 1, cell.cellIndex],
    ArrowUp: [row - 1, cell.cellIndex],
    Home: [isFar ? 0 : row, 0],
    End: [isFar ? bottom : row, last],
    PageDown: [Math.min(row + 10, bottom), cell.cellIndex],
    PageUp: [Math.max(row - 10, 0), cell.cellIndex],
  }[key];
  return rows[wanted[0]]?.cells[wanted[1]];
}

function walk(event) {
  if (event.altKey || event.metaKey || event.shiftKey || !table()?.tBodies[0].contains(event.target)) return;
  if (!/^(Arrow|Home|End|Page)/.test(event.key)) return;
  event.preventDefault();
  const cell = event.target.closest("td, th");
  const links = [...cell.querySelectorAll("a")];
  const beside = links[links.indexOf(event.target) + { ArrowRight: 1, ArrowLeft: -1 }[event.key]];
  const next = beside ?? move(cell, event.key, event.ctrlKey);
  if (!next) return;
  const to = beside ?? stopOf(next);
  event.target.tabIndex = -1;
  to.tabIndex = 0;
  to.focus({ preventScroll: true });
  (beside ? cell : next).scrollIntoView({ block: "nearest", inline: "nearest" });
}

if (board) {
  prepare();
  board.addEventListener("keydown", walk);
  for (const part of board.querySelectorAll("[data-board-live], [data-board-keys]")) part.hidden = false;
  live?.querySelector("input").addEventListener("change", (event) => (event.target.checked ? follow() : stop()));
  const isLive = () => live?.querySelector("input").checked ?? true;
  document.addEventListener("visibilitychange", () => {
    if (!isLive()) return;
    stop();
    if (document.hidden) return; // nobody looks: the server's threads are for others
    refresh().catch(() => {});
    follow();
  });
  follow();
  addEventListener("pagehide", stop);
}
