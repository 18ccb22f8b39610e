"""The tree of refusals: each says to a person what is wrong and what to do next.

Refusal
├── NotFound        what was asked for does not exist, or not for this person
├── NotAllowed      this person may not do it
│   └── NotSignedIn it is not known who asks
├── Conflict        not now, or not any more
├── TooMany         too often: wait
├── Invalid         the input is not usable as it is
│   ├── TooLarge    the input is larger than the site takes
│   └── Several     more than one thing is wrong with it
└── Unavailable     our fault, for a while
"""

from __future__ import annotations

from collections.abc import Sequence


class Refusal(Exception):
    """Base of all refusals; `str(refusal)` is a sentence for the person who asked.

    :param sentence: in French, as translators find it; values stand as `%(name)s`.
    """

    def __init__(self, sentence: str, **values: object) -> None:
        super().__init__(sentence % values if values else sentence)
        self.sentence = sentence
        self.values = values


class NotFound(Refusal):
    """What was asked for does not exist, or this person may not know that it does."""


class NotAllowed(Refusal):
    """The person is known, and may not do this."""


class NotSignedIn(NotAllowed):
    """It is not known who asks: signing in is the next step."""


class Conflict(Refusal):
    """It cannot be done now, or any more."""


class TooMany(Refusal):
    """It was tried too often; the message says when to try again."""

    def __init__(
        self, sentence: str, *, retry_after_s: int | None = None, **values: object
    ) -> None:
        super().__init__(sentence, **values)
        self.retry_after_s = retry_after_s


class Invalid(Refusal):
    """The input cannot be used as it is; the message says what to change."""


class TooLarge(Invalid):
    """The input is larger than the site takes."""


class Several(Invalid):
    """More than one thing may be wrong with the input; each is a refusal of its own."""

    def __init__(self, problems: Sequence[Invalid]) -> None:
        super().__init__(" ".join(str(problem) for problem in problems))
        self.problems = tuple(problems)


class Unavailable(Refusal):
    """The site cannot do it for a while; nothing was lost."""
