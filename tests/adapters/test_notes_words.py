"""Notes as Markdown: who is mentioned, what is linked, and what a repository's own template can and cannot do."""

import re
import time
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st
from inline_snapshot import snapshot
from markupsafe import Markup

from app.adapters import notes_apart
from app.adapters.notes_words import NotesWriter
from app.adapters.sandbox import OUTPUT_LIMIT, BadTemplate, Sandbox
from app.domain.neutral import neutral
from app.domain.notes.history import Commit, History, MergedPull, author_named
from app.domain.notes.notes import NotesView, logins, notes_of
from app.domain.values import Sha
from tests.adapters.test_render_hostile import HOSTILE, LONG, live_parts

WRITER = NotesWriter(is_apart=False)  # a process for each test would take long
SHA = "{:040x}".format
ANN, BOT = author_named("Ann", "ann"), author_named("dependabot[bot]")


def pull(number: int, title: str, *labels: str) -> Commit:
    merged = MergedPull(number=number, title=title, url="", author=ANN, labels=labels)
    return Commit(sha=Sha(SHA(number)), message=f"{title} (#{number})", author=ANN, pull=merged)


def view(*commits: Commit, base: str | None = "v0.9.0") -> NotesView:
    history = History(base=base, head=Sha(SHA(99)), commits=commits)
    notes = notes_of(history, is_new=logins({"ann"}))
    return NotesView(notes=notes, version="1.0.0", tag="v1.0.0", repo_url="https://github.com/octo-org/app")


PLAIN = view(
    pull(1, "feat(audio)!: drop `mono`"),
    pull(2, "fix: no crackling"),
    Commit(sha=Sha(SHA(3)), message="chore(deps): bump", author=BOT),
    Commit(sha=Sha(SHA(4)), message="tidy up", author=author_named("Nobody")),
)


def test_notes_mention_people_and_link_changes() -> None:
    assert WRITER.write(PLAIN, None, is_quiet=False).markdown == snapshot("""\
## Breaking changes

- **audio:** drop `mono` ([#1](https://github.com/octo-org/app/pull/1)) by @ann

## Bug fixes

- no crackling ([#2](https://github.com/octo-org/app/pull/2)) by @ann

## Dependencies

- **deps:** bump ([`0000000`](https://github.com/octo-org/app/commit/0000000000000000000000000000000000000003))

## Other changes

- tidy up ([`0000000`](https://github.com/octo-org/app/commit/0000000000000000000000000000000000000004))

## New contributors

- @ann made their first contribution in [#1](https://github.com/octo-org/app/pull/1)

Thanks to @ann, Nobody.

**Full changelog**: [v0.9.0...v1.0.0](https://github.com/octo-org/app/compare/v0.9.0...v1.0.0)\
""")


def test_a_preview_mentions_nobody_and_links_no_change() -> None:
    assert WRITER.write(PLAIN, None, is_quiet=True).markdown == snapshot("""\
## Breaking changes

- **audio:** drop `mono` (&#35;\u200b1) by ann

## Bug fixes

- no crackling (&#35;\u200b2) by ann

## Dependencies

- **deps:** bump (`0000000`)

## Other changes

- tidy up (`0000000`)

## New contributors

- ann made their first contribution in &#35;\u200b1

Thanks to ann, Nobody.

**Full changelog**: [v0.9.0...v1.0.0](https://github.com/octo-org/app/compare/v0.9.0...v1.0.0)\
""")


def test_no_changes_are_told_as_that() -> None:
    assert WRITER.write(view(base=None), None, is_quiet=False).markdown == "No changes."


@pytest.mark.parametrize("title", [HOSTILE, f"fix({HOSTILE}): x", f"fix: {HOSTILE}", LONG])
def test_d19_a_hostile_title_is_nothing_but_text_in_the_notes(title: str) -> None:
    hostile = author_named(HOSTILE, "octocat) @hubot")
    commit = Commit(sha=Sha(SHA(1)), message=title, author=hostile)

    markdown = WRITER.write(view(commit, base=None), None, is_quiet=True).markdown

    assert live_parts(markdown) == []
    assert len(markdown) < 8_000


def test_a_name_that_is_no_login_is_never_mentioned() -> None:
    commit = Commit(sha=Sha(SHA(1)), message="fix: x", author=author_named("@octocat", "evil login"))

    assert "@octocat" not in WRITER.write(view(commit), None, is_quiet=False).markdown


