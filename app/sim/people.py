"""Acting as people on the simulated GitHub: what they click and push, and how CI turns out."""

from collections.abc import Mapping, Sequence

from app.sim.company import Company
from app.sim.doing import actions, checks, git, issues, merging, moving, progress, pulls, tags
from app.sim.doing.issues import Text
from app.sim.publishing import Publishing
from app.sim.state import (
    Actor,
    CheckRun,
    Comment,
    Commit,
    Issue,
    Job,
    Outcome,
    Pull,
    Reaction,
    Repo,
    Status,
    WorkflowRun,
)

MOST_TAGS_TOLD = 3
"""Of a push of more tags GitHub tells nothing: no event, no workflow."""


class People(Company, Publishing):
    """The world with hands. Repositories are named `owner/name`, people by login; a KeyError tells of a wrong name."""

    # -- issues -------------------------------------------------------------------------------------------

    def issue(self, repo: Repo | str, number: int) -> Issue:
        """Return an issue or pull request. Raises KeyError."""
        return self.repo(repo).issues[number]

    def open_issue(self, repo: Repo | str, title: str, body: str = "", *, by: str, labels: Sequence[str] = ()) -> Issue:
        """Open an issue as a person."""
        words = Text(title=title, body=body)
        return issues.open_issue(self, self.repo(repo), words, self.person(by), labels=labels)

    def edit_issue(
        self, repo: Repo | str, number: int, *, by: str, title: str | None = None, body: str | None = None
    ) -> None:
        """Edit an issue's title or body as a person."""
        words = Text(title=title, body=body)
        issues.edit_issue(self, self.repo(repo), self.issue(repo, number), words, self.person(by))

    def close_issue(self, repo: Repo | str, number: int, *, by: str) -> None:
        """Close an issue as a person."""
        issues.set_state(self, self.repo(repo), self.issue(repo, number), "closed", self.person(by))

    def reopen_issue(self, repo: Repo | str, number: int, *, by: str) -> None:
        """Reopen an issue as a person."""
        issues.set_state(self, self.repo(repo), self.issue(repo, number), "open", self.person(by))

    def comment(self, repo: Repo | str, number: int, body: str, *, by: str) -> Comment:
        """Write a comment as a person."""
        return issues.comment(self, self.repo(repo), self.issue(repo, number), body, self.person(by))

    def edit_comment(self, repo: Repo | str, comment: int, body: str, *, by: str) -> None:
        """Edit a comment as a person."""
        place = self.repo(repo)
        issues.edit_comment(self, place, place.comments[comment], body, self.person(by))

    def delete_comment(self, repo: Repo | str, comment: int, *, by: str) -> None:
        """Delete a comment as a person."""
        place = self.repo(repo)
        issues.delete_comment(self, place, place.comments[comment], self.person(by))

    def react(self, repo: Repo | str, comment: int, content: str, *, by: str) -> Reaction:
        """React to a comment as a person."""
        return issues.react(self, self.repo(repo).comments[comment].reactions, content, self.person(by))[0]

    def label(self, repo: Repo | str, number: int, *names: str, by: str) -> None:
        """Put labels on an issue as a person."""
        issues.add_labels(self, self.repo(repo), self.issue(repo, number), names, self.person(by))

    def unlabel(self, repo: Repo | str, number: int, name: str, *, by: str) -> None:
        """Take a label off an issue as a person."""
        issues.remove_label(self, self.repo(repo), self.issue(repo, number), name, self.person(by))

    def delete_issue(self, repo: Repo | str, number: int, *, by: str) -> None:
        """Delete an issue as a person."""
        moving.delete(self, self.repo(repo), self.issue(repo, number), self.person(by))

    def transfer_issue(self, repo: Repo | str, number: int, to: Repo | str, *, by: str) -> Issue:
        """Transfer an issue to another repository of the same owner as a person; return what it is there."""
        return moving.transfer(self, self.repo(repo), self.issue(repo, number), self.repo(to), self.person(by))

    def lock_issue(self, repo: Repo | str, number: int, *, by: str, reason: str | None = None) -> None:
        """Lock the conversation of an issue as a person; `reason` is one of GitHub's four, such as `off-topic`."""
        one = self.issue(repo, number)
        issues.set_lock(self, self.repo(repo), one, self.person(by), locked=True, reason=reason)

    def unlock_issue(self, repo: Repo | str, number: int, *, by: str) -> None:
        """Unlock the conversation of an issue as a person."""
        issues.set_lock(self, self.repo(repo), self.issue(repo, number), self.person(by), locked=False)

    # -- pull requests --------------------------------------------------------------------------------------

    def fork(self, repo: Repo | str, *, by: str) -> Repo:
        """Return a person's fork of a repository, named `login/name`, made where there is none yet."""
        return pulls.fork(self, self.repo(repo), self.person(by))

    def open_pull(
        self,
        repo: Repo | str,
        title: str,
        *,
        head: str,
        by: str,
        base: str | None = None,
        fork: bool = False,
    ) -> Issue:
        """Open a pull request as a person; with `fork` its head is a branch of that person's fork."""
        place = self.repo(repo)
        home = self.fork(place, by=by) if fork else place
        pull = Pull(id=self.next_id("pull"), head=head, base=base or place.default_branch, home=home)
        return pulls.open_pull(self, place, Text(title=title, body=""), pull, self.person(by))

    def merge_pull(self, repo: Repo | str, number: int, *, by: str, is_squash: bool = False) -> Commit:
        """Merge a pull request as a person, perhaps squashed; return the commit at which the base then stands."""
        return merging.merge(self, self.repo(repo), self.issue(repo, number), self.person(by), is_squash=is_squash)

    # -- git ----------------------------------------------------------------------------------------------

    def commit(
        self,
        repo: Repo | str,
        files: Mapping[str, str | bytes | None],
        message: str = "Change",
        *,
        by: str,
        branch: str | None = None,
    ) -> Commit:
        """Commit files onto a branch (made when it is not there) and push, as a person; None deletes a file."""
        place, who = self.repo(repo), self.person(by)
        onto = branch or place.default_branch
        new = git.commit(self, place, onto, files, message, who)
        git.set_ref(self, place, f"refs/heads/{onto}", new.sha, who)
        return new

    def preload(self, repo: Repo | str, files: Mapping[str, str], message: str, *, by: str) -> Commit:
        """Commit onto the default branch as if long ago: no event is sent, no workflow starts."""
        place, who = self.repo(repo), self.person(by)
        new = git.commit(self, place, place.default_branch, files, message, who)
        git.set_ref(self, place, f"refs/heads/{place.default_branch}", new.sha, who, silent=True)
        return new

    def push_made(self, repo: Repo | str, made: str, files: Mapping[str, str], message: str, *, by: str) -> Commit:
        """Push a commit that git itself has made onto the default branch, with the id that git gave it."""
        place, who = self.repo(repo), self.person(by)
        new = git.as_made(place, git.commit(self, place, place.default_branch, files, message, who), made)
        git.set_ref(self, place, f"refs/heads/{place.default_branch}", new.sha, who)
        return new

    def head(self, repo: Repo | str, branch: str | None = None) -> str:
        """Return the sha a branch stands at. Raises KeyError."""
        place = self.repo(repo)
        return place.refs[f"refs/heads/{branch or place.default_branch}"]

    def push_branch(self, repo: Repo | str, branch: str, sha: str, *, by: str) -> None:
        """Create or move a branch as a person."""
        git.set_ref(self, self.repo(repo), f"refs/heads/{branch}", sha, self.person(by))

    def push_tags(self, repo: Repo | str, wanted: Mapping[str, str], *, by: str) -> None:
        """Push tags (name to commit or tag object) in one push as a person; no event when there are more than three."""
        place, who = self.repo(repo), self.person(by)
        for name, sha in wanted.items():
            git.set_ref(self, place, f"refs/tags/{name}", sha, who, silent=len(wanted) > MOST_TAGS_TOLD)

    def push_tag(
        self, repo: Repo | str, name: str, sha: str, *, by: str, annotated: bool = False, message: str = ""
    ) -> str:
        """Create or move a tag as a person, `git tag -f` and `git push -f`; return what its ref points at then.

        An annotated one gets a tag object of that commit (or tag object), made by that person, with the message.
        """
        place, who = self.repo(repo), self.person(by)
        if annotated:
            maker = tags.tagger_of(who.user, self.now())
            sha = tags.make_tag(self, place, name, sha, message or f"{name}\n", maker).sha
        self.push_tags(place, {name: sha}, by=by)
        return sha

    def delete_tags(self, repo: Repo | str, names: Sequence[str], *, by: str) -> None:
        """Delete tags in one push as a person; GitHub sends no event when there are more than three."""
        place, who = self.repo(repo), self.person(by)
        for name in names:
            git.delete_ref(self, place, f"refs/tags/{name}", who, silent=len(names) > MOST_TAGS_TOLD)

    def delete_ref(self, repo: Repo | str, ref: str, *, by: str) -> None:
        """Delete a ref such as refs/tags/v1 as a person."""
        git.delete_ref(self, self.repo(repo), ref, self.person(by))

    # -- CI -----------------------------------------------------------------------------------------------

    def outcome(
        self,
        workflow: str,
        *,
        conclusion: str | None,
        task: str | None = None,
        job: str | None = None,
        seconds: float | None = None,
    ) -> None:
        """Say how jobs of a workflow file will end from now on; conclusion None leaves them running."""
        self.outcomes.append(Outcome(workflow=workflow, task=task, job=job, conclusion=conclusion, seconds=seconds))

    def dispatch(
        self, repo: Repo | str, workflow: str, ref: str, inputs: Mapping[str, object] | None = None, *, by: str
    ) -> WorkflowRun:
        """Dispatch a workflow as a person. Raises Refusal, or KeyError where there is no such workflow."""
        place = self.repo(repo)
        one = actions.workflow_named(place, workflow)
        if one is None:
            raise KeyError(workflow)
        return actions.dispatch(self, place, one, ref, inputs or {}, self.person(by))

    def runs(self, repo: Repo | str) -> list[WorkflowRun]:
        """Return the workflow runs of a repository as they stand now, oldest first."""
        self.tick()
        return list(self.repo(repo).runs.values())

    def finish(self, repo: Repo | str, run: int, job: str, conclusion: str = "success") -> Job:
        """End a job of a run now. Raises StopIteration where the latest attempt has no job of that name."""
        self.tick()
        place = self.repo(repo)
        one_run = place.runs[run]
        one = next(each for each in one_run.latest if each.name == job)
        progress.finish(self, place, one_run, one, conclusion)
        return one

    def check(self, repo: Repo | str, sha: str, name: str, *, app: str, conclusion: str | None) -> CheckRun:
        """Report a check run as some App (made when it is not there); conclusion None leaves it in progress."""
        place = self.repo(repo)
        by = next((one for one in self.apps.values() if one.slug == app), None)
        by = by or self.add_app_record(app, self.add_user(f"{app}-owner", "Organization"))
        suite = checks.suite_of(self, place, by, sha)
        status = "completed" if conclusion else "in_progress"
        actor = Actor(user=by.bot, app=by)
        return checks.create_check(self, place, suite, actor, name=name, status=status, conclusion=conclusion)

    def status(self, repo: Repo | str, sha: str, context: str, state: str, *, by: str) -> Status:
        """Set a commit status as a person."""
        who = self.person(by)
        status = Status(
            id=self.next_id("status"),
            sha=sha,
            context=context,
            state=state,
            description=None,
            target_url=None,
            creator=who.user,
            at=self.now(),
        )
        return checks.set_status(self, self.repo(repo), status, who)
