"""Who may do what: one table of rights, asked by (actor, action, subject)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from lms.domain.words import mark
from lms.errors import NotAllowed, NotFound, NotSignedIn


class Role(StrEnum):
    """What a person is in one promotion."""

    LEARNER = "apprenant"
    TRAINER = "formateur"
    COHORT_MANAGER = "charge-de-promotion"
    TUTOR = "tuteur"
    FUNDER = "financeur"
    JURY = "jury"


class Action(StrEnum):
    """What can be asked of the platform."""

    USE_ACCOUNT = "use-account"  # home page, own account, signing out
    READ_COURSE = "read-course"  # lessons, released notebooks and their data
    HAND_IN = "hand-in"
    USE_WORKBENCH = "use-workbench"  # a draft and a kernel of one's own
    ASK_HINT = "ask-hint"
    COMMENT = "comment"  # on a submission
    SEE_SUBMISSION = "see-submission"  # state, feedback and the file as it was handed in
    ASK = "ask"  # a question to the trainers
    FOLLOW_QUESTION = "follow-question"  # read it, write in it
    OWN_QUESTION = "own-question"  # close it, share it with the promotion
    SEE_RESULTS = "see-results"  # the table of a promotion, its members
    FOLLOW_UP = "follow-up"  # set an alert aside, write to the learner
    SET_ALERT_RULES = "set-alert-rules"
    READ_TESTS = "read-tests"  # what hidden tests ask
    INVITE = "invite"
    ENROL = "enrol"  # begin, end and change the roles of people in a promotion
    SET_TERMS = "set-terms"  # dates, groups, adjustments and rules of a promotion
    SEE_JOURNAL = "see-journal"  # who changed what in a promotion
    GRADE = "grade"  # set scores, weigh and regrade them, bring in marks from elsewhere
    CONTEST = "contest"  # the result of one's own submission
    COMPARE = "compare"  # works of a promotion, side by side
    SEE_COMPETENCES = "see-competences"  # the matrix of a promotion
    SEE_SHEET = "see-sheet"  # one learner's levels with their evidence
    DECIDE_LEVEL = "decide-level"
    OBSERVE = "observe"  # note what one saw of a learner's competence
    FOLLOW_VERSION = "follow-version"  # have a promotion follow another referential's version
    READ_MARKS = "read-marks"  # the queue of works to read, and what markers wrote
    MARK = "mark"  # mark works, write rubrics, decide how an assignment is marked
    KEEP_SNIPPETS = "keep-snippets"  # sentences of one's own
    REVIEW = "review"  # the work of a peer that was assigned
    PUBLISH = "publish"  # a course: see where it comes from, have it fetched anew
    SEE_SOURCE = "see-source"  # of an assignment: solutions and hidden tests
    OPERATE = "operate"  # the installation itself, nobody's work


@dataclass(frozen=True, kw_only=True)
class Actor:
    """Whoever asks, at this moment.

    :param user_id: None when nobody is signed in.
    :param roles: roles that hold now, by promotion id; an ended membership gives none.
    """

    user_id: int | None = None
    is_operator: bool = False
    roles: Mapping[int, frozenset[Role]] = field(default_factory=dict)

    @property
    def is_signed_in(self) -> bool:
        """Whether it is known who asks."""
        return self.user_id is not None

    def promotions(self, *roles: Role) -> frozenset[int]:
        """Return the promotions in which the actor has one of these roles, or any role."""
        wanted = frozenset(roles or Role)
        return frozenset(key for key, held in self.roles.items() if held & wanted)


ANONYMOUS = Actor()


@dataclass(frozen=True, kw_only=True)
class Subject:
    """What an action is done to.

    :param promotion_ids: promotions that it belongs to: a course belongs to all that follow it.
    :param owner_id: the person whose work it is.
    """

    promotion_ids: frozenset[int] = frozenset()
    owner_id: int | None = None


@dataclass(frozen=True, kw_only=True)
class Right:
    """Who may do one action; whoever is not named may not.

    :param roles: with one of these roles in one of the subject's promotions.
    :param roles_anywhere: with one of these roles in any promotion.
    :param is_for_owner: the owner may, whatever became of the membership.
    :param is_for_operator: operators may.
    :param is_for_everyone: anybody who is signed in may.
    :param is_secret: who may not do it may not learn that the subject exists either.
    """

    roles: frozenset[Role] = frozenset()
    roles_anywhere: frozenset[Role] = frozenset()
    is_for_owner: bool = False
    is_for_operator: bool = False
    is_for_everyone: bool = False
    is_secret: bool = False


#: Said of what does not exist and of what is hidden alike, so that nobody can tell them apart.
HIDDEN = mark("Cette page n’existe pas, ou elle ne vous est pas ouverte.")

STAFF = frozenset({Role.TRAINER, Role.COHORT_MANAGER})

RIGHTS: Mapping[Action, Right] = {
    Action.USE_ACCOUNT: Right(is_for_everyone=True),
    Action.READ_COURSE: Right(
        roles=STAFF | {Role.LEARNER, Role.TUTOR, Role.JURY},
        # Trainers prepare the next course before a promotion follows it.
        roles_anywhere=frozenset({Role.TRAINER}),
        is_for_operator=True,
    ),
    Action.HAND_IN: Right(roles=frozenset({Role.LEARNER})),
    Action.USE_WORKBENCH: Right(roles=frozenset({Role.LEARNER, Role.TRAINER})),
    Action.ASK_HINT: Right(roles=frozenset({Role.LEARNER})),
    Action.COMMENT: Right(roles=frozenset({Role.TRAINER}), is_secret=True),
    Action.SEE_SUBMISSION: Right(roles=STAFF, is_for_owner=True, is_secret=True),
    Action.ASK: Right(roles=frozenset({Role.LEARNER})),
    Action.FOLLOW_QUESTION: Right(roles=STAFF, is_for_owner=True, is_secret=True),
    Action.OWN_QUESTION: Right(is_for_owner=True, is_secret=True),
    Action.SEE_RESULTS: Right(roles=STAFF),
    Action.FOLLOW_UP: Right(roles=STAFF),
    Action.SET_ALERT_RULES: Right(roles=frozenset({Role.TRAINER})),
    Action.READ_TESTS: Right(roles=frozenset({Role.TRAINER})),
    Action.INVITE: Right(roles=frozenset({Role.COHORT_MANAGER})),
    Action.ENROL: Right(roles=frozenset({Role.COHORT_MANAGER})),
    Action.SET_TERMS: Right(roles=STAFF),
    Action.SEE_JOURNAL: Right(roles=STAFF, is_for_operator=True),
    Action.GRADE: Right(roles=frozenset({Role.TRAINER})),
    Action.CONTEST: Right(is_for_owner=True, is_secret=True),
    Action.COMPARE: Right(roles=frozenset({Role.TRAINER})),
    Action.SEE_COMPETENCES: Right(roles=STAFF | {Role.JURY}),
    Action.SEE_SHEET: Right(roles=STAFF | {Role.JURY}, is_for_owner=True, is_secret=True),
    Action.DECIDE_LEVEL: Right(roles=frozenset({Role.TRAINER, Role.JURY})),
    Action.OBSERVE: Right(roles=frozenset({Role.TRAINER})),
    Action.FOLLOW_VERSION: Right(roles=frozenset({Role.COHORT_MANAGER})),
    Action.READ_MARKS: Right(roles=STAFF),
    Action.MARK: Right(roles=frozenset({Role.TRAINER})),
    Action.KEEP_SNIPPETS: Right(roles_anywhere=frozenset({Role.TRAINER}), is_secret=True),
    # The owner of a review is who writes it.
    Action.REVIEW: Right(is_for_owner=True, is_secret=True),
    Action.PUBLISH: Right(roles=frozenset({Role.TRAINER}), is_for_operator=True),
    Action.SEE_SOURCE: Right(roles=frozenset({Role.TRAINER})),
    Action.OPERATE: Right(is_for_operator=True, is_secret=True),
}


def may(actor: Actor, action: Action, subject: Subject | None = None) -> bool:
    """Whether this actor may do this to that subject."""
    subject = subject or Subject()
    right = RIGHTS.get(action)
    if right is None or not actor.is_signed_in:
        return False
    return (
        right.is_for_everyone
        or (right.is_for_operator and actor.is_operator)
        or (right.is_for_owner and subject.owner_id == actor.user_id)
        or bool(_roles_in(actor, subject) & right.roles)
        or bool(_roles_in(actor, None) & right.roles_anywhere)
    )


def require(actor: Actor, action: Action, subject: Subject | None = None) -> None:
    """Return when the actor may; refuse otherwise.

    :raises NotSignedIn: if nobody is signed in.
    :raises NotFound: if the person may not know that the subject exists.
    :raises NotAllowed: if the person knows the subject and may not do this to it.
    """
    if not actor.is_signed_in:
        raise NotSignedIn("Cette page demande de se connecter.")
    if may(actor, action, subject):
        return
    if RIGHTS[action].is_secret or not _roles_in(actor, subject or Subject()):
        raise NotFound(HIDDEN)
    raise NotAllowed(
        "Votre rôle dans cette promotion ne le permet pas. "
        "Si vous devriez y avoir accès, écrivez à votre chargé ou chargée de promotion."
    )


def _roles_in(actor: Actor, subject: Subject | None) -> frozenset[Role]:
    """Return the actor's roles in the subject's promotions; in all of them without subject."""
    keys = actor.roles.keys() if subject is None else subject.promotion_ids & actor.roles.keys()
    return frozenset().union(*(actor.roles[key] for key in keys))
