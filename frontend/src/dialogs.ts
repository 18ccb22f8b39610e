// The page's dialogs: each is written in the page; here they are opened and answered.

import { both, differences, sideBySide } from "./compare.ts";
import { find, make, need } from "./dom.ts";
import { randomId } from "./notebook.ts";
import { ask } from "./site.ts";
import type { Draft, Exercise, Page, WireCell } from "./types.ts";
import { count, say } from "./words.ts";

/** Opens a dialog; resolves with the value of the button that closed it, "" for Escape. */
export function choose(id: string): Promise<string> {
  const dialog = need<HTMLDialogElement>(id);
  const before = document.activeElement;
  dialog.returnValue = "";
  dialog.showModal();
  return new Promise((done) => {
    dialog.addEventListener(
      "close",
      () => {
        if (before instanceof HTMLElement && before.isConnected) before.focus();
        done(dialog.returnValue);
      },
      { once: true },
    );
  });
}

/** Two versions of one draft: the learner says which goes on. Escape decides nothing. */
export async function chooseVersion(mine: WireCell[], other: Draft, exercises: readonly Exercise[]): Promise<WireCell[]> {
  const found = differences(mine, other.cells);
  const words = { mine: say("conflict.mine"), other: say("conflict.other") };
  need("#wb-conflict .wb-dialog-body").replaceChildren(sideBySide(found, words, exercises));
  const dialog = need<HTMLDialogElement>("#wb-conflict");
  const stay = (event: Event) => event.preventDefault();
  dialog.addEventListener("cancel", stay);
  let answer = "";
  while (!answer) answer = await choose("#wb-conflict");
  dialog.removeEventListener("cancel", stay);
  if (answer === "other") return other.cells;
  if (answer === "both") return both(mine, found, randomId);
  return mine;
}

/** Asks once before handing in what is not answered or was not checked. */
export async function mayHandIn(blank: readonly Exercise[], unchecked: readonly Exercise[]): Promise<boolean> {
  const body = need("#wb-hand-in .wb-dialog-body");
  body.replaceChildren();
  const list = (words: string, exercises: readonly Exercise[]) => {
    if (!exercises.length) return;
    const items = exercises.map((exercise) => make("li", {}, exercise.title));
    body.append(make("p", {}, words), make("ul", {}, ...items));
  };
  list(count("hand-in.blank", blank.length), blank);
  list(count("hand-in.unchecked", unchecked.length), unchecked);
  return (await choose("#wb-hand-in")) === "yes";
}

interface VersionLine {
  number: number;
  when: string;
  summary: string;
}

/** Versions to go back to: each can be looked at before. Returns the one taken, if any. */
export async function goBack(page: Page, now: WireCell[], base: () => number): Promise<Draft | null> {
  const body = need("#wb-versions .wb-dialog-body");
  body.replaceChildren(make("p", { "aria-busy": "true" }, say("versions.loading")));
  let taken: Draft | null = null;
  const dialog = need<HTMLDialogElement>("#wb-versions");
  const closed = choose("#wb-versions");
  try {
    const { versions } = await ask<{ versions: VersionLine[] }>(page.urls.versions);
    const list = make("ul", { class: "wb-versions" });
    for (const line of versions) list.append(versionItem(line));
    body.replaceChildren(versions.length ? list : make("p", {}, say("versions.none")));
  } catch {
    body.replaceChildren(make("p", {}, say("versions.away")));
  }
  await closed;
  return taken;

  function versionItem(line: VersionLine): HTMLElement {
    const details = make("details", {}, make("summary", {}, line.when, make("small", {}, ` – ${line.summary}`)));
    details.addEventListener("toggle", () => void look(line, details), { once: true });
    return make("li", {}, details);
  }

  async function look(line: VersionLine, details: HTMLElement): Promise<void> {
    try {
      const draft = await ask<Draft>(`${page.urls.versions}/${line.number}`);
      const found = differences(now, draft.cells);
      const words = { mine: say("versions.now"), other: say("versions.then") };
      details.append(found.length ? sideBySide(found, words, page.exercises) : make("p", {}, say("versions.same")));
      if (!found.length) return;
      const take = make("button", { type: "button" }, say("versions.take"));
      take.addEventListener("click", () => {
        ask<Draft>(`${page.urls.versions}/${line.number}/reprendre`, "POST", { base: base() }).then(
          (draft) => {
            taken = draft;
            dialog.close();
          },
          () => take.after(make("p", { role: "alert" }, say("versions.away"))),
        );
      });
      details.append(make("p", {}, take));
    } catch {
      details.append(make("p", {}, say("versions.away")));
    }
  }
}

/** Fills the list of shortcuts with the page's keys, once. */
export function showHelp(): Promise<string> {
  find("#wb-help details")?.removeAttribute("open");
  return choose("#wb-help");
}
