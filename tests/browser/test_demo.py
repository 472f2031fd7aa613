"""A visitor of `gonogo demo` watches the story, writes commands and sees what comes of them."""

import os
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from tests.browser.conftest import PATIENCE, Demo, free_port

pytestmark = [pytest.mark.browser, pytest.mark.allow_hosts(["127.0.0.1"])]

OF_2_3 = (
    "The Intel build is notarized",
    "The ARM build is notarized",
    "Tickets are stapled and Gatekeeper lets both start",
)


def open_page(browser: Browser, demo: Demo, trouble: list[str], width: int = 1280, height: int = 860) -> Page:
    page = browser.new_page(viewport={"width": width, "height": height})
    page.set_default_timeout(PATIENCE * 1000)
    page.on("console", lambda message: trouble.append(message.text) if message.type in {"error", "warning"} else None)
    page.on("pageerror", lambda error: trouble.append(str(error)))
    page.on("request", lambda request: None if request.url.startswith(demo.address) else trouble.append(request.url))
    page.goto(demo.address)
    return page


def box(page: Page, item: str) -> Locator:
    """Return the box of an item in the tracking issue."""
    return page.get_by_role("checkbox", name=item)


def act_as(page: Page, who: str) -> None:
    page.get_by_label("Act as").select_option(who)


def say(page: Page, text: str, *, who: str = "release-manager") -> None:
    act_as(page, who)
    page.get_by_role("textbox", name="Comment").fill(text)
    page.get_by_role("button", name="Comment", exact=True).click()


@pytest.fixture(autouse=True)
def _patient() -> None:
    expect.set_options(timeout=PATIENCE * 1000)


def test_a_visitor_takes_over_from_the_story(chromium: Browser, start_demo: Callable[[int], Demo]) -> None:
    demo = start_demo(free_port())
    demo.wait_until_told(f"Open {demo.address}")
    trouble: list[str] = []
    page = open_page(chromium, demo, trouble)
    expect(page.get_by_role("heading", level=1)).to_have_text("Release 1.0.0 #1")
    expect(page.get_by_role("status")).to_contain_text(
        "Your turn: write /release notarize into the box, or play the rest."
    )
    expect(page.locator(".gate")).to_have_text("Gate: not green yet")
    for item in OF_2_3:
        expect(box(page, item)).not_to_be_checked()
    expect(page.locator("#runs")).not_to_contain_text("notarize")

    # the command that the README promises, by the chip that offers it
    page.get_by_role("button", name="/release notarize", exact=True).click()
    page.get_by_role("button", name="Comment", exact=True).click()
    expect(page.locator("#runs li", has_text="Release 1.0.0: notarize").first).to_contain_text("notarize (arm)")
    expect(box(page, OF_2_3[0])).to_be_checked()
    picture(page)
    for item in OF_2_3:
        expect(box(page, item)).to_be_checked()
    expect(page.locator(".said:not(.bot)").last.get_by_role("img", name="1 rocket")).to_be_visible()
    expect(page.get_by_role("heading", name="2.3 Notarize macOS Builds · 3/3")).to_be_in_viewport()
    expect(page.get_by_role("textbox", name="Comment")).to_have_value("")

    say(page, "/release notarise")
    expect(page.locator(".said.bot").last).to_contain_text("Did you mean this? /release notarize", use_inner_text=False)
    expect(page.get_by_role("status")).to_contain_text("refused")
    say(page, "/release package-release", who="reader")
    expect(page.locator(".said.bot").last).to_contain_text("You have read on this repository")

    assert trouble == []
    assert demo.interrupt() == 0
    expect(page.get_by_role("alert")).to_have_text("The demo does not answer any more. Was it ended in the terminal?")
    assert list(demo.temporary.iterdir()) == []


