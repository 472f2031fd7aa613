"""Tags of ours in a real git repository: git, ssh-keygen and gpg take them for good, and nothing that is like them."""

import tempfile
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from app.adapters.signing import load_signer
from app.domain.tag_object import AnnotatedTag, Tagger, split_signature, tag_message
from app.domain.values import Sha
from app.ports import Signer
from tests.real_git import Gpg, RealRepo, gnupg, make_repo, need_tools, run, ssh_key

__all__ = ["gnupg"]  # a fixture

AT = datetime(2026, 3, 10, 12, 0, tzinfo=UTC)
BOT = Tagger(name="gonogo[bot]", email="gonogo@example.com")
MESSAGE = tag_message("Example 1.0.0\n\nNew:\n- Über-fast installers\n# no comment\n\nCommit: 0123\nPlan: plan.md\n")
SSH_KINDS = ["ed25519", "ecdsa-256", "ecdsa-521", "rsa-3072"]


def tag_of(commit: str, signer: Signer | None = None, *, message: str = MESSAGE, name: str = "v1.0.0") -> AnnotatedTag:
    tag = AnnotatedTag(name=name, commit=Sha(commit), tagger=BOT, at=AT, message=message)
    return replace(tag, message=message + signer.sign(tag.data)) if signer else tag


@pytest.fixture
def repo(tmp_path: Path) -> RealRepo:
    need_tools()
    return make_repo(tmp_path / "repo")


@pytest.fixture(scope="module")
def gpg() -> Iterator[Gpg]:
    need_tools()
    with tempfile.TemporaryDirectory(prefix="gpg-") as folder:
        made = Gpg(home=Path(folder))
        yield made
        made.close()


@pytest.fixture(scope="module")
def pgp_signer(gpg: Gpg) -> Callable[[str], Signer]:
    made: dict[str, Signer] = {}

    def signer(kind: str) -> Signer:
        if kind not in made:
            path = gpg.home / f"{kind}.asc"
            path.write_bytes(gpg.key(f"{kind}@example.com", kind))
            made[kind] = load_signer(path)
        return made[kind]

    return signer


def test_an_unsigned_tag_has_the_id_that_git_gives_it(repo: RealRepo) -> None:
    commit = repo.commit()
    tag = tag_of(commit)
    assert repo.put_tag("v1.0.0", tag.data) == tag.id
    repo.made("tag", "-a", "--cleanup=whitespace", "-m", MESSAGE, "by-git", commit, at=f"{int(AT.timestamp())} +0000")
    by_git = repo.made("cat-file", "tag", "by-git")
    assert by_git.replace("tag by-git", "tag v1.0.0") == tag.data.decode().strip()
    assert repo.made("fsck", "--strict") == ""


@pytest.mark.parametrize("kind", SSH_KINDS)
def test_git_takes_a_tag_signed_by_an_ssh_key(kind: str, repo: RealRepo) -> None:
    signer = load_signer(ssh_key(repo.folder, kind))
    tag = tag_of(repo.commit(), signer)
    assert repo.put_tag("v1.0.0", tag.data) == tag.id
    said = repo.verify("v1.0.0", signers=signer.public_key(BOT.email))
    assert said.is_good, said.text
    assert 'Good "git" signature for gonogo@example.com' in said.text
    assert signer.fingerprint in said.text
    assert repo.made("fsck", "--strict") == ""


@pytest.mark.parametrize("kind", ["ed25519", "rsa-3072"])
def test_an_ssh_signed_tag_is_the_very_object_that_git_makes(kind: str, repo: RealRepo) -> None:
    """The same key, text and moment give the same bytes: the signature of ssh-keygen, the id of `git tag -s`."""
    path = ssh_key(repo.folder, kind)
    tag = tag_of(repo.commit(), load_signer(path))
    payload, signature = split_signature(tag.data)
    assert run(["ssh-keygen", "-Y", "sign", "-n", "git", "-f", str(path)], repo.folder, payload).text.startswith(
        signature or "none"
    )
    config = ("-c", "gpg.format=ssh", "-c", f"user.signingkey={path}")
    repo.made(*config, "tag", "-s", "--cleanup=whitespace", "-m", MESSAGE, "v1.0.0", at=f"{int(AT.timestamp())} +0000")
    assert repo.made("rev-parse", "refs/tags/v1.0.0") == tag.id


def test_a_tag_that_git_has_signed_is_known_again(repo: RealRepo) -> None:
    path = ssh_key(repo.folder)
    repo.commit()
    repo.made("-c", "gpg.format=ssh", "-c", f"user.signingkey={path}", "tag", "-s", "-m", "By hand", "v1.0.0")
    payload, signature = split_signature(f"{repo.made('cat-file', 'tag', 'v1.0.0')}\n".encode())
    assert load_signer(path).verifies(payload, signature or "")


