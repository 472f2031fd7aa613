"""The JSON of commits, refs and files."""

import base64
import hashlib
from collections.abc import Mapping

from app.sim.diff import Change
from app.sim.shapes.accounts import user
from app.sim.state import Commit, Repo, User
from app.sim.wire import API, WEB, Json, stamp

UNSIGNED: Json = {"verified": False, "reason": "unsigned", "signature": None, "payload": None}
"""What GitHub says of a commit without a signature, in webhooks; the API adds `verified_at`."""


def blob_sha(content: bytes) -> str:
    """Return the object id that git gives a file of that content."""
    head = b"blob %d\0" % len(content)
    return hashlib.sha1(head + content, usedforsecurity=False).hexdigest()


def tree_sha(files: Mapping[str, bytes]) -> str:
    """Return an id for a tree: the same files, the same id (not the one that git would give)."""
    digest = hashlib.sha1(usedforsecurity=False)
    for path in sorted(files):
        digest.update(f"{path}\0{blob_sha(files[path])}\n".encode())
    return digest.hexdigest()


def email(who: User) -> str:
    """Return the address under which GitHub records somebody's commits."""
    return f"{who.id}+{who.login}@users.noreply.github.com"


def person(who: User) -> Json:
    """Return the name and address of a commit's author."""
    return {"name": who.login, "email": email(who)}


def _signed_at(commit: Commit) -> Json:
    return {**person(commit.author), "date": stamp(commit.at)}


def simple_commit(commit: Commit) -> Json:
    """Return a commit's JSON as runs and suites carry it."""
    return {
        "id": commit.sha,
        "tree_id": commit.tree,
        "message": commit.message,
        "timestamp": stamp(commit.at),
        "author": person(commit.author),
        "committer": person(commit.author),
    }


def pushed_commit(repo: Repo, commit: Commit) -> Json:
    """Return a commit's JSON as push events carry it, with the paths it touches."""
    before = repo.commits[commit.parents[0]].files if commit.parents else {}
    after = commit.files
    who = {**person(commit.author), "username": commit.author.login}
    return {
        **simple_commit(commit),
        "distinct": True,
        "url": f"{WEB}/{repo.full_name}/commit/{commit.sha}",
        "author": who,
        "committer": who,
        "added": sorted(after.keys() - before.keys()),
        "removed": sorted(before.keys() - after.keys()),
        "modified": sorted(path for path in after.keys() & before.keys() if after[path] != before[path]),
    }


def git_commit(repo: Repo, commit: Commit) -> Json:
    """Return a commit's JSON as the git database answers."""
    url = f"{API}/repos/{repo.full_name}/git"
    page = f"{WEB}/{repo.full_name}/commit"
    return {
        "sha": commit.sha,
        "node_id": f"C_{commit.sha}",
        "url": f"{url}/commits/{commit.sha}",
        "html_url": f"{page}/{commit.sha}",
        "author": _signed_at(commit),
        "committer": _signed_at(commit),
        "tree": {"sha": commit.tree, "url": f"{url}/trees/{commit.tree}"},
        "message": commit.message,
        "parents": [{"sha": sha, "url": f"{url}/commits/{sha}", "html_url": f"{page}/{sha}"} for sha in commit.parents],
        "verification": {**UNSIGNED, "verified_at": None},
    }


def commit_in_webhook(repo: Repo, commit: Commit) -> Json:
    """Return a commit's JSON as the status event carries it."""
    url = f"{API}/repos/{repo.full_name}"
    page = f"{WEB}/{repo.full_name}/commit"
    return {
        "sha": commit.sha,
        "node_id": f"C_{commit.sha}",
        "commit": {
            "author": _signed_at(commit),
            "committer": _signed_at(commit),
            "message": commit.message,
            "tree": {"sha": commit.tree, "url": f"{url}/git/trees/{commit.tree}"},
            "url": f"{url}/git/commits/{commit.sha}",
            "comment_count": 0,
            "verification": UNSIGNED,
        },
        "url": f"{url}/commits/{commit.sha}",
        "html_url": f"{page}/{commit.sha}",
        "comments_url": f"{url}/commits/{commit.sha}/comments",
        "author": user(commit.author),
        "committer": user(commit.author),
        "parents": [{"sha": sha, "url": f"{url}/commits/{sha}", "html_url": f"{page}/{sha}"} for sha in commit.parents],
    }