def test_a_visitor_ticks_boxes_and_opens_a_bug(chromium: Browser, demo: Demo) -> None:
    trouble: list[str] = []
    page = open_page(chromium, demo, trouble)

    act_as(page, "reader")
    not_theirs = box(page, "The release notes are drafted")
    not_theirs.click()
    expect(not_theirs).to_be_checked(timeout=500)  # at once, whatever comes of it
    expect(page.get_by_role("status")).to_contain_text("reader ticked “The release notes are drafted”: ↩️ put back")
    expect(not_theirs).not_to_be_checked()
    expect(page.locator(".said.bot").last).to_contain_text("reader, this box was put back as it was:")

    act_as(page, "product-manager")
    theirs = box(page, "The release notes are drafted")
    theirs.press("Space")
    expect(page.locator(".task", has_text="The release notes are drafted")).to_contain_text("by product-manager, ")
    expect(theirs).to_be_checked()
    expect(theirs).to_be_focused()

    act_as(page, "qa-lead")
    page.get_by_role("button", name="Open a P0 bug").click()
    expect(page.locator(".gate")).to_have_text("Gate: red")
    expect(page.locator("#labels .pills")).to_have_text("gate:failure")
    expect(box(page, "Critical bugs are fixed")).not_to_be_checked()  # phase 1 has unfolded, far above
    expect(theirs).to_be_in_viewport()
    page.get_by_role("button", name="Close", exact=True).click()
    expect(page.locator(".gate")).to_have_text("Gate: not green yet")
    expect(theirs).to_be_checked()
    assert trouble == []


def test_a_visitor_puts_labels_on_and_pushes_and_hears_what_is_not_theirs(chromium: Browser, demo: Demo) -> None:
    trouble: list[str] = []
    page = open_page(chromium, demo, trouble)

    page.get_by_role("combobox", name="Label").select_option("release:notarize")
    page.get_by_role("button", name="Put on").click()
    expect(page.locator("#runs")).to_contain_text("Release 1.0.0: notarize")
    expect(page.locator("#labels .pills")).to_have_text("gate:pending")

    page.get_by_role("button", name="Push a change of the plan").click()
    page.get_by_role("button", name="/release replan", exact=True).click()
    page.get_by_role("button", name="Comment", exact=True).click()
    expect(box(page, "The screenshots on the website are new")).to_be_visible()
    assert trouble == []

    act_as(page, "product-manager")
    page.get_by_role("button", name="Push a commit to main").click()
    expect(page.get_by_role("alert")).to_contain_text("product-manager has triage. Act as somebody else.")
    act_as(page, "developer")
    expect(page.get_by_role("alert")).to_be_hidden()


def test_the_page_fits_a_phone_and_a_keyboard_reaches_the_box(chromium: Browser, demo: Demo) -> None:
    trouble: list[str] = []
    page = open_page(chromium, demo, trouble, 390, 844)
    expect(page.locator(".gate")).to_have_text("Gate: not green yet")
    assert page.evaluate("document.documentElement.scrollWidth") == 390
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Go to the comment box")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.get_by_role("textbox", name="Comment")).to_be_focused()
    page.keyboard.type("Hello from a keyboard <b>with</b> <script>alert(1)</script>")
    page.keyboard.press("Control+Enter")
    said = page.locator(".said", has_text="Hello from a keyboard")
    expect(said).to_contain_text("with <script>alert(1)</script>")
    assert page.evaluate("document.documentElement.scrollWidth") == 390
    assert trouble == []


def test_without_a_script_comments_and_buttons_work_and_boxes_are_only_to_be_looked_at(
    chromium: Browser, demo: Demo
) -> None:
    page = chromium.new_context(java_script_enabled=False).new_page()
    page.goto(demo.address)
    expect(box(page, "Known issues and system requirements are listed")).to_be_disabled()
    say(page, "/release why", who="reader")
    expect(page.locator(".said:not(.bot)").last).to_contain_text("/release why")
    expect(page.get_by_label("Act as")).to_have_value("reader")
    act_as(page, "qa-lead")
    page.get_by_role("button", name="Open a P1 bug").click()
    expect(page.locator("#issues .issue").first).to_contain_text("P1 open")
    page.wait_for_timeout(1_000)  # what opens and closes in one second of GitHub's clock blocks for a minute
    page.get_by_role("button", name="Close", exact=True).click()
    expect(page.locator("#issues .issue").first).to_contain_text("P1 closed")


def picture(page: Page) -> None:
    """Take the README's picture where GONOGO_SCREENSHOT names a file for it."""
    wanted = os.environ.get("GONOGO_SCREENSHOT")
    if wanted:
        page.screenshot(path=Path(wanted))
