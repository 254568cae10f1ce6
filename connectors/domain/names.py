"""File names: bytes of somebody's machine. Matched folded, stored exactly, sent clean."""

from __future__ import annotations

import os
import re
import unicodedata

TEMPORARY = re.compile(
    r"(\.(part|partial|tmp|temp|crdownload|download|filepart|swp|!ut)$)|(^~\$)|(^\.~lock\.)|(^\.)|(~$)"
    r"|(^(thumbs\.db|desktop\.ini|\.ds_store)$)",
    re.IGNORECASE,
)
"""Names that programs give to what is not a document, or not yet one."""

LONGEST_SENT_NAME = 200
"""Characters; the extension is kept when a longer name is cut."""

LONGEST_SENT_EXTENSION = 20
"""With its dot; what follows the last dot of a longer one is the rest of a sentence."""

FORBIDDEN_IN_SENT = frozenset('/\\"<>|:*?\ufffd')
"""Separators, what Windows forbids, and what stands for bytes that are no UTF-8: an underscore takes their place."""

LONGEST_SHOWN_NAME = 1000
"""Characters: 255 bytes that are no letters need 2,040 of them, and a text column ends somewhere."""

RESERVED = re.compile(r"^(con|prn|aux|nul|com\d|lpt\d)(\..*)?$", re.IGNORECASE)
"""Names of devices under Windows, with any extension."""

UNSAFE_CATEGORIES = {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}
"""Control, format (direction marks), lone surrogates, private and unassigned characters, line ends."""


def is_temporary(name: str) -> bool:
    """Whether a program that is still at work, or the system, left this file here."""
    return bool(TEMPORARY.search(name))


def fold(text: str) -> str:
    """The same for all spellings that a person takes for the same name: NFC, case folded."""
    return unicodedata.normalize("NFC", unicodedata.normalize("NFC", text).casefold())


def fold_for_search(text: str) -> str:
    """Without accents, case and outer spaces: what a search compares."""
    bare = (char for char in unicodedata.normalize("NFKD", text) if not unicodedata.combining(char))
    return unicodedata.normalize("NFKC", "".join(bare).casefold()).strip()


def shown_name(raw: bytes) -> str:
    """The name as a screen and a text column can hold it: every unsafe character stands as its visible code."""
    text = unicodedata.normalize("NFC", raw.decode("utf-8", "surrogateescape"))
    shown = "".join(visible(char) for char in text)
    return shown if len(shown) <= LONGEST_SHOWN_NAME else shown[: LONGEST_SHOWN_NAME - 1] + "…"


def visible(char: str) -> str:
    """The character, or its code in angle quotes where it could not be seen."""
    if unicodedata.category(char) in UNSAFE_CATEGORIES:
        return f"‹{ord(char) - 0xDC00:02X}›" if 0xDC80 <= ord(char) <= 0xDCFF else f"‹U+{ord(char):04X}›"  # noqa: PLR2004 - surrogateescape's range
    return char


def sent_name(raw: bytes) -> str:
    """The clean name that a partner gets: NFC, no control or direction characters, no separators, nothing that Windows keeps for itself.

    Never empty, at most 200 characters; an extension of up to 20 is kept.
    """
    text = unicodedata.normalize("NFC", raw.decode("utf-8", "replace"))
    kept = "".join("_" if char in FORBIDDEN_IN_SENT else char for char in text if unicodedata.category(char) not in UNSAFE_CATEGORIES)
    stem, extension = os.path.splitext(unicodedata.normalize("NFC", kept).strip())
    extension = extension.rstrip(" .")[:LONGEST_SENT_EXTENSION].rstrip(" .")
    stem = stem.strip(" .")[: LONGEST_SENT_NAME - len(extension) - 1].rstrip(" .") or "document"
    return ("_" if RESERVED.match(stem) else "") + stem + extension


def extension_of(name: str) -> str:
    """The extension in lower case without its dot; empty when there is none."""
    return os.path.splitext(name)[1].lstrip(".").casefold()
