"""The JSON of users, organisations, Apps, installations and repositories."""

from app.sim.state import App, Installation, Repo, Team, User
from app.sim.wire import API, WEB, Json, stamp

PERMISSIONS = {
    "actions": "write",
    "administration": "write",
    "checks": "write",
    "contents": "write",
    "deployments": "write",
    "issues": "write",
    "members": "read",
    "metadata": "read",
    "pull_requests": "write",
    "statuses": "write",
    "workflows": "write",
}
"""What an App is granted unless told otherwise."""


def user(one: User) -> Json:
    """Return an account's JSON. It is kept and must not be changed."""
    if not one.shape:
        url = f"{API}/users/{one.login}"
        page = one.login.removesuffix("[bot]")
        one.shape = {
            "login": one.login,
            "id": one.id,
            "node_id": f"U_{one.id}",
            "avatar_url": f"https://avatars.githubusercontent.com/u/{one.id}?v=4",
            "gravatar_id": "",
            "url": url,
            "html_url": f"{WEB}/apps/{page}" if one.type == "Bot" else f"{WEB}/{page}",
            "followers_url": f"{url}/followers",
            "following_url": f"{url}/following{{/other_user}}",
            "gists_url": f"{url}/gists{{/gist_id}}",
            "starred_url": f"{url}/starred{{/owner}}{{/repo}}",
            "subscriptions_url": f"{url}/subscriptions",
            "organizations_url": f"{url}/orgs",
            "repos_url": f"{url}/repos",
            "events_url": f"{url}/events{{/privacy}}",
            "received_events_url": f"{url}/received_events",
            "type": one.type,
            "site_admin": False,
        }
    return one.shape


_UNSAID: Json = {
    "name": None,
    "company": None,
    "blog": None,
    "location": None,
    "email": None,
    "hireable": None,
    "bio": None,
    "twitter_username": None,
}
"""What people may say of themselves, and here do not."""


def public_user(one: User, public_repos: int) -> Json:
    """Return an account's JSON as GET /users/{username} answers."""
    at = stamp(one.created_at)
    figures: Json = {"public_repos": public_repos, "public_gists": 0, "followers": 0, "following": 0}
    return {**user(one), **_UNSAID, **figures, "created_at": at, "updated_at": at}


def team(one: Team) -> Json:
    """Return a team's JSON as webhooks carry it, with the team above it."""
    return {**_team(one), "parent": _team(one.parent) if one.parent else None}


def _team(one: Team) -> Json:
    url = f"{API}/organizations/{one.org.id}/team/{one.id}"
    return {
        "name": one.slug,
        "id": one.id,
        "node_id": f"T_{one.id}",
        "slug": one.slug,
        "description": None,
        "privacy": "closed",
        "notification_setting": "notifications_enabled",
        "url": url,
        "html_url": f"{WEB}/orgs/{one.org.login}/teams/{one.slug}",
        "members_url": f"{url}/members{{/member}}",
        "repositories_url": f"{url}/repos",
        "permission": "pull",
    }


def membership(org: User, one: User) -> Json:
    """Return the JSON of somebody's membership in an organisation."""
    url = f"{API}/orgs/{org.login}"
    return {
        "url": f"{url}/memberships/{one.login}",
        "state": "active",
        "role": "member",
        "organization_url": url,
        "user": user(one),
    }


def organization(one: User) -> Json:
    """Return an organisation's JSON as webhooks carry it."""
    url = f"{API}/orgs/{one.login}"
    return {
        "login": one.login,
        "id": one.id,
        "node_id": f"O_{one.id}",
        "url": url,
        "repos_url": f"{url}/repos",
        "events_url": f"{url}/events",
        "hooks_url": f"{url}/hooks",
        "issues_url": f"{url}/issues",
        "members_url": f"{url}/members{{/member}}",
        "public_members_url": f"{url}/public_members{{/member}}",
        "avatar_url": f"https://avatars.githubusercontent.com/u/{one.id}?v=4",
        "description": None,
    }


def app(one: App) -> Json:
    """Return an App's JSON. It is kept and must not be changed."""
    if not one.shape:
        one.shape = {
            "id": one.id,
            "slug": one.slug,
            "node_id": f"A_{one.id}",
            "owner": user(one.owner),
            "name": one.slug,
            "description": None,
            "external_url": f"https://{one.slug}.example",
            "html_url": f"{WEB}/apps/{one.slug}",
            "created_at": stamp(one.created_at),
            "updated_at": stamp(one.created_at),
            "permissions": one.permissions,
            "events": sorted(one.events),
        }
    return one.shape


def listed_installation(one: Installation) -> Json:
    """Return an installation's JSON as the API answers: its description wants an enterprise's keys in any account."""
    at = stamp(one.created_at)
    more: Json = {"name": one.account.login, "slug": one.account.login, "created_at": at, "updated_at": at}
    return {**installation(one), "account": {**user(one.account), **more}}


