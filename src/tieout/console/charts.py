"""Charts drawn on the server as SVG: lines over days, with labels at their ends and a title for those who listen.

The only place whose markup is marked safe: every text in it is escaped here. No styles of its own, for the content
security policy; classes are in the style sheet. Figures are whole numbers, so that money never becomes a float.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from markupsafe import Markup, escape

WIDTH: Final = 640
HEIGHT: Final = 220
LEFT: Final = 72
TOP: Final = 16
BOTTOM: Final = 28
LETTER: Final = 7
"""About so wide is a letter of the labels."""
LABEL_MAX: Final = 24
STEPS: Final = 4
LABEL_APART: Final = 14


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One line: a figure for some days, in order; days that nobody counted are left out, and the line is broken."""

    name: str
    points: Sequence[tuple[date, int]]
    is_dashed: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Chart:
    """What a chart shows: a title, one sentence of what to see, lines, and a target where there is one."""

    title: str
    sentence: str
    lines: Sequence[Line]
    write: Callable[[int], str]
    """How a figure is written."""
    target: int | None = None
    target_name: str = ""
    steps: Sequence[int] = (1, 2, 5)
    """What the figures of the axis are multiples of, times tens."""
    unit: int = 1
    """Figures of the axis are multiples of this."""


def draw(chart: Chart, name: str) -> Markup:
    """The chart as SVG; empty where there is nothing to draw. `name` tells its parts from those of other charts."""
    days = sorted({day for line in chart.lines for day, _ in line.points})
    if not days:
        return Markup()
    places = _Places.of(chart, days)
    parts = [
        Markup(
            '<svg class="chart" viewBox="0 0 {} {}" role="img" aria-labelledby="{}-title {}-desc" focusable="false">'
        ).format(WIDTH, HEIGHT, name, name),
        Markup('<title id="{}-title">{}</title><desc id="{}-desc">{}</desc>').format(
            name, _clean(chart.title), name, _clean(chart.sentence)
        ),
        *_axis(chart, places),
        *_target(chart, places),
        *(_line(line, number, places) for number, line in enumerate(chart.lines)),
        *_labels(chart, places),
        Markup("</svg>"),
    ]
    return Markup("").join(parts)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Places:
    """Where days and figures are on the page: whole tenths of a unit, worked out in whole numbers."""

    first: date
    last: date
    highest: int
    right: int

    @classmethod
    def of(cls, chart: Chart, days: Sequence[date]) -> _Places:
        figures = [figure for line in chart.lines for _, figure in line.points]
        longest = max((len(_short(line.name)) for line in chart.lines), default=0)
        longest = max(longest, len(_short(chart.target_name)))
        highest = _round_up(max([*figures, chart.target or 0, STEPS * chart.unit]), chart)
        return cls(first=days[0], last=days[-1], highest=highest, right=WIDTH - longest * LETTER - 12)

    def x(self, day: date) -> str:
        span = (self.last - self.first).days
        width = (self.right - LEFT) * 10
        return _tenths(LEFT * 10 + (width * (day - self.first).days // span if span else width // 2))

    def y_tenths(self, figure: int) -> int:
        height = (HEIGHT - TOP - BOTTOM) * 10
        return (HEIGHT - BOTTOM) * 10 - height * min(max(figure, 0), self.highest) // self.highest

    def y(self, figure: int) -> str:
        return _tenths(self.y_tenths(figure))


def _axis(chart: Chart, places: _Places) -> list[Markup]:
    made = []
    for step in range(STEPS + 1):
        figure = places.highest * step // STEPS
        y = places.y(figure)
        made.append(Markup('<line class="grid" x1="{}" x2="{}" y1="{}" y2="{}"/>').format(LEFT, places.right, y, y))
        made.append(
            Markup('<text class="tick" x="{}" y="{}" text-anchor="end" dy="4">{}</text>').format(
                LEFT - 6, y, _clean(chart.write(figure))
            )
        )
    for day, anchor in _named_days(places):
        made.append(
            Markup('<text class="tick" x="{}" y="{}" text-anchor="{}">{}</text>').format(
                places.x(day), HEIGHT - 8, anchor, f"{day.day} {day:%b}"
            )
        )
    return made


def _named_days(places: _Places) -> list[tuple[date, str]]:
    span = (places.last - places.first).days
    if not span:
        return [(places.first, "middle")]
    ends = [(places.first, "start"), (places.last, "end")]
    return ends if span < 4 else [ends[0], (places.first + timedelta(days=span // 2), "middle"), ends[1]]


def _target(chart: Chart, places: _Places) -> list[Markup]:
    if chart.target is None:
        return []
    y = places.y(chart.target)
    return [Markup('<line class="target" x1="{}" x2="{}" y1="{}" y2="{}"/>').format(LEFT, places.right, y, y)]


def _line(line: Line, number: int, places: _Places) -> Markup:
    """The line in pieces of days that follow one another; a day alone is a dot."""
    made = Markup("")
    kind = f"line series-{number % 3 + 1}{' dashed' if line.is_dashed else ''}"
    for piece in _pieces(line.points):
        if len(piece) == 1:
            day, figure = piece[0]
            made += Markup('<circle class="{}" cx="{}" cy="{}" r="3"/>').format(kind, places.x(day), places.y(figure))
        else:
            points = " ".join(f"{places.x(day)},{places.y(figure)}" for day, figure in piece)
            made += Markup('<polyline class="{}" points="{}"/>').format(kind, points)
    return made


def _pieces(points: Sequence[tuple[date, int]]) -> list[list[tuple[date, int]]]:
    pieces: list[list[tuple[date, int]]] = []
    for day, figure in sorted(dict(points).items()):
        if pieces and day - pieces[-1][-1][0] == timedelta(days=1):
            pieces[-1].append((day, figure))
        else:
            pieces.append([(day, figure)])
    return pieces


def _labels(chart: Chart, places: _Places) -> list[Markup]:
    """The lines' names at their ends, one below the other where they would meet."""
    ends = [(places.y_tenths(max(line.points)[1]), _short(line.name)) for line in chart.lines if line.points]
    if chart.target is not None and chart.target_name:
        ends.append((places.y_tenths(chart.target), _short(chart.target_name)))
    made, free = [], 0
    for y, name in sorted(ends):
        place = max(y, free)
        free = place + LABEL_APART * 10
        made.append(
            Markup('<text class="label" x="{}" y="{}" dy="4">{}</text>').format(places.right + 8, _tenths(place), name)
        )
    return made


def _round_up(figure: int, chart: Chart) -> int:
    """The lowest round figure that is no lower, so that a quarter of it can be written at the axis."""
    of = chart.unit
    while True:
        for step in chart.steps:
            if STEPS * step * of >= figure:
                return STEPS * step * of
        of *= 10


def _tenths(tenths: int) -> str:
    return f"{tenths // 10}.{tenths % 10}"


def _short(name: str) -> str:
    name = "".join(char for char in name if char.isprintable())
    return name if len(name) <= LABEL_MAX else name[: LABEL_MAX - 1] + "…"


def _clean(text: str) -> Markup:
    """A text escaped, without characters that no XML may hold."""
    return escape("".join(char for char in text if char.isprintable()))