@pytest.mark.parametrize("kind", ["ed25519", "rsa3072"])
def test_git_takes_a_tag_signed_by_an_openpgp_key(
    kind: str, repo: RealRepo, pgp_signer: Callable[[str], Signer], gnupg: Path
) -> None:
    signer = pgp_signer(kind)
    tag = tag_of(repo.commit(), signer)
    verifier = Gpg(home=gnupg)
    imported = verifier.run("--import", data=signer.public_key(BOT.email).encode())
    assert imported.is_good, imported.text
    there = replace(repo, gnupg=gnupg)
    assert there.put_tag("v1.0.0", tag.data) == tag.id
    said = there.verify("v1.0.0")
    assert said.is_good, said.text
    assert f'Good signature from "{kind}@example.com"' in said.text
    assert signer.fingerprint in said.text
    assert there.made("fsck", "--strict") == ""


ALTERED: dict[str, Callable[[AnnotatedTag], AnnotatedTag]] = {
    "another moment": lambda tag: replace(tag, at=AT + timedelta(seconds=1)),
    "another commit": lambda tag: replace(tag, commit=Sha("a" * 40)),
    "another name": lambda tag: replace(tag, name="v1.0.1"),
    "another tagger": lambda tag: replace(tag, tagger=replace(BOT, email="somebody@example.com")),
    "a carriage return": lambda tag: replace(tag, message=tag.message.replace("New:\n", "New:\r\n")),
    "a line more": lambda tag: replace(tag, message=tag.message.replace("New:\n", "New:\n- and more\n")),
    "no signature": lambda tag: replace(tag, message=MESSAGE),
}


@pytest.mark.parametrize("what", ALTERED)
def test_git_refuses_what_is_not_exactly_what_was_signed(
    what: str, repo: RealRepo, pgp_signer: Callable[[str], Signer]
) -> None:
    commit, ssh, pgp = repo.commit(), load_signer(ssh_key(repo.folder)), pgp_signer("ed25519")
    for at, signer in enumerate((ssh, pgp)):
        altered = ALTERED[what](tag_of(commit, signer))
        repo.made("hash-object", "-t", "tag", "-w", "--stdin", "--literally", data=altered.data)
        repo.made("update-ref", f"refs/tags/t{at}", altered.id)
        assert not repo.verify(f"t{at}", signers=ssh.public_key(BOT.email)).is_good
        payload, signature = split_signature(altered.data)
        assert not signer.verifies(payload, signature or "")


def test_git_refuses_another_key_s_signature(repo: RealRepo) -> None:
    mine, theirs = load_signer(ssh_key(repo.folder)), load_signer(ssh_key(repo.folder))
    repo.put_tag("v1.0.0", tag_of(repo.commit(), theirs).data)
    assert not repo.verify("v1.0.0", signers=mine.public_key(BOT.email)).is_good
    assert repo.verify("v1.0.0", signers=theirs.public_key(BOT.email)).is_good


def test_git_and_we_refuse_a_signature_that_was_made_for_something_else(repo: RealRepo) -> None:
    path = ssh_key(repo.folder)
    signer = load_signer(path)
    tag = tag_of(repo.commit())
    elsewhere = run(["ssh-keygen", "-Y", "sign", "-n", "file", "-f", str(path)], repo.folder, tag.data).text
    end = "-----END SSH SIGNATURE-----\n"
    signature = elsewhere[: elsewhere.index(end) + len(end)]
    repo.put_tag("v1.0.0", replace(tag, message=MESSAGE + signature).data)
    anything_goes = signer.public_key(BOT.email).replace(' namespaces="git"', "")
    assert not repo.verify("v1.0.0", signers=anything_goes).is_good
    assert not signer.verifies(tag.data, signature)


def test_a_tag_stays_good_where_its_last_line_end_was_lost(repo: RealRepo, pgp_signer: Callable[[str], Signer]) -> None:
    signer = load_signer(ssh_key(repo.folder))
    tag = tag_of(repo.commit(), signer)
    bare = replace(tag, message=tag.message.removesuffix("\n"))
    assert repo.put_tag("v1.0.0", bare.data) == bare.id
    assert repo.verify("v1.0.0", signers=signer.public_key(BOT.email)).is_good
    for one in (signer, pgp_signer("ed25519")):
        payload, signature = split_signature(tag_of(tag.commit, one).data.removesuffix(b"\n"))
        assert one.verifies(payload, signature or "")


def test_a_message_that_pretends_to_be_signed_is_taken_for_what_it_is(repo: RealRepo) -> None:
    signer = load_signer(ssh_key(repo.folder))
    commit = repo.commit()
    forged = tag_of(commit, signer).message
    tag = tag_of(commit, signer, message=tag_message(f"Example 1.0.0\n\n{forged}"))
    repo.put_tag("v1.0.0", tag.data)
    assert repo.verify("v1.0.0", signers=signer.public_key(BOT.email)).is_good
    payload, _ = split_signature(tag.data)
    assert b"\n -----BEGIN SSH SIGNATURE-----\n" in payload
