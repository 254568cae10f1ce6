// Each « ? » opens and closes by itself; this adds what a pointer and Escape are expected to do.
"use strict";

function closeHints(except) {
  for (const hint of document.querySelectorAll("details.hint[open]")) {
    if (hint !== except) hint.open = false;
  }
}

document.addEventListener("click", (event) => closeHints(event.target.closest("details.hint")));
document.addEventListener("keydown", (event) => {
  const hint = document.querySelector("details.hint[open]");
  if (event.key !== "Escape" || !hint) return;
  closeHints(null);
  hint.querySelector("summary").focus();
});