@pytest.mark.parametrize("name", ["*" * 190, "é" * 215])
def test_however_long_names_are_there_are_notes(name: str) -> None:
    people = [author_named(f"{number:03d}{name}") for number in range(600)]
    commits = [Commit(sha=Sha(SHA(at)), message="fix: x", author=one) for at, one in enumerate(people)]

    written = WRITER.write(view(*commits), None, is_quiet=False)

    assert len(written.markdown) <= OUTPUT_LIMIT
    assert "Thanks to 000" in written.markdown


@pytest.mark.parametrize("words", ["fix: short", f"fix: {'& ' * 150}", f"fix: x\n\nBREAKING CHANGE: {'& ' * 500}"])
def test_however_much_there_is_the_notes_fit_into_a_release_and_tell_what_is_left_out(words: str) -> None:
    people = [author_named(f"p{number}", f"p{number}") for number in range(3_000)]
    commits = [Commit(sha=Sha(SHA(at)), message=words, author=one) for at, one in enumerate(people)]

    written = WRITER.write(view(*commits), None, is_quiet=False)

    assert len(written.markdown) <= OUTPUT_LIMIT
    assert re.search(r"… and \d+ more\.", written.markdown)


# -- the repository's own template -----------------------------------------------------------------------------


def test_the_repository_may_have_a_template_of_its_own() -> None:
    template = (
        "# {{ version|upper }}\n{% for group in groups %}{{ group.title }}: {{ group.lines|length }}\n{% endfor %}"
        "{{ contributors|map(attribute='who')|join(' and ') }}"
    )

    assert WRITER.write(PLAIN, template, is_quiet=False).markdown == snapshot("""\
# 1.0.0
Bug fixes: 1
Dependencies: 1
Other changes: 1
@ann and Nobody\
""")


def test_a_broken_template_is_told_with_its_line_and_ours_takes_its_place() -> None:
    written = WRITER.write(PLAIN, "one\ntwo\n{{ verzion }}", is_quiet=False)

    assert written.trouble == snapshot("line 3: 'verzion' is undefined")
    assert written.markdown == WRITER.write(PLAIN, None, is_quiet=False).markdown


