"""Mapping tables as people change them: proposed by one person, approved by another, undone by a new proposal.

A row is never overwritten: every change is a version with the days on which it is in force. `proposing` writes
proposals, `deciding` approves and rejects them, `undoing` proposes earlier versions again, `rows` reads what is and was
in force, `impact` and `coverage` say what a change would do and what would not map, `files_out` and `files_in` are the
way to and from spreadsheets.
"""

from __future__ import annotations

from collections.abc import Sequence

from tieout.domain.rules.row_checks import RowProblem
from tieout.processes.desk import NotPossible


class BadRow(NotPossible):
    """A row cannot stand in its table; `problems` names the fields."""

    def __init__(self, problems: Sequence[RowProblem]) -> None:
        super().__init__(" ".join(problem.text for problem in problems))
        self.problems = tuple(problems)
