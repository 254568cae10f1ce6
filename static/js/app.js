// Small comforts. Every page works without them.
"use strict";

// Menus of the header: Escape and a click elsewhere close them.
function closeMenus(except) {
  for (const menu of document.querySelectorAll("details.menu[open]")) {
    if (menu !== except) menu.open = false;
  }
}

document.addEventListener("click", (event) => closeMenus(event.target.closest("details.menu")));
document.addEventListener("keydown", (event) => {
  const menu = document.querySelector("details.menu[open]");
  if (event.key !== "Escape" || !menu) return;
  closeMenus(null);
  menu.querySelector("summary").focus();
});

// What keeps a form from being accepted takes the focus, on a new page and on a part that was replaced.
function focusErrorSummary(root) {
  const summary = root.querySelector(".error-summary");
  if (summary) summary.focus();
}

document.addEventListener("DOMContentLoaded", () => focusErrorSummary(document));
document.addEventListener("htmx:afterSettle", (event) => focusErrorSummary(event.target));

// <input type="checkbox" data-select-all> in a table's head ticks all of its rows, and shows when only some are.
function rowBoxes(table) {
  return [...table.querySelectorAll("tbody input[type=checkbox]:not(:disabled)")];
}

function showSelection(table) {
  const all = table.querySelector("[data-select-all]");
  if (!all) return;
  const boxes = rowBoxes(table);
  const ticked = boxes.filter((box) => box.checked).length;
  all.checked = ticked > 0 && ticked === boxes.length;
  all.indeterminate = ticked > 0 && ticked < boxes.length;
}

function showSelections() {
  document.querySelectorAll("table:has([data-select-all])").forEach(showSelection);
}

document.addEventListener("change", (event) => {
  const table = event.target.closest("table");
  if (!table) return;
  if (event.target.matches("[data-select-all]")) {
    for (const box of rowBoxes(table)) box.checked = event.target.checked;
  }
  showSelection(table);
});
document.addEventListener("DOMContentLoaded", showSelections);
document.addEventListener("htmx:afterSettle", showSelections);

// <button data-copy="text">: only a secure page may write to the clipboard, elsewhere the text stays selectable.
document.addEventListener("click", async (event) => {
  const button = event.target.closest("[data-copy]");
  if (!button || !navigator.clipboard) return;
  await navigator.clipboard.writeText(button.dataset.copy);
  const label = button.textContent;
  button.textContent = "Copié";
  setTimeout(() => { button.textContent = label; }, 1500);
});
