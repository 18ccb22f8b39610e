"""Tables: what people do. One import of this package knows them all."""

from lms.models.activities import ActivityAnswer, ActivityAttempt
from lms.models.audit import AuditEvent
from lms.models.base import Base
from lms.models.calendar import Adjustment, AssignmentRules, Closure, Group, GroupMember
from lms.models.drafts import Draft, DraftOutputs, DraftVersion
from lms.models.evidence import Evidence, LevelDecision, LevelWithdrawal, Observation
from lms.models.feedback import Comment, HintView
from lms.models.grading import ExerciseResult, GradingRun, Job, Worker
from lms.models.help import HelpMessage, Question
from lms.models.marks import ManualMark, ManualMarkPart, MarkingPlan, Snippet
from lms.models.own import Note, StudyDay, WeeklyGoal
from lms.models.peers import PeerReview
from lms.models.people import Invitation, SignIn, SignInAttempt, User
from lms.models.progress import PageVisit
from lms.models.promotions import (
    Campus,
    Membership,
    Organisation,
    Programme,
    Promotion,
    PromotionDate,
)
from lms.models.pulls import CoursePull, CourseRemote
from lms.models.referentials import ProgrammeReferential, ReferentialVersion
from lms.models.regrades import Contest, Regrade
from lms.models.rubrics import Rubric, RubricUse, RubricVersion
from lms.models.scores import (
    Gradebook,
    OutsideImport,
    OutsideMark,
    Score,
    ScoreOverride,
)
from lms.models.submissions import AssignmentVersion, Submission
from lms.models.watching import AlertAside, AlertSetting, WorkTrace

__all__ = [
    "ActivityAnswer",
    "ActivityAttempt",
    "Adjustment",
    "AlertAside",
    "AlertSetting",
    "AssignmentRules",
    "AssignmentVersion",
    "AuditEvent",
    "Base",
    "Campus",
    "Closure",
    "Comment",
    "Contest",
    "CoursePull",
    "CourseRemote",
    "Draft",
    "DraftOutputs",
    "DraftVersion",
    "Evidence",
    "ExerciseResult",
    "Gradebook",
    "GradingRun",
    "Group",
    "GroupMember",
    "HelpMessage",
    "HintView",
    "Invitation",
    "Job",
    "LevelDecision",
    "LevelWithdrawal",
    "ManualMark",
    "ManualMarkPart",
    "MarkingPlan",
    "Membership",
    "Note",
    "Observation",
    "Organisation",
    "OutsideImport",
    "OutsideMark",
    "PageVisit",
    "PeerReview",
    "Programme",
    "ProgrammeReferential",
    "Promotion",
    "PromotionDate",
    "Question",
    "ReferentialVersion",
    "Regrade",
    "Rubric",
    "RubricUse",
    "RubricVersion",
    "Score",
    "ScoreOverride",
    "SignIn",
    "SignInAttempt",
    "Snippet",
    "StudyDay",
    "Submission",
    "User",
    "WeeklyGoal",
    "WorkTrace",
    "Worker",
]
