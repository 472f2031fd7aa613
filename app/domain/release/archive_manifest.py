"""The manifest of an archive: which release it is of, where its log ends, and what each of its files is known by."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256
from typing import Final, cast

FORMAT: Final = 1
MANIFEST: Final = "manifest.json"
BODY: Final = "body.md"


class BadManifest(ValueError):
    """The manifest is none of ours. The text says why."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Seal:
    """What a file of the archive is known by."""

    sha256: str
    size: int  # bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Manifest:
    """What an archive says of itself."""

    release: str
    repo: str  # owner/name
    version: str
    tag: str
    events: int
    head: str  # the hash of the last event: whoever has noted it can prove the whole log by it
    exported_at: datetime
    by: str  # the program: "gonogo 1.2.0"
    files: Mapping[str, Seal]  # every other file

    @property
    def has_body(self) -> bool:
        """Whether the tracking issue's text is in the archive."""
        return BODY in self.files


def seal(content: bytes) -> Seal:
    """Return what the bytes are known by."""
    return Seal(sha256=sha256(content).hexdigest(), size=len(content))


def manifest_text(manifest: Manifest) -> str:
    """Return the manifest as it stands in the archive."""
    return pretty(
        {
            "format": FORMAT,
            "release": manifest.release,
            "repo": manifest.repo,
            "version": manifest.version,
            "tag": manifest.tag,
            "events": manifest.events,
            "head": manifest.head,
            "exported_at": moment(manifest.exported_at),
            "by": manifest.by,
            "has_body": manifest.has_body,
            "files": {name: {"sha256": file.sha256, "size": file.size} for name, file in manifest.files.items()},
        }
    )


def read_manifest(content: bytes) -> Manifest:
    """Return what a manifest says. Raises BadManifest for anything that `manifest_text` would not have written."""
    try:
        text = content.decode()
        manifest = _manifest(_object(json.loads(text)))
        is_same = manifest_text(manifest) == text  # not so with a key too many either, or one twice
    except BadManifest:
        raise
    except (ValueError, KeyError, TypeError, OverflowError, RecursionError) as error:
        raise BadManifest("it cannot be read") from error
    if not is_same:
        raise BadManifest("it is not as it was written")
    return manifest


def moment(at: datetime) -> str:
    """Return a moment as it is written in an archive: in UTC, as ISO 8601 has it."""
    return at.astimezone(UTC).isoformat()


def pretty(value: object) -> str:
    """Return JSON that people can read and of which there is one text only."""
    return json.dumps(value, sort_keys=True, indent=2, ensure_ascii=False, allow_nan=False) + "\n"


def _manifest(value: Mapping[str, object]) -> Manifest:
    if value.get("format") != FORMAT:
        raise BadManifest(f"its format is {value.get('format')!r}, and this version knows format {FORMAT}")
    return Manifest(
        release=_text(value["release"]),
        repo=_text(value["repo"]),
        version=_text(value["version"]),
        tag=_text(value["tag"]),
        events=_whole(value["events"]),
        head=_text(value["head"]),
        exported_at=datetime.fromisoformat(_text(value["exported_at"])),
        by=_text(value["by"]),
        files={name: _seal(_object(file)) for name, file in _object(value["files"]).items()},
    )


def _seal(value: Mapping[str, object]) -> Seal:
    return Seal(sha256=_text(value["sha256"]), size=_whole(value["size"]))


def _object(value: object) -> Mapping[str, object]:
    if not isinstance(value, dict):
        raise TypeError("no object")
    return cast("dict[str, object]", value)


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise TypeError("no text")
    return value


def _whole(value: object) -> int:
    if type(value) is not int:
        raise TypeError("no whole number")
    return value
