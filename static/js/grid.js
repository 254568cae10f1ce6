// <table data-grid>: a spreadsheet's keys and paste. Without a script it is a table of fields that Tab goes through.
"use strict";

(() => {
  const GRID_CELL = "table[data-grid] tbody input";

  function gridCell(event) {
    return event.target instanceof Element ? event.target.closest(GRID_CELL) : null;
  }

  // The cells of a row in the order of its columns; the fields that a person can reach.
  function cellsOf(row) {
    return [...row.querySelectorAll("input:not([type=hidden])")];
  }

  function neighbour(cell, down, right) {
    const row = cell.closest("tr");
    if (right) return cellsOf(row)[cellsOf(row).indexOf(cell) + right];
    const column = cell.closest("td, th").cellIndex;
    let next = down > 0 ? row.nextElementSibling : row.previousElementSibling;
    while (next) {
      const found = next.cells[column] && next.cells[column].querySelector("input:not([type=hidden])");
      if (found) return found;
      next = down > 0 ? next.nextElementSibling : next.previousElementSibling;
    }
    return null;
  }

  function goTo(cell) {
    cell.focus();
    if (cell.type === "text") cell.select();
  }

  // In a text, left and right first go to its end: only there do they leave the cell.
  function leavesSideways(cell, right) {
    if (cell.type !== "text") return true;
    if (cell.selectionStart === 0 && cell.selectionEnd === cell.value.length && cell.value) return true;
    if (cell.selectionStart !== cell.selectionEnd) return false;
    return right > 0 ? cell.selectionEnd === cell.value.length : cell.selectionStart === 0;
  }

  const GRID_KEYS = { ArrowDown: [1, 0], ArrowUp: [-1, 0], ArrowRight: [0, 1], ArrowLeft: [0, -1], Enter: [1, 0] };

  document.addEventListener("keydown", (event) => {
    const cell = gridCell(event);
    if (!cell || event.isComposing || event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.key === "Escape") {
      restoreCell(cell, event);
      return;
    }
    if (!GRID_KEYS[event.key] || (event.shiftKey && event.key !== "Enter")) return;
    let [down, right] = GRID_KEYS[event.key];
    if (event.key === "Enter") {
      event.preventDefault(); // the last cell is no button: a whole table is not saved by a key too many
      down = event.shiftKey ? -1 : 1;
    }
    if (right && !leavesSideways(cell, right)) return;
    const next = neighbour(cell, down, right);
    if (!next) return;
    event.preventDefault();
    goTo(next);
  });

  // Escape gives a cell back what it held when it was entered; a second time, what is saved.
  document.addEventListener("focusin", (event) => {
    const cell = gridCell(event);
    if (cell && cell.type === "text") cell.dataset.entered = cell.value;
  });

  function restoreCell(cell, event) {
    if (cell.type !== "text") return;
    const saved = cell.dataset.saved;
    const before = cell.value !== cell.dataset.entered ? cell.dataset.entered : saved;
    if (before === undefined || before === cell.value) return;
    event.preventDefault();
    write(cell, before);
    cell.select();
  }

  function write(cell, value) {
    cell.value = value;
    cell.dispatchEvent(new Event("input", { bubbles: true }));
  }

  // What differs from what is saved is marked, and counted for everybody.
  function showChanges(table) {
    const cells = [...table.querySelectorAll("tbody input[data-saved]")];
    let changed = 0;
    for (const cell of cells) {
      const differs = cell.value.trim() !== cell.dataset.saved;
      cell.classList.toggle("is-changed", differs);
      changed += differs;
    }
    return changed;
  }

  function say(table, text) {
    const place = table.closest("form").querySelector("[data-grid-status]");
    if (place) place.textContent = text;
  }

  function count(number, singular, plural) {
    return `${number}\u00a0${number > 1 ? plural : singular}`;
  }

  document.addEventListener("input", (event) => {
    const cell = gridCell(event);
    if (cell && cell.type === "text") showChanges(cell.closest("table"));
  });
  document.addEventListener("change", (event) => {
    const cell = gridCell(event);
    if (!cell || cell.type !== "text") return;
    const table = cell.closest("table");
    const changed = showChanges(table);
    say(table, changed ? `${count(changed, "cellule modifiée", "cellules modifiées")} sur cette page, à valider.` : "");
  });
  document.addEventListener("DOMContentLoaded", () => document.querySelectorAll("table[data-grid]").forEach(showChanges));

  // Paste: a block fills the cells to the right and downwards; where rows have data-client, the first of two columns says which client the
  // second is for, by name, folder, SIREN or SIRET.
  document.addEventListener("paste", (event) => {
    const cell = gridCell(event);
    if (!cell || cell.type !== "text") return;
    const text = event.clipboardData.getData("text/plain").replace(/\r?\n$/, "");
    const rows = text.split(/\r?\n/).map((line) => line.split("\t"));
    const columns = Math.max(...rows.map((row) => row.length));
    if (rows.length < 2 && columns < 2) return;
    event.preventDefault();
    if (columns > 1 && cell.closest("tr").dataset.client) pasteByClient(cell, text, rows, columns);
    else pasteBlock(cell, rows);
  });

  function pasteBlock(cell, rows) {
    const table = cell.closest("table");
    let start = cell;
    let filled = 0;
    let left = rows.length;
    for (const values of rows) {
      if (!start) break;
      let target = start;
      for (const value of values) {
        if (!target || target.type !== "text") break;
        write(target, value.trim());
        filled += 1;
        target = neighbour(target, 0, 1);
      }
      left -= 1;
      start = neighbour(start, 1, 0);
    }
    const told = `${count(filled, "cellule remplie", "cellules remplies")}, à valider.`;
    say(table, left ? `${told} ${count(left, "ligne de trop n’a pas été collée", "lignes de trop n’ont pas été collées")}.` : told);
  }

  function folded(text) {
    return text.normalize("NFC").trim().toLocaleLowerCase("fr");
  }

  // What a row can be known by; a text that two rows share knows neither.
  function rowsByClient(table) {
    const known = new Map();
    for (const row of table.tBodies[0].rows) {
      for (const text of new Set((row.dataset.client || "").split("\n").map(folded))) {
        if (text) known.set(text, known.has(text) ? null : row);
      }
    }
    return known;
  }

  function pasteByClient(cell, text, rows, columns) {
    const table = cell.closest("table");
    const known = rowsByClient(table);
    const found = rows.map(([name, value]) => [known.get(folded(name)), (value || "").trim()]);
    const rowsOnce = new Set(found.map(([row]) => row));
    if (columns === 2 && found.every(([row]) => row) && rowsOnce.size === rows.length) {
      let filled = 0;
      for (const [row, value] of found) {
        if (!value) continue; // an empty cell leaves the value as it is, as in a file
        write(row.querySelector("input[data-saved]"), value);
        filled += 1;
      }
      say(table, `${count(filled, "client retrouvé", "clients retrouvés")} et rempli${filled > 1 ? "s" : ""}, à valider.`);
      return;
    }
    pasteElsewhere(table, text);
  }

  // Not all lines are of this page, or a line is of none: the server looks among all clients and shows what it found.
  function pasteElsewhere(table, text) {
    const area = table.closest("form").querySelector("textarea[data-grid-paste]");
    if (!area) return;
    area.value = text;
    area.closest("details").open = true;
    area.focus();
    say(table, "Certaines lignes ne sont pas sur cette page : « Reprendre ces valeurs » les cherche parmi tous les clients.");
  }
})();
