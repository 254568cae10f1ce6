// <a data-dialog> or <form method="get" data-dialog>: what the page would ask is asked in a dialog. Without a script, or when the page
// cannot be fetched, one goes there. The page marks the part with data-dialog-body; a link with data-dialog-close closes the dialog.
"use strict";

function makeDialog(title, body) {
  const dialog = document.createElement("dialog");
  dialog.className = "dialog";
  const heading = document.createElement("h2");
  heading.id = "dialog-title";
  heading.textContent = title;
  dialog.setAttribute("aria-labelledby", heading.id);
  body.className = "dialog-body";
  dialog.append(heading, body);
  dialog.addEventListener("close", () => dialog.remove());
  dialog.addEventListener("click", (event) => {
    if (event.target !== dialog && !event.target.closest("[data-dialog-close]")) return;
    event.preventDefault();
    dialog.close();
  });
  return dialog;
}

async function openDialog(address, opener) {
  try {
    const answer = await fetch(address, { credentials: "same-origin" });
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    const body = page.querySelector("[data-dialog-body]");
    if (!answer.ok || !body) throw new Error("no dialog");
    const dialog = makeDialog(page.querySelector("h1").textContent.trim(), document.adoptNode(body));
    document.body.append(dialog);
    dialog.addEventListener("close", () => opener.focus());
    dialog.showModal();
  } catch {
    window.location.assign(address);
  }
}

document.addEventListener("click", (event) => {
  const link = event.target.closest("a[data-dialog]");
  if (!link || event.ctrlKey || event.metaKey || event.shiftKey || event.button) return;
  event.preventDefault();
  openDialog(link.href, link);
});

document.addEventListener("submit", (event) => {
  const form = event.target.closest("form[data-dialog]");
  if (!form || form.method !== "get") return;
  event.preventDefault();
  openDialog(form.action, event.submitter || form);
});
