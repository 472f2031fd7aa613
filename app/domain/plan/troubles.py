"""Gathers what is wrong with a plan while it is read, each with its line."""

from app.domain.plan.model import Problem, Severity

MAX_PROBLEMS = 200
MAX_MESSAGE = 400


class Troubles:
    """Problems in the order they are found; handed out in the order of their lines, at most 200 of them."""

    def __init__(self) -> None:
        self._found: list[Problem] = []

    def error(self, line: int, code: str, message: str) -> None:
        """Something that keeps the gate red."""
        self._found.append(Problem(line=line, severity=Severity.ERROR, code=code, message=message[:MAX_MESSAGE]))

    def warning(self, line: int, code: str, message: str) -> None:
        """Something that is only told."""
        self._found.append(Problem(line=line, severity=Severity.WARNING, code=code, message=message[:MAX_MESSAGE]))

    def take(self, problems: tuple[Problem, ...] | list[Problem]) -> None:
        """Problems that were found elsewhere."""
        self._found.extend(problems)

    def all(self) -> tuple[Problem, ...]:
        """Errors before warnings when there are too many; what is left out is counted."""
        kept = sorted(self._found, key=lambda problem: (problem.severity is not Severity.ERROR, problem.line))
        told = sorted(kept[:MAX_PROBLEMS], key=lambda problem: problem.line)
        if len(kept) > MAX_PROBLEMS:
            more = len(kept) - MAX_PROBLEMS
            told.append(
                Problem(
                    line=told[-1].line,
                    severity=Severity.ERROR,
                    code="more-problems",
                    message=f"{more} more problems are not listed: mend these first",
                )
            )
        return tuple(told)
