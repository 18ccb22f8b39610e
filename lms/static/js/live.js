// Follows a submission that waits: the page shows each change by itself, and says it aloud.
const ASK_AGAIN_MS = 5000;
const place = () => document.getElementById("rendu");
const words = document.querySelector("[data-follow-words]");

// Puts the server's new version of the part in the place of the old one.
async function refresh() {
  const response = await fetch(location.href, { headers: { Accept: "text/html" } });
  if (!response.ok) return false;
  const page = new DOMParser().parseFromString(await response.text(), "text/html");
  const fresh = page.getElementById("rendu");
  if (!fresh) return false;
  if (fresh.innerHTML !== place().innerHTML) place().replaceWith(document.importNode(fresh, true));
  document.title = page.title;
  return !fresh.hasAttribute("data-follow");
}

async function ask() {
  const isFinal = await refresh().catch(() => false);
  if (!isFinal) setTimeout(ask, ASK_AGAIN_MS);
}

function follow(url) {
  const source = new EventSource(url);
  let isFirst = true;
  source.addEventListener("message", async (event) => {
    const news = JSON.parse(event.data);
    if (news.is_final) source.close();
    if (!isFirst || news.is_final) words.textContent = news.words;
    isFirst = false;
    await refresh().catch(() => false);
  });
  source.addEventListener("error", () => {
    // The browser itself comes back after a cut; it gives up only when it was refused.
    if (source.readyState === EventSource.CLOSED) setTimeout(ask, ASK_AGAIN_MS);
  });
}

if (place()?.dataset.follow) follow(place().dataset.follow);