def full_commit(repo: Repo, commit: Commit) -> Json:
    """Return a commit's JSON as GET commits/{ref} answers."""
    shape = commit_in_webhook(repo, commit)
    inner = shape["commit"]
    if isinstance(inner, dict):
        shape["commit"] = {**inner, "verification": {**UNSIGNED, "verified_at": None}}
    return {**shape, "stats": {"total": 0, "additions": 0, "deletions": 0}, "files": []}


def listed_commit(repo: Repo, commit: Commit) -> Json:
    """Return a commit's JSON as lists carry it: without what it changes."""
    shape = full_commit(repo, commit)
    return {key: shape[key] for key in shape if key not in {"stats", "files"}}


def changed_file(repo: Repo, at: str, one: Change) -> Json:
    """Return the JSON of a file that a pull request or a comparison changes; what is not text has no patch."""
    page, figures = f"{WEB}/{repo.full_name}", one.figures
    shape: Json = {
        "sha": blob_sha(one.after if one.after is not None else one.before or b""),
        "filename": one.path,
        "status": one.status,
        "additions": figures.additions,
        "deletions": figures.deletions,
        "changes": figures.additions + figures.deletions,
        "blob_url": f"{page}/blob/{at}/{one.path}",
        "raw_url": f"{page}/raw/{at}/{one.path}",
        "contents_url": f"{API}/repos/{repo.full_name}/contents/{one.path}?ref={at}",
    }
    return shape if figures.patch is None else {**shape, "patch": figures.patch}


def ref(repo: Repo, name: str, sha: str) -> Json:
    """Return a ref's JSON; the name is the full one, such as refs/heads/main."""
    url = f"{API}/repos/{repo.full_name}/git"
    kind = "tag" if sha in repo.tags else "commit"
    return {
        "ref": name,
        "node_id": f"REF_{repo.id}_{name}",
        "url": f"{url}/{name}",
        "object": {"sha": sha, "type": kind, "url": f"{url}/{kind}s/{sha}"},
    }


def content(repo: Repo, path: str, at: str, data: bytes | None) -> Json:
    """Return the JSON of a file or folder (data None) without its content, as listings carry it."""
    url = f"{API}/repos/{repo.full_name}"
    kind = "file" if data is not None else "dir"
    sha = blob_sha(data) if data is not None else blob_sha(path.encode())
    page = f"{WEB}/{repo.full_name}/{'blob' if data is not None else 'tree'}/{at}/{path}"
    git = f"{url}/git/{'blobs' if data is not None else 'trees'}/{sha}"
    own = f"{url}/contents/{path}?ref={at}"
    raw = f"https://raw.githubusercontent.com/{repo.full_name}/{at}/{path}"
    return {
        "type": kind,
        "size": len(data) if data is not None else 0,
        "name": path.rsplit("/", 1)[-1],
        "path": path,
        "sha": sha,
        "url": own,
        "git_url": git,
        "html_url": page,
        "download_url": raw if data is not None else None,
        "_links": {"self": own, "git": git, "html": page},
    }


def file(repo: Repo, path: str, at: str, data: bytes) -> Json:
    """Return a file's JSON with its content; over 1 MB GitHub leaves the content out."""
    shape = content(repo, path, at, data)
    if len(data) > 1_000_000:  # noqa: PLR2004  GitHub's documented limit of 1 MB
        return {**shape, "encoding": "none", "content": ""}
    return {**shape, "encoding": "base64", "content": base64.encodebytes(data).decode()}
