"""What `make bench` compares by is right: turns, ratios, goals, and when two answers count as the same."""

import copy
from typing import Any

import pytest

from bench.contest import difference, wrong_cursors
from bench.parts import Verdict
from bench.rounds import Comparison, Turn, percentile, take_turns

PAGE: dict[str, Any] = {
    "customers": {
        "edges": [{"cursor": "b25l", "node": {"name": "Vejle"}}, {"cursor": "dHdv", "node": {"name": "Ribe"}}],
        "pageInfo": {"hasNextPage": True, "startCursor": "b25l", "endCursor": "dHdv"},
    }
}


def changed(*path: str | int, to: object) -> dict[str, Any]:
    """The page with another value somewhere."""
    page = copy.deepcopy(PAGE)
    found: Any = page
    for step in path[:-1]:
        found = found[step]
    found[path[-1]] = to
    return page


def test_answers_that_differ_in_their_cursors_alone_are_the_same() -> None:
    assert difference(PAGE, changed("customers", "edges", 0, "cursor", to="dW4=")) is None


@pytest.mark.parametrize(
    ("path", "value"),
    [
        (("customers", "edges", 1, "node", "name"), "Esbjerg"),
        (("customers", "edges", 1, "node"), None),
        (("customers", "edges"), []),
        (("customers", "edges", 0, "cursor"), ""),
        (("customers", "pageInfo", "endCursor"), None),
        (("customers", "pageInfo", "hasNextPage"), 1),
    ],
)
def test_any_other_difference_is_told_with_its_place(path: tuple[str | int, ...], value: object) -> None:
    found = difference(PAGE, changed(*path, to=value))
    assert found is not None
    assert found.startswith("data." + ".".join(map(str, path)))


def test_fields_in_another_order_are_a_difference() -> None:
    assert difference({"a": 1, "b": 2}, {"b": 2, "a": 1}) is not None


def test_cursors_differ_within_a_list_and_agree_with_its_page_info() -> None:
    assert wrong_cursors(PAGE) is None
    assert wrong_cursors(changed("customers", "edges", 1, "cursor", to="b25l")) is not None
    assert wrong_cursors(changed("customers", "pageInfo", "startCursor", to="dHdv")) is not None


def test_each_round_begins_with_another_variant_and_ratios_are_within_a_round() -> None:
    order: list[str] = []
    seconds = {"bare": 1.0, "adgang": 0.5, "bare, again": 1.0}

    def take(name: str) -> Turn:
        order.append(name)
        slow = 10 if len(order) > 3 else 1  # all of the second round is ten times as slow
        return Turn(seconds[name] * slow, seconds[name], [0.1])

    comparison = Comparison("one", ("bare", "adgang"), take)
    take_turns([comparison], rounds=2, seconds=60)
    assert order == ["bare", "adgang", "bare, again", "adgang", "bare, again", "bare"]
    ratio = comparison.ratio("adgang", "rate")
    assert (ratio.lowest, ratio.median, ratio.highest) == (2.0, 2.0, 2.0)
    assert comparison.ratio("bare, again", "rate").median == 1.0


def test_a_percentile_is_one_of_the_values() -> None:
    values = [float(number) for number in range(1, 101)]
    assert (percentile(values, 50), percentile(values, 99), percentile([7.0], 99)) == (50.0, 99.0, 7.0)


@pytest.mark.parametrize(
    ("reached", "least", "most", "met"),
    [(1.5, 1.5, None, True), (1.49, 1.5, None, False), (7.0, None, 7.0, True), (7.1, None, 7.0, False)],
)
def test_a_goal_is_met_up_to_its_bound(reached: float, least: float | None, most: float | None, met: bool) -> None:
    assert Verdict("page", "bare", reached, str(reached), least, most).met is met
