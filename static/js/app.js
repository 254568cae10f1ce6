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

// <table data-grid>: arrows and Enter go up and down in a column, several pasted lines fill it downwards.
function columnBelow(input) {
  const column = input.closest("td, th").cellIndex;
  const cells = [...input.closest("tbody").rows].map((row) => row.cells[column]);
  return cells.map((cell) => cell && cell.querySelector("input:not([type=hidden])")).filter(Boolean);
}

function gridInput(event) {
  return event.target.closest("table[data-grid] tbody input");
}

document.addEventListener("keydown", (event) => {
  const step = { ArrowDown: 1, ArrowUp: -1, Enter: 1 }[event.key];
  const input = gridInput(event);
  if (!input || !step || event.isComposing) return;
  const inputs = columnBelow(input);
  const next = inputs[inputs.indexOf(input) + step];
  if (!next) return; // Enter on the last row submits, as everywhere
  event.preventDefault();
  next.focus();
  next.select();
});

document.addEventListener("paste", (event) => {
  const input = gridInput(event);
  if (!input) return;
  const lines = event.clipboardData.getData("text").replace(/\r?\n$/, "").split(/\r?\n/);
  if (lines.length < 2) return;
  event.preventDefault();
  const inputs = columnBelow(input);
  const start = inputs.indexOf(input);
  lines.slice(0, inputs.length - start).forEach((line, number) => {
    const target = inputs[start + number];
    target.value = line.split("\t")[0].trim();
    target.dispatchEvent(new Event("input", { bubbles: true }));
  });
});

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
