"""A visitor of `gonogo demo` watches the story, writes commands and sees what comes of them."""

import os
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

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


def box(page: Page, item: str) -> str:
    """Return what the box of an item says: ticked or open."""
    found = page.locator("li.task", has_text=item).first.get_by_role("checkbox").first
    return "ticked" if found.is_checked() else "open"


def say(page: Page, text: str, *, who: str = "release-manager") -> None:
    page.get_by_label("Speak as").select_option(who)
    page.get_by_role("textbox", name="Comment").fill(text)
    page.get_by_role("button", name="Comment", exact=True).click()


def test_a_visitor_takes_over_from_the_story(chromium: Browser, start_demo: Callable[[int], Demo]) -> None:
    expect.set_options(timeout=PATIENCE * 1000)
    demo = start_demo(free_port())
    demo.wait_until_told(f"Open {demo.address}")
    trouble: list[str] = []
    page = open_page(chromium, demo, trouble)
    expect(page.get_by_role("heading", level=1)).to_have_text("Release 1.0.0 #1")
    expect(page.get_by_role("status")).to_contain_text("Your turn: write /release notarize into the box.")
    expect(page.locator(".gate")).to_have_text("Gate: not green yet")
    assert [box(page, item) for item in OF_2_3] == ["open"] * 3
    expect(page.locator("#runs")).not_to_contain_text("notarize")

    # the command that the README promises, by the chip that offers it
    page.get_by_role("button", name="/release notarize", exact=True).click()
    page.get_by_role("button", name="Comment", exact=True).click()
    expect(page.locator("#runs li", has_text="Release 1.0.0: notarize").first).to_contain_text("notarize (arm)")
    expect(page.locator("li.task", has_text=OF_2_3[0]).first.get_by_role("checkbox").first).to_be_checked()
    picture(page)
    for item in OF_2_3:
        expect(page.locator("li.task", has_text=item).first.get_by_role("checkbox").first).to_be_checked()
    expect(page.locator(".said:not(.bot)").last.get_by_role("img", name="1 rocket")).to_be_visible()
    expect(page.get_by_role("heading", name="2.3 Notarize macOS Builds · 3/3")).to_be_in_viewport()
    expect(page.get_by_role("textbox", name="Comment")).to_have_value("")

    say(page, "/release notarise")
    expect(page.locator(".said.bot").last).to_contain_text("Did you mean this? /release notarize", use_inner_text=False)
    expect(page.get_by_role("status")).to_contain_text("refused")
    say(page, "/release package-release", who="reader")
    expect(page.locator(".said.bot").last).to_contain_text("and you have read. Ask somebody with write to say it.")

    assert trouble == []
    assert demo.interrupt() == 0
    expect(page.get_by_role("alert")).to_have_text("The demo does not answer any more. Was it ended in the terminal?")
    assert list(demo.temporary.iterdir()) == []


def test_the_page_fits_a_phone_and_a_keyboard_reaches_the_box(
    chromium: Browser, start_demo: Callable[[int], Demo]
) -> None:
    expect.set_options(timeout=PATIENCE * 1000)
    demo = start_demo(free_port())
    demo.wait_until_told(f"Open {demo.address}")
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
    assert trouble == []


def picture(page: Page) -> None:
    """Take the README's picture where GONOGO_SCREENSHOT names a file for it."""
    wanted = os.environ.get("GONOGO_SCREENSHOT")
    if wanted:
        page.screenshot(path=Path(wanted))
