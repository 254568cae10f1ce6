// Small comforts. Every page works without them.
"use strict";

function closeMenus(except) {
  document.querySelectorAll("details.menu[open]").forEach((menu) => {
    if (menu !== except) menu.open = false;
  });
}

document.addEventListener("click", (event) => closeMenus(event.target.closest("details.menu")));
document.addEventListener("keydown", (event) => {
  if (event.key === "Escape") {
    const menu = document.querySelector("details.menu[open]");
    closeMenus(null);
    if (menu) menu.querySelector("summary").focus();
  }
  moveInGrid(event);
});

function moveInGrid(event) {
  const input = event.target.closest && event.target.closest("table[data-grid] input");
  const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  if (!input || !step) return;
  const inputs = [...input.closest("table").querySelectorAll("input:not([type=hidden])")];
  const next = inputs[inputs.indexOf(input) + step];
  if (next) {
    event.preventDefault();
    next.focus();
    next.select();
  }
}

document.addEventListener("paste", (event) => {
  const input = event.target.closest && event.target.closest("table[data-grid] input");
  if (!input) return;
  const lines = event.clipboardData.getData("text").replace(/\r?\n$/, "").split(/\r?\n/);
  if (lines.length < 2) return;
  event.preventDefault();
  const inputs = [...input.closest("table").querySelectorAll("input:not([type=hidden])")];
  const start = inputs.indexOf(input);
  lines.forEach((line, number) => {
    if (inputs[start + number]) inputs[start + number].value = line.split("\t")[0].trim();
  });
});

document.addEventListener("change", (event) => {
  const name = event.target.dataset && event.target.dataset.selectAll;
  if (name === undefined) return;
  event.target.closest("form, table").querySelectorAll("tbody input[type=checkbox]").forEach((box) => {
    box.checked = event.target.checked;
  });
});

document.addEventListener("DOMContentLoaded", () => {
  const summary = document.querySelector(".error-summary");
  if (summary) summary.focus();
});
