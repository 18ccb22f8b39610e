"""The pages of scores, put together for the site."""

from __future__ import annotations

from lms.web import contests, exports, gradebook, outside, own_scores, regrades, score_words

SCORE_PAGES = (
    contests.bp,
    exports.bp,
    gradebook.bp,
    outside.bp,
    own_scores.bp,
    regrades.bp,
    score_words.bp,
)
