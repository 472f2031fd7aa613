"""Files of checksums: what is one, what is read from it, and what of it is not so."""

import subprocess
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.checksums import (
    LIMIT,
    BadChecksums,
    Differences,
    compare,
    hosted_name,
    is_checksums_name,
    read_checksums,
    write_checksums,
)

A, B = "a" * 64, "b" * 64


@pytest.mark.parametrize(
    "name",
    [
        "white_room-1.0.0-checksums.txt",
        "checksums.txt",
        "SHA256SUMS",
        "SHA256SUMS.txt",
        "app_1.0_SHA256SUMS",
        "sha256sum.txt",
    ],
)
def test_a_file_of_checksums_is_known_by_its_name(name: str) -> None:
    assert is_checksums_name(name)


@pytest.mark.parametrize(
    "name", ["checksums.txt.asc", "mychecksums.txt", "SHA512SUMS", "app.dmg", "x" * 250 + "-checksums"]
)
def test_another_name_is_none(name: str) -> None:
    assert not is_checksums_name(name)


@pytest.mark.parametrize(
    "text",
    [
        f"{A}  one.dmg\n{B}  two.exe\n",
        f"{A} *one.dmg\r\n{B} *two.exe\r\n",
        f"SHA256 (one.dmg) = {A}\nSHA256 (two.exe) = {B}\n",
        f"\ufeff# made by CI\n\n{A.upper()}  ./build/one.dmg\n{B}  dist/two.exe",
        f"{A}  one.dmg\n{B}  two.exe\n{A}  other/one.dmg\n",
    ],
)
def test_each_way_of_writing_it_is_read(text: str) -> None:
    assert read_checksums(text.encode()) == {"one.dmg": A, "two.exe": B}


@pytest.mark.parametrize(
    ("data", "line"),
    [
        (b"", 0),
        (b"# nothing\n", 0),
        (b"\xff\xfe", 0),
        (b"#" * (LIMIT + 1), 0),
        (b"#\n" * 10_001, 0),
        (f"{A}  one\n{A[:40]}  sha1\n".encode(), 2),
        (f"SHA512 (one) = {A}{B}".encode(), 1),
        (f"{A}  ".encode(), 1),
        (f"{A}  dir/\n".encode(), 1),
        (f"{A}  one\n{B}  x/one\n".encode(), 2),
        (f"\\{A}  a\\\\b\n".encode(), 1),
    ],
)
def test_what_is_not_understood_makes_all_of_it_worth_nothing(data: bytes, line: int) -> None:
    bad = read_checksums(data)
    assert isinstance(bad, BadChecksums)
    assert bad.line == line


@given(st.binary(max_size=400) | st.text(max_size=400).map(lambda text: text.encode("utf-8", "surrogatepass")))
def test_whatever_the_bytes_are_they_are_read_or_refused(data: bytes) -> None:
    read = read_checksums(data)
    assert isinstance(read, BadChecksums) or all(len(digest) == 64 for digest in read.values())


def test_what_differs_is_told_by_kind() -> None:
    found = compare({"a": A, "b": A, "c": A}, {"a": A, "b": B, "d": A, "list": B}, ["list"])
    assert found == Differences(missing=("c",), extra=("d",), wrong=("b",))


def test_a_file_that_need_not_be_listed_has_to_be_right_where_it_is() -> None:
    assert compare({"notes.md": A}, {"notes.md": B}, ["notes.md"]).wrong == ("notes.md",)


def test_names_are_told_as_github_calls_them() -> None:
    assert hosted_name("White Room (1.0).dmg") == "White.Room.1.0.dmg"
    assert read_checksums(f"{A}  White Room.dmg".encode()) == {"White.Room.dmg": A}


def test_sha256sum_itself_checks_what_is_written(tmp_path: Path) -> None:
    (tmp_path / "empty.bin").write_bytes(b"")
    digest = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
    (tmp_path / "sums").write_text(write_checksums({"empty.bin": digest}))
    subprocess.run(["sha256sum", "--check", "--strict", "sums"], cwd=tmp_path, check=True, capture_output=True)  # noqa: S607
    assert read_checksums((tmp_path / "sums").read_bytes()) == {"empty.bin": digest}
