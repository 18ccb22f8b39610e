// Reloads the page of a preview when the course that it shows was changed.
const shown = document.querySelector(".preview-bar").dataset.version;
const changes = new EventSource("/apercu/suivi");
changes.onmessage = (event) => {
  if (JSON.parse(event.data).version !== shown) location.reload();
};