def installation_lite(one: Installation) -> Json:
    """Return the short JSON of an installation that stands around payloads."""
    return {"id": one.id, "node_id": f"MDIzOkludGVncmF0aW9uSW5zdGFsbGF0aW9u{one.id}"}


def installation(one: Installation) -> Json:
    """Return an installation's JSON as webhooks carry it."""
    at = stamp(one.created_at)
    return {
        "id": one.id,
        "account": user(one.account),
        "repository_selection": "all" if one.repos is None else "selected",
        "access_tokens_url": f"{API}/app/installations/{one.id}/access_tokens",
        "repositories_url": f"{API}/installation/repositories",
        "html_url": f"{WEB}/organizations/{one.account.login}/settings/installations/{one.id}",
        "app_id": one.app.id,
        "app_slug": one.app.slug,
        "target_id": one.account.id,
        "target_type": one.account.type,
        "permissions": one.permissions,
        "events": sorted(one.app.events),
        "created_at": at,
        "updated_at": at,
        "single_file_name": None,
        "suspended_at": at if one.suspended else None,
        "suspended_by": None,
    }


_LINKS = {
    "archive_url": "/{archive_format}{/ref}",
    "assignees_url": "/assignees{/user}",
    "blobs_url": "/git/blobs{/sha}",
    "branches_url": "/branches{/branch}",
    "collaborators_url": "/collaborators{/collaborator}",
    "comments_url": "/comments{/number}",
    "commits_url": "/commits{/sha}",
    "compare_url": "/compare/{base}...{head}",
    "contents_url": "/contents/{+path}",
    "contributors_url": "/contributors",
    "deployments_url": "/deployments",
    "downloads_url": "/downloads",
    "events_url": "/events",
    "forks_url": "/forks",
    "git_commits_url": "/git/commits{/sha}",
    "git_refs_url": "/git/refs{/sha}",
    "git_tags_url": "/git/tags{/sha}",
    "hooks_url": "/hooks",
    "issue_comment_url": "/issues/comments{/number}",
    "issue_events_url": "/issues/events{/number}",
    "issues_url": "/issues{/number}",
    "keys_url": "/keys{/key_id}",
    "labels_url": "/labels{/name}",
    "languages_url": "/languages",
    "merges_url": "/merges",
    "milestones_url": "/milestones{/number}",
    "notifications_url": "/notifications{?since,all,participating}",
    "pulls_url": "/pulls{/number}",
    "releases_url": "/releases{/id}",
    "stargazers_url": "/stargazers",
    "statuses_url": "/statuses/{sha}",
    "subscribers_url": "/subscribers",
    "subscription_url": "/subscription",
    "tags_url": "/tags",
    "teams_url": "/teams",
    "trees_url": "/git/trees{/sha}",
}


def repo_lite(one: Repo) -> Json:
    """Return the short JSON of a repository, as workflow runs carry it. It is kept and must not be changed."""
    if not one.shape:
        url = f"{API}/repos/{one.full_name}"
        one.shape = {
            "id": one.id,
            "node_id": f"R_{one.id}",
            "name": one.name,
            "full_name": one.full_name,
            "private": one.private,
            "owner": user(one.owner),
            "html_url": f"{WEB}/{one.full_name}",
            "description": None,
            "fork": one.parent is not None,
            "url": url,
            **{key: url + path for key, path in _LINKS.items()},
        }
    return one.shape


def repo(one: Repo) -> Json:
    """Return the JSON of a repository as webhooks carry it."""
    page, at = f"{WEB}/{one.full_name}", stamp(one.created_at)
    still_open = sum(issue.state == "open" for issue in one.issues.values())
    return {
        **repo_lite(one),
        "created_at": at,
        "updated_at": at,
        "pushed_at": at,
        "git_url": f"git://github.com/{one.full_name}.git",
        "ssh_url": f"git@github.com:{one.full_name}.git",
        "clone_url": f"{page}.git",
        "svn_url": page,
        "homepage": None,
        "size": 1,
        "stargazers_count": 0,
        "watchers_count": 0,
        "language": None,
        "has_issues": True,
        "has_projects": True,
        "has_downloads": True,
        "has_wiki": False,
        "has_pages": False,
        "has_discussions": False,
        "forks_count": 0,
        "mirror_url": None,
        "archived": False,
        "disabled": False,
        "open_issues_count": still_open,
        "license": None,
        "allow_forking": False,
        "is_template": False,
        "web_commit_signoff_required": False,
        "topics": [],
        "visibility": "private" if one.private else "public",
        "forks": 0,
        "open_issues": still_open,
        "watchers": 0,
        "default_branch": one.default_branch,
        "custom_properties": {},
    }


def full_repo(one: Repo) -> Json:
    """Return the JSON of a repository as GET /repos/{owner}/{repo} answers."""
    shape = {**repo(one), "network_count": 0, "subscribers_count": 0}
    del shape["has_downloads"]
    return shape
