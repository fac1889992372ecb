"""Charts stand whatever they are given: they are well-formed, within their box, and every text is escaped."""

from __future__ import annotations

from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from tieout.console.charts import HEIGHT, WIDTH, Chart, Line, draw

FIRST = date(2026, 1, 1)
NAMES = st.text(max_size=40)
POINTS = st.lists(
    st.tuples(
        st.dates(date(1990, 1, 1), date(2190, 1, 1)) | st.integers(0, 40).map(lambda n: FIRST + timedelta(days=n)),
        st.integers(0, 10**15) | st.integers(-5, 5),
    ),
    max_size=40,
).map(lambda points: sorted(dict(points).items()))
LINES = st.lists(st.builds(Line, name=NAMES, points=POINTS, is_dashed=st.booleans()), max_size=4)
CHARTS = st.builds(
    Chart,
    title=NAMES,
    sentence=NAMES,
    lines=LINES,
    write=st.just(str),
    target=st.none() | st.integers(0, 10**9),
    target_name=NAMES,
    steps=st.sampled_from([(1, 2, 5), (1, 2, 3, 6)]),
    unit=st.sampled_from([1, 100, 3600]),
)
NUMBERS = {"x", "y", "x1", "x2", "y1", "y2", "cx", "cy"}


@given(chart=CHARTS)
def test_any_chart_is_well_formed_within_its_box_and_says_what_it_was_given(chart: Chart) -> None:
    drawn = str(draw(chart, "a"))
    if not any(line.points for line in chart.lines):
        assert drawn == ""
        return
    tree = etree.fromstring(drawn)
    assert {element.tag for element in tree.iter()} <= {
        "svg", "title", "desc", "line", "text", "polyline", "circle",
    }  # fmt: skip
    for element in tree.iter():
        assert "style" not in element.attrib
        assert not any(str(name).startswith("on") for name in element.attrib)
        for name, value in element.attrib.items():
            if name in NUMBERS:
                assert 0 <= float(value) <= max(WIDTH, HEIGHT), (element.tag, name, value)
        for pair in element.get("points", "").split():
            x, y = pair.split(",")
            assert 0 <= float(x) <= WIDTH
            assert 0 <= float(y) <= HEIGHT
    title = tree.find("title")
    assert title is not None
    assert (title.text or "") == "".join(char for char in chart.title if char.isprintable())
    on_lines = sum(len(one.get("points", "").split()) for one in tree.iter("polyline"))
    assert on_lines + len(list(tree.iter("circle"))) == sum(len(line.points) for line in chart.lines)


def one_line(points: list[tuple[date, int]]) -> str:
    """A chart of one line."""
    return str(draw(Chart(title="t", sentence="s", lines=[Line(name="n", points=points)], write=str), "a"))


def test_markup_in_a_name_is_text() -> None:
    line = Line(name="<script>alert(1)</script>", points=[(FIRST, 1), (FIRST + timedelta(days=1), 2)])
    chart = Chart(title="</title><b>", sentence='"&', lines=[line], write=str)
    drawn = str(draw(chart, "a"))
    assert "<script" not in drawn
    assert "<b>" not in drawn


def test_higher_figures_are_higher_up_and_later_days_further_right() -> None:
    points = [(FIRST + timedelta(days=day), figure) for day, figure in enumerate((0, 5, 10))]
    tree = etree.fromstring(one_line(points))
    (line,) = tree.iter("polyline")
    places = [tuple(map(float, pair.split(","))) for pair in line.get("points", "").split()]
    assert sorted(places) == places
    assert [y for _, y in places] == sorted((y for _, y in places), reverse=True)


def test_a_day_that_nobody_counted_breaks_the_line() -> None:
    points = [(FIRST + timedelta(days=day), 5) for day in (0, 1, 3, 4, 9)]
    drawn = one_line(points)
    assert drawn.count("<polyline") == 2
    assert drawn.count("<circle") == 1


def test_a_line_of_noughts_lies_on_the_axis() -> None:
    points = [(FIRST, 0), (FIRST + timedelta(days=1), 0)]
    tree = etree.fromstring(one_line(points))
    axis = max(float(line.get("y1", "0")) for line in tree.iter("line"))
    (line,) = tree.iter("polyline")
    assert {float(pair.split(",")[1]) for pair in line.get("points", "").split()} == {axis}
