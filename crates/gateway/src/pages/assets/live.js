// Keeps the figures of a page up to date: it asks for the page again, and replaces the part that changes.

const place = document.querySelector("[data-live]");

async function refresh() {
  // Nothing moves under somebody's fingers, and nobody looks at a page that is not shown.
  const isInUse = place.contains(document.activeElement) || !document.getSelection()?.isCollapsed;
  if (document.hidden || isInUse) return;
  const answer = await fetch(location.href, { credentials: "same-origin" });
  if (answer.redirected || !answer.ok) return location.reload();
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  const fresh = page.querySelector("[data-live]");
  if (fresh) place.replaceChildren(...fresh.childNodes);
}

if (place) {
  const next = () => setTimeout(() => refresh().catch(() => {}).finally(next), Number(place.dataset.live));
  next();
}
