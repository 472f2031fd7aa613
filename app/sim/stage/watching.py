"""What the story sees on the simulated GitHub: whether what it waits for has become visible there."""

from app.sim.history import peeled
from app.sim.stage.ci import gate_of
from app.sim.stage.markdown import boxes_in
from app.sim.stage.setting import REPO, Stage
from app.sim.state import WorkflowRun


class Watching:
    """Looks at the tracking issue, the gate and the runs."""

    def __init__(self, stage: Stage) -> None:
        self._github = stage.github
        self._room = stage.room

    def body(self) -> str:
        """Return the tracking issue's body."""
        issues = self._room.repo.issues
        return issues[min(issues)].body or ""

    def has_checklist(self) -> bool:
        """Whether the release was started: there is a gate, and a checklist in the issue."""
        return gate_of(self._room) is not None and "- [ ] " in self.body()

    def is_answered(self, after: int) -> bool:
        """Whether the bot has written a comment that is newer than that one."""
        return any(one.user.type == "Bot" and one.id > after for one in self._room.repo.comments.values())

    def is_red_for(self, issue: int) -> bool:
        """Whether the gate is red and names that issue."""
        gate = gate_of(self._room)
        return gate is not None and gate.conclusion == "failure" and f"#{issue} " in (gate.summary or "")

    def is_green(self) -> bool:
        """Whether the gate is green."""
        gate = gate_of(self._room)
        return gate is not None and gate.conclusion == "success"

    def has_moved(self) -> bool:
        """Whether the release is at another commit than its latest task was run at."""
        gate = gate_of(self._room)
        runs = [run for run in self._github.runs(REPO) if run.inputs.get("task")]
        return gate is not None and bool(runs) and runs[-1].sha != gate.suite.sha

    def waits_for_go(self) -> bool:
        """Whether the issue offers the go, and no sign-off is missing any more."""
        body = self.body()
        return "`/release go`" in body and "`/release approve`" not in body

    def has_tag(self, tag: str) -> bool:
        """Whether the tag stands at the gate's commit."""
        gate, repo = gate_of(self._room), self._room.repo
        found = repo.refs.get(f"refs/tags/{tag}")
        return gate is not None and found is not None and peeled(repo, found) == gate.suite.sha

    def is_published(self, tag: str) -> bool:
        """Whether a release of that tag is public."""
        return any(one.tag == tag and not one.draft for one in self._room.repo.releases.values())

    def has_begun(self, task: str) -> bool:
        """Whether a run of the task is going on, or over."""
        return any(run.status != "queued" for run in self._runs(task))

    def ended(self, *tasks: str) -> bool:
        """Whether the latest run of each task is over."""
        runs = [self._runs(task) for task in tasks]
        return all(one and one[-1].status == "completed" for one in runs)

    def succeeded(self, *tasks: str) -> bool:
        """Whether a run of each task succeeded."""
        return all(any(run.conclusion == "success" for run in self._runs(task)) for task in tasks)

    def is_ticked(self, *items: str) -> bool:
        """Whether the boxes of these items are ticked."""
        ticked = [box.words for box in boxes_in(self.body()) if box.is_ticked]
        return all(any(words.endswith(item) for words in ticked) for item in items)  # a priority may stand before

    def box(self, item: str) -> str:
        """Return the name of an item's box. Raises StopIteration where there is none."""
        return next(box.name for box in boxes_in(self.body()) if box.words == item)

    def line(self, item: str) -> str:
        """Return the line on which an item stands. Raises StopIteration where there is none."""
        return next(line for line in self.body().splitlines() if f"] {item} <!--" in line)

    def _runs(self, task: str) -> list[WorkflowRun]:
        return [run for run in self._github.runs(REPO) if run.inputs.get("task") == task]
