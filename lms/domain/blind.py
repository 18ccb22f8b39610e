"""Numbers that stand for works in addresses and, in blind marking, for the names too."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from hashlib import sha256
from itertools import count

#: Of four digits, as long as an assignment has fewer works than that in a promotion.
FIRST, LAST = 1000, 9999


def numbers(ids: Collection[int], *, key: str) -> Mapping[int, int]:
    """Return a number for each work, which tells nothing about whose it is or when it came.

    A work keeps its number when others come after it. Beyond half of the four-digit
    numbers, they get longer.

    :param ids: of all the works of an assignment in a promotion.
    :param key: a secret of the installation, so that nobody can make the list themselves.

    >>> found = numbers([1, 2, 3], key="secret")
    >>> found == {**numbers([1, 2], key="secret"), 3: found[3]}
    True
    """
    taken: dict[int, int] = {}
    for place, id_ in enumerate(sorted(ids)):
        span = (LAST + 1 - FIRST) * (1 + place // 4500)
        for attempt in count():
            digest = sha256(f"{key}:{id_}:{attempt}".encode()).digest()
            number = FIRST + int.from_bytes(digest[:8]) % span
            if number not in taken:
                taken[number] = id_
                break
    return {id_: number for number, id_ in taken.items()}
