// Deposit paths and the simulator: variables at the caret, a list of them behind « { », the partner's lists, a dropped sample.
// Every page works without it.
"use strict";

// A button that puts a variable into a field: at the caret, where there is a script.
function insertAt(field, text, from) {
  field.focus();
  field.setRangeText(text, from, field.selectionEnd, "end");
  field.dispatchEvent(new Event("input", { bubbles: true }));
}

// A field that nobody has been in has its caret at the start: what is inserted there belongs at the end.
const visited = new WeakSet();
document.addEventListener("focusin", (event) => visited.add(event.target));

document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-insert]");
  const field = button && document.getElementById(button.dataset.into);
  if (!field) return;
  event.preventDefault();
  if (!visited.has(field)) field.setSelectionRange(field.value.length, field.value.length);
  insertAt(field, button.dataset.insert, field.selectionStart);
});

// [data-placeholders] around a field makes it a combobox: « { » opens the variables, arrows choose, Enter and Tab take one, Escape closes.
const WRITTEN = /\{([^{}/]*)$/;

function openList(field) {
  return document.getElementById(field.getAttribute("aria-controls") || "");
}

function makeCombobox(frame) {
  const field = frame.querySelector("input");
  if (!field || field.hasAttribute("role")) return;
  const list = document.createElement("ul");
  list.id = `${field.id}-variables`;
  list.className = "placeholder-list";
  list.hidden = true;
  list.setAttribute("role", "listbox");
  list.setAttribute("aria-label", "Variables");
  frame.append(list);
  const attributes = { role: "combobox", "aria-autocomplete": "list", "aria-expanded": "false", "aria-controls": list.id };
  for (const [name, value] of Object.entries(attributes)) field.setAttribute(name, value);
}

function makeComboboxes() {
  document.querySelectorAll("[data-placeholders]").forEach(makeCombobox);
}

function closeList(field) {
  const list = openList(field);
  if (list) list.hidden = true;
  field.setAttribute("aria-expanded", "false");
  field.removeAttribute("aria-activedescendant");
}

function point(field, option) {
  for (const other of option.parentElement.children) other.setAttribute("aria-selected", String(other === option));
  field.setAttribute("aria-activedescendant", option.id);
  option.scrollIntoView({ block: "nearest" });
}

function bare(text) {
  return text.normalize("NFD").replace(/\p{M}/gu, "").toLowerCase();
}

function showList(field) {
  const list = openList(field);
  const written = WRITTEN.exec(field.value.slice(0, field.selectionStart));
  const buttons = [...document.querySelectorAll(`[data-into="${field.id}"]`)];
  const fitting = written ? buttons.filter((button) => bare(button.dataset.insert).startsWith(bare(`{${written[1]}`))) : [];
  list.replaceChildren(...fitting.map((button, number) => {
    const option = document.createElement("li");
    const name = document.createElement("code");
    const meaning = document.createElement("span");
    name.textContent = button.dataset.insert;
    meaning.textContent = button.title;
    option.append(name, meaning);
    option.id = `${list.id}-${number}`;
    option.setAttribute("role", "option");
    option.dataset.take = button.dataset.insert;
    return option;
  }));
  if (!fitting.length) return closeList(field);
  list.hidden = false;
  field.setAttribute("aria-expanded", "true");
  point(field, list.firstElementChild);
}

function take(field, text) {
  const start = field.selectionStart - WRITTEN.exec(field.value.slice(0, field.selectionStart))[0].length;
  if (field.value[field.selectionEnd] === "}") field.selectionEnd += 1;
  insertAt(field, text, start);
  closeList(field);
}

document.addEventListener("input", (event) => {
  if (event.target.matches("[data-placeholders] > input")) showList(event.target);
});

document.addEventListener("keydown", (event) => {
  const field = event.target;
  if (!field.matches("[data-placeholders] > input") || field.getAttribute("aria-expanded") !== "true") return;
  const chosen = document.getElementById(field.getAttribute("aria-activedescendant"));
  const step = { ArrowDown: chosen.nextElementSibling, ArrowUp: chosen.previousElementSibling }[event.key];
  if (step) point(field, step);
  else if (event.key === "Enter" || event.key === "Tab") take(field, chosen.dataset.take);
  else if (event.key === "Escape") closeList(field);
  else if (event.key !== "ArrowDown" && event.key !== "ArrowUp") return;
  event.preventDefault();
});

document.addEventListener("mousedown", (event) => {
  const option = event.target.closest(".placeholder-list > li");
  if (!option) return;
  event.preventDefault(); // the field keeps the focus
  take(option.closest("[data-placeholders]").querySelector("input"), option.dataset.take);
});

document.addEventListener("focusout", (event) => {
  if (event.target.matches("[data-placeholders] > input")) closeList(event.target);
});

// The partner's lists take the place of free text by themselves as long as nobody has typed or pressed
// anything: what a person does is never overtaken by what the page does by itself.
let touched = false;
document.addEventListener("input", (event) => {
  if (event.target.closest("#paths")) touched = true;
});
document.addEventListener("click", (event) => {
  if (event.isTrusted && event.target.closest("#paths button")) touched = true;
});

function useListsWhenUntouched() {
  const button = document.querySelector('[data-when-untouched="found"]');
  if (button && !touched) button.click();
}

document.addEventListener("DOMContentLoaded", makeComboboxes);
document.addEventListener("htmx:afterSettle", () => {
  makeComboboxes();
  useListsWhenUntouched();
});

// A sample that is dropped on its field, or anywhere near it.
for (const kind of ["dragenter", "dragover", "dragleave", "drop"]) {
  document.addEventListener(kind, (event) => {
    const place = event.target.closest && event.target.closest("[data-drop]");
    if (!place || !event.dataTransfer.types.includes("Files")) return;
    event.preventDefault();
    place.classList.toggle("dropping", kind === "dragenter" || kind === "dragover");
    if (kind === "drop") place.querySelector("input[type=file]").files = event.dataTransfer.files;
  });
}
