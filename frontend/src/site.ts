// Requests to the site: JSON, with the token of the forms, never led to the sign-in form.

export class SiteError extends Error {
  constructor(
    readonly status: number,
    readonly kind: string,
    message: string,
    readonly body: Record<string, unknown>,
  ) {
    super(message);
  }
}

const TOKEN = 'meta[name="csrf-token"]';

function token(): string {
  return document.querySelector<HTMLMetaElement>(TOKEN)?.content ?? "";
}

async function send(url: string, method: string, body: unknown, keepalive: boolean): Promise<Response> {
  const headers: Record<string, string> = { Accept: "application/json" };
  const init: RequestInit = { method, headers, keepalive, redirect: "manual", credentials: "same-origin" };
  if (method !== "GET") {
    headers["X-CSRFToken"] = token();
    headers["Content-Type"] = "application/json";
    init.body = JSON.stringify(body ?? {});
  }
  return fetch(url, init);
}

/** Takes the token of the present session, when this page is older than the session. */
async function renewToken(): Promise<boolean> {
  const answer = await fetch(location.href, { headers: { Accept: "text/html" }, redirect: "manual" });
  if (!answer.ok) return false;
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  const fresh = page.querySelector<HTMLMetaElement>(TOKEN)?.content;
  const mine = document.querySelector<HTMLMetaElement>(TOKEN);
  if (!fresh || !mine || fresh === mine.content) return false;
  mine.content = fresh;
  return true;
}

/**
 * Asks the site and returns what it says.
 *
 * Throws a SiteError when it refuses, and a TypeError when it cannot be reached.
 */
export async function ask<T>(url: string, method = "GET", body?: unknown, keepalive = false): Promise<T> {
  let answer = await send(url, method, body, keepalive);
  if (answer.status === 400 && method !== "GET" && !keepalive && (await renewToken())) {
    answer = await send(url, method, body, keepalive);
  }
  if (answer.type === "opaqueredirect") throw new SiteError(401, "signed-out", "", {});
  const said = (await answer.json().catch(() => ({}))) as Record<string, unknown>;
  if (!answer.ok) {
    const kind = typeof said["code"] === "string" ? said["code"] : String(answer.status);
    throw new SiteError(answer.status, kind, typeof said["message"] === "string" ? said["message"] : "", said);
  }
  return said as T;
}
