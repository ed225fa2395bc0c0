"""What is kept of pure functions' values: made once, never more than there is room for, and let go with who asked."""

from app.reading import kept
from app.reading.kept import Keeper


class Doubling:
    """Counts how often it is asked."""

    def __init__(self) -> None:
        self.asked = 0

    def __call__(self, number: int) -> int:
        self.asked += 1
        return 2 * number


def test_a_value_is_made_once_for_each_way_of_making_it() -> None:
    keeper, doubling, another = Keeper(), Doubling(), Doubling()
    assert [keeper.of("da", doubling)[3] for _ in range(5)] == [6] * 5
    assert keeper.of("en", another)[3] == 6
    assert (doubling.asked, another.asked) == (1, 1)


def test_no_more_is_kept_than_there_is_room_for_and_it_is_given_back() -> None:
    keeper, doubling = Keeper(), Doubling()
    before = kept._room.left
    values = keeper.of("da", doubling)
    assert [values[number] for number in range(before + 50)] == [2 * number for number in range(before + 50)]
    assert len(values) == before
    assert kept._room.left == 0
    assert Keeper().of("da", doubling)[7] == 14
    del keeper, values
    assert kept._room.left == before