@pytest.mark.parametrize(
    "template",
    [
        "{% for i in range(10**9) %}x{% endfor %}",
        "{{ 'x' * 10**9 }}",
        "{{ version.__class__.__mro__ }}",
        "{{ version|attr('__class__') }}",
        "{{ version.format }}",
        "{{ ''.join(groups) }}",
        "{% set s = version ~ version %}",
        "{% set s %}{{ version }}{{ version }}{% endset %}",
        "{% include 'release_notes.md.j2' %}",
        "{% import 'os' as os %}",
        "{% extends 'x' %}",
        "{% macro m() %}{{ m() }}{% endmacro %}{{ m() }}",
        "{{ '%0999999999d'|format(1) }}",
        "{{ version|center(999999999) }}",
        "{{ version is divisibleby 0 }}",
        "{{ config }}{{ self }}{{ lipsum }}{{ cycler }}",
        "{{ groups }}",
        "{% for letter in version %}{% endfor %}",
        "{% for g in groups recursive %}{{ loop(groups) }}{% endfor %}",
        "{% for a in groups %}" * 30 + "{% endfor %}" * 30,
        "{{ " + "(" * 20_000 + "1" + ")" * 20_000 + " }}",
        "{{" * 30_000,
        "x" * (OUTPUT_LIMIT + 1),
        "{% for g in groups %}" + "x" * (OUTPUT_LIMIT // 3) + "x{% endfor %}",
        "{% if %}",
        "{{ 9" + "9" * 60_000 + " }}",
    ],
)
def test_a_template_cannot_do_more_than_show_values(template: str) -> None:
    began = time.monotonic()

    assert WRITER.write(PLAIN, template, is_quiet=False).trouble is not None

    assert time.monotonic() - began < 5


def test_loops_within_loops_end() -> None:
    values = {"many": [{"words": "x"}] * 2_000}
    for source in (
        "{% for a in many %}{% for b in many %}{% endfor %}{% endfor %}",
        "{% for a in many %}{% for b in many %}{{ many|map(attribute='words')|join }}{% endfor %}{% endfor %}",
        "{% for a in many %}{% set x = many|sort(attribute='words') %}{% endfor %}",
    ):
        with pytest.raises(BadTemplate, match=r"more (than|steps)"):
            Sandbox().write(source, values)


@given(st.text(alphabet="{}%# \n'abforingst|.()[]*~1,_", max_size=60))
def test_any_template_is_written_or_told_and_nothing_else_happens(template: str) -> None:
    with suppress(BadTemplate):
        assert "@x" not in Sandbox().write(template, {"a": "@x", "f": ["1"]})


@pytest.mark.parametrize(
    "source",
    [
        "{% for a in many %}" + "{% if p == q %}{% endif %}" * 300 + "{% endfor %}",
        "{% set s = many|map(attribute='words')|join('" + "x" * 1_500 + "') %}{{ s|length }}",
        "{% for a in many %}{% if many in many %}{% endif %}{% endfor %}",
        "{% set x = many|select('in', many) %}",
        "{% set x = many|sort(attribute='" + "words." * 5_000 + "words') %}",
        "{% set x = many|map(attribute='none')|map('default', '" + "x" * 1_500 + "') %}",
    ],
)
def test_whatever_a_template_does_is_counted(source: str) -> None:
    with pytest.raises(BadTemplate, match="more steps"):
        Sandbox().write(source, {"many": [{"words": "x"}] * 2_000, "p": "p", "q": "q"})


@pytest.mark.parametrize(
    "source",
    [
        "{{ '%0999999d' is odd }}",
        "{{ ['%0999999d'] }}",
        "{% if many is upper %}{% endif %}",
        "{{ many|upper }}",
        "{{ many|join(' ') }}",
        "{{ many|map('upper')|join }}",
        "{% set x = many|map(attribute='none', default=name) %}",
    ],
)
def test_a_template_makes_no_text_of_what_is_none(source: str) -> None:
    with pytest.raises(BadTemplate):
        Sandbox().write(source, {"many": [{"words": "x"}], "name": "x"})


@pytest.mark.parametrize("separator", ["', '", "safe", "name", "safe|default(', ')"])
def test_what_is_joined_is_neutralised_like_all_that_is_shown(separator: str) -> None:
    values = {"names": ["@octo-org/everyone", "Ann @team"], "safe": Markup("**x**"), "name": " @hubot "}

    written = Sandbox().write(f"{{{{ names|join({separator}) }}}}", values)

    assert neutral("@octo-org/everyone") in written
    assert live_parts(written) == []


@pytest.mark.parametrize(
    ("source", "written"),
    [
        ("{{ names|join(', ') }}", "Ann, Bo"),
        ("{{ names|join('\n- ') }}", "Ann\n- Bo"),
        ("{{ people|join(' & ', attribute='name') }}", "Ann & Bo"),
        ("{{ names|join }}", "AnnBo"),
        ("{{ names|join(d='; ') }}", "Ann; Bo"),
        ("{{ names|join(blank) }}", "Ann Bo"),
        ("{{ missing|default('none') }}{{ missing|default }}", "none"),
        ("{{ names|select('ne', 'Bo')|map('upper')|join }}", "ANN"),
        ("{{ people|sort(attribute='name', reverse=true)|map(attribute='name')|first }}", "Bo"),
        ("{% for n in names if n is in names and n != 'Bo' %}{{ loop.index }}{{ n }}{% endfor %}", "1Ann"),
    ],
)
def test_what_a_template_can_do(source: str, written: str) -> None:
    values = {"names": ["Ann", "Bo"], "people": [{"name": "Bo"}, {"name": "Ann"}], "blank": " "}
    if "people|join" in source:
        values["people"] = [{"name": "Ann"}, {"name": "Bo"}]

    assert Sandbox().write(source, values) == written


def test_values_are_neutralised_in_any_template() -> None:
    assert Sandbox().write("{{ a }}", {"a": HOSTILE}) == neutral(HOSTILE)


# -- in a process of its own -----------------------------------------------------------------------------------

LONG_TO_READ = "".join(f"{{%set v{at}=1%}}" for at in range(1_800)) + "{%if tag%}{%endif%}" * 1_800


@pytest.mark.parametrize("template", ["{{ version }} of {{ contributors[0].who }}", "one\n{{ verzion }}"])
def test_apart_a_template_writes_just_the_same(template: str) -> None:
    written = NotesWriter(is_apart=True).write(PLAIN, template, is_quiet=False)

    assert written == WRITER.write(PLAIN, template, is_quiet=False)


@pytest.mark.parametrize(("limit", "amount"), [("CPU_SECONDS", 1), ("MEMORY", 1 << 20), ("SECONDS", 0)])
def test_apart_time_and_memory_have_limits_that_the_system_keeps(
    limit: str, amount: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(notes_apart, limit, amount)

    written = NotesWriter(is_apart=True).write(PLAIN, LONG_TO_READ, is_quiet=False)

    assert "too much memory" in str(written.trouble) or "more time or memory" in str(written.trouble)
    assert written.markdown == WRITER.write(PLAIN, None, is_quiet=False).markdown
