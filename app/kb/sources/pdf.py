"""PDF files as text, read in a process of its own that may take only so much memory and time: a PDF can be a bomb.

Run as a module it is that process: the file comes on standard input, its pages leave as JSON.
"""

import json
import resource
import subprocess
import sys
from io import BytesIO

from app.kb.sources.types import Unreadable

LARGEST = 30_000_000
"""Bytes."""
PAGES = 1_000
CHARACTERS = 3_000_000
SECONDS = 60
MEMORY = 1_500_000_000
"""Bytes of address space."""


def of_pdf(content: bytes, *, seconds: int = SECONDS) -> tuple[str, str]:
    """Title and text, a heading for each page. Raises ``Unreadable`` for what is too large, encrypted, damaged or a picture."""
    if len(content) > LARGEST:
        raise Unreadable(f"the PDF has more than {LARGEST // 1_000_000} MB", "split it, or leave its pictures out")
    command = [sys.executable, "-m", __name__, str(seconds)]
    try:
        ran = subprocess.run(command, input=content, capture_output=True, timeout=seconds + 5, check=False)  # noqa: S603
    except subprocess.TimeoutExpired as error:
        raise Unreadable("the PDF takes too long to read", "export it again, or give its text as Markdown") from error
    if ran.returncode:
        raise Unreadable("the PDF is damaged, protected or too large to read", "export it again without a password")
    found = json.loads(ran.stdout)
    if not "".join(found["pages"]).strip():
        raise Unreadable("the PDF holds no text, perhaps only pictures of it", "run it through text recognition first")
    text = "\n\n".join(
        f"## Page {n} {{#page={n}}}\n\n{page}" for n, page in enumerate(found["pages"], 1) if page.strip()
    )
    return found["title"], text


def _read(content: bytes) -> dict[str, object]:
    from pypdf import PdfReader  # noqa: PLC0415  # only that process needs it

    reader = PdfReader(BytesIO(content))
    pages, left = [], CHARACTERS
    for page in reader.pages[:PAGES]:
        pages.append(page.extract_text()[:left])
        left -= len(pages[-1])
        if left <= 0:
            break
    return {"title": str((reader.metadata and reader.metadata.title) or "")[:300], "pages": pages}


if __name__ == "__main__":
    seconds = int(sys.argv[1])
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds))
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    json.dump(_read(sys.stdin.buffer.read()), sys.stdout)
