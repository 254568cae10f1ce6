"""The small page that shows what was received."""

from __future__ import annotations

from html import escape
from typing import Any

STYLE = b"""body{font:16px/1.5 system-ui,sans-serif;max-width:70rem;margin:2rem auto;padding:0 1rem;color:#1c2430;background:#fff}
table{border-collapse:collapse;width:100%}th,td{text-align:left;padding:.4rem .6rem;border-bottom:1px solid #d5dae2}th{color:#4a5565}
.scroll{overflow-x:auto}@media(prefers-color-scheme:dark){body{background:#11151b;color:#e6eaf0}td,th{border-color:#2d3642}th{color:#a9b4c3}}"""

COLUMNS = (
    ("nomFichier", "Document"),
    ("codeClient", "Code client"),
    ("domaine", "Domaine"),
    ("type", "Type"),
    ("taille", "Octets"),
    ("statut", "Statut"),
    ("id", "Identifiant"),
)
SHOWN = 500


def render_page(documents: list[dict[str, Any]]) -> bytes:
    """The newest first."""
    head = "".join(f"<th scope='col'>{label}</th>" for _, label in COLUMNS)
    rows = "".join(
        "<tr>" + "".join(f"<td>{escape(str(item.get(name, '')))}</td>" for name, _ in COLUMNS) + "</tr>"
        for item in reversed(documents[-SHOWN:])
    )
    empty = "" if documents else "<p>Rien n’a encore été reçu.</p>"
    page = f"""<!doctype html><html lang="fr"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>Simulateur Illinks</title><link rel="stylesheet" href="/style.css"></head><body><main><h1>Simulateur Illinks</h1>
<p>Ce serveur joue le rôle du partenaire. Documents reçus : {len(documents)}.</p>{empty}
<div class="scroll" tabindex="0" role="region" aria-label="Documents reçus"><table><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table></div>
</main></body></html>"""
    return page.encode()
