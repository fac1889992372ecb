"""What Chromium printed: the pages of a PDF as text, read as its own writer (Skia) makes them."""

from __future__ import annotations

import re
import zlib

OBJECT = re.compile(rb"(\d+) 0 obj\s*(.*?)(?:endobj|stream\r?\n)", re.DOTALL)
SHOWN = re.compile(rb"/F(\d+) [\d.]+ Tf|<([0-9A-F]+)> Tj|(ET)")


class Paper:
    """A printed document. Spaces are left out of all texts: kerning puts them where nobody wrote one."""

    def __init__(self, pdf: bytes) -> None:
        self._pdf = pdf
        self._objects = {int(found[1]): found for found in OBJECT.finditer(pdf)}
        self._fonts: dict[int, dict[int, str]] = {}
        self.pages = [self._text(int(content)) for content in self._contents()]

    @property
    def text(self) -> str:
        """All pages together."""
        return "".join(self.pages)

    def holds(self, text: str) -> bool:
        """Say whether a text stands on any page."""
        return "".join(text.split()) in self.text

    def _contents(self) -> list[bytes]:
        pages = [found[2] for found in self._objects.values() if re.search(rb"/Type /Page\b", found[2])]
        contents = [re.search(rb"/Contents (\d+) 0 R", page) for page in pages]
        return [found[1] for found in contents if found]

    def _stream(self, number: int) -> bytes:
        found = self._objects[number]
        length = re.search(rb"/Length (\d+)", found[2])
        assert length is not None, f"object {number} is no stream"
        return zlib.decompress(self._pdf[found.end() : found.end() + int(length[1])])

    def _text(self, content: int) -> str:
        font: dict[int, str] = {}
        parts: list[str] = []
        for name, shown, end in SHOWN.findall(self._stream(content)):
            if name:
                font = self._font(int(name))
            elif shown:
                codes = [int(shown[at : at + 4], 16) for at in range(0, len(shown), 4)]
                parts += [font.get(code, "") for code in codes]
            elif end:
                parts.append("\n")
        return "".join("".join(parts).split())

    def _font(self, number: int) -> dict[int, str]:
        """Which letter each glyph of a font is; Skia names font 7 by its object, F7."""
        if number not in self._fonts:
            link = re.search(rb"/ToUnicode (\d+) 0 R", self._objects[number][2])
            assert link is not None, f"font {number} does not say what its glyphs mean"
            self._fonts[number] = _letters(self._stream(int(link[1])).decode("ascii"))
        return self._fonts[number]


def _letters(table: str) -> dict[int, str]:
    found: dict[int, str] = {}
    for block in re.findall(r"beginbfchar\n(.*?)endbfchar", table, re.DOTALL):
        found |= {int(code, 16): _text(text) for code, text in re.findall(r"<(\w+)> <(\w+)>", block)}
    for block in re.findall(r"beginbfrange\n(.*?)endbfrange", table, re.DOTALL):
        for first, last, text in re.findall(r"<(\w+)> <(\w+)> <(\w+)>", block):
            codes = range(int(first, 16), int(last, 16) + 1)
            found |= {code: chr(ord(_text(text)) + step) for step, code in enumerate(codes)}
    return found


def _text(hexadecimal: str) -> str:
    return bytes.fromhex(hexadecimal).decode("utf-16-be")
