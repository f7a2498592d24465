"""The states of the attendee page, and the way into each."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from tests.matrix.events import Events
from tests.matrix.tabs import Tab

CLEAR = """() => {
  if (location.origin === 'null') return;
  localStorage.clear();
  sessionStorage.clear();
}"""
"""An empty tab has no storage."""
SHOWS_CAPTIONS = "() => document.querySelectorAll('#captions .caption').length > 3"
HAS_TOOLS = "() => document.querySelector('#search-button')?.hidden === false"
HAS_SOUND = "() => window.broadcasterPlayer !== undefined"
IS_PLAYING = "() => window.broadcasterPlayer?.state === 'playing'"
CLICK = "(selector) => document.querySelector(selector).click()"
FOCUS = "(selector) => document.querySelector(selector).focus()"
TYPE = """(selector, text) => {
  const field = document.querySelector(selector);
  field.value = text;
  field.dispatchEvent(new Event('input', {bubbles: true}));
}"""
WRONG_LINK = """() => {
  dispatchEvent(new Event('online'));
  return document.querySelector('#placeholder').dataset.state === 'wrong';
}"""

Way = Callable[[Tab, Events], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class State:
    """A state of the page.

    Attributes:
        name: of the state.
        path: to open.
        enter: leads from the loaded page into the state, and waits for it.
        opener: selector of the control that opens what the Escape key closes; empty for none.
    """

    name: str
    path: str
    enter: Way
    opener: str = ""


async def reading(tab: Tab, _events: Events) -> None:
    """Captions are there, and everything that is loaded after them."""
    await tab.until(SHOWS_CAPTIONS)
    await tab.until(HAS_TOOLS)
    await tab.until(HAS_SOUND)


def shows(state: str) -> Way:
    """The middle of the page shows this state."""
    condition = f"() => document.querySelector('#placeholder')?.dataset.state === '{state}'"

    async def enter(tab: Tab, _events: Events) -> None:
        await tab.until(condition)

    return enter


async def code_field(tab: Tab, _events: Events) -> None:
    await tab.until("() => document.querySelector('#code') !== null")
    await tab.until("() => document.documentElement.dir !== ''")


async def wrong_code(tab: Tab, events: Events) -> None:
    await code_field(tab, events)
    await tab.until("() => document.querySelector('#problem').textContent !== ''")


async def wrong_link(tab: Tab, _events: Events) -> None:
    """The page tries several times before it says so; each try follows the last at once."""
    await tab.until(WRONG_LINK)


async def playing(tab: Tab, events: Events) -> None:
    await reading(tab, events)
    await tab.evaluate(CLICK, "#listen")
    await tab.until(IS_PLAYING)


async def stopped(tab: Tab, events: Events) -> None:
    await playing(tab, events)
    await tab.evaluate(CLICK, "#listen")
    await tab.until("() => window.broadcasterPlayer.state === 'idle'")


async def interrupted(tab: Tab, events: Events) -> None:
    """As when a call comes in."""
    await playing(tab, events)
    await tab.evaluate("() => window.broadcasterPlayer.context.suspend()")
    await tab.until("() => window.broadcasterPlayer.state === 'interrupted'")


async def offline(tab: Tab, events: Events) -> None:
    await playing(tab, events)
    await events.lose_network()
    await tab.until("() => document.querySelector('#notice').dataset.tone === 'warn'")


async def settings(tab: Tab, events: Events) -> None:
    await reading(tab, events)
    await open_by_key(tab, "#settings-button")
    await tab.until("() => document.querySelector('#text-size') !== null")


async def sheet(tab: Tab, events: Events) -> None:
    await reading(tab, events)
    await open_by_key(tab, "#languages-button")
    await tab.until("() => document.querySelector('#languages')?.open")


async def sheet_parted(tab: Tab, events: Events) -> None:
    await sheet(tab, events)
    await tab.evaluate(CLICK, "#linked")
    await tab.until("() => document.querySelectorAll('[name=target]').length === 3")


async def nothing_found(tab: Tab, events: Events) -> None:
    await sheet(tab, events)
    await tab.evaluate(TYPE, "#language-search", "xyz")


async def search(tab: Tab, events: Events) -> None:
    """A word that is in the newest caption, whatever the language, is searched."""
    await reading(tab, events)
    await open_by_key(tab, "#search-button")
    words = "[...document.querySelectorAll('#captions .caption')].pop().textContent"
    await tab.evaluate(f"() => ({TYPE})('.search-bar input', {words}.trim().slice(-6, -1))")
    await tab.until("() => document.querySelector('#captions mark') !== null")


async def quote(tab: Tab, events: Events) -> None:
    await reading(tab, events)
    await tab.evaluate(CLICK, "#captions .caption")
    await tab.until("() => document.querySelector('.quote-bar')?.hidden === false")


async def two_languages(tab: Tab, events: Events) -> None:
    await sheet(tab, events)
    await tab.evaluate(CLICK, "[name=target][value=second]")
    await tab.evaluate(CLICK, "#languages button[data-channel='ja']")
    await tab.press("Escape")
    await tab.until("() => document.querySelectorAll('#second-pane .caption').length > 3")
    await tab.until("() => !document.querySelector('#languages').open")


async def captions_only(tab: Tab, events: Events) -> None:
    await sheet(tab, events)
    await tab.evaluate(CLICK, "#captions-only")
    await tab.press("Escape")
    await tab.until("() => document.querySelector('#dock').dataset.form === 'captions'")
    await tab.until("() => !document.querySelector('#languages').open")


async def open_by_key(tab: Tab, opener: str) -> None:
    """Open something as a person without a pointer does."""
    await tab.evaluate(FOCUS, opener)
    await tab.press("Enter")


STATES = (
    State("join", "/", code_field),
    State("wrong code", "/nothing", wrong_code),
    State("passcode", "/e/shut", shows("passcode")),
    State("full", "/e/full", shows("full")),
    State("wrong link", "/e/nosuch", wrong_link),
    State("waiting", "/e/waiting", shows("waiting")),
    State("live, nothing said", "/e/soon", shows("soon")),
    State("live", "/e/talk", reading),
    State("AI notice", "/e/notices", reading),
    State("playing", "/e/talk", playing),
    State("stopped", "/e/talk", stopped),
    State("interrupted", "/e/talk", interrupted),
    State("connection lost", "/e/talk", offline),
    State("settings", "/e/talk", settings, "#settings-button"),
    State("search", "/e/talk", search, "#search-button"),
    State("quote", "/e/talk", quote),
    State("many languages", "/e/congress", reading),
    State("sheet", "/e/congress", sheet, "#languages-button"),
    State("sheet, parted", "/e/congress", sheet_parted, "#languages-button"),
    State("nothing found", "/e/congress", nothing_found, "#languages-button"),
    State("two languages", "/e/congress", two_languages),
    State("captions only", "/e/congress", captions_only),
    State("paused", "/e/paused", shows("paused")),
    State("ended", "/e/ended", shows("ended")),
    State("ended, with file", "/e/kept", shows("ended")),
)


async def entered(tab: Tab, events: Events, state: State) -> None:
    """Bring a tab into a state, as one that has never been there before."""
    events.find_network()
    await tab.evaluate(CLEAR)
    await tab.renew()
    await tab.goto(events.url + state.path)
    await state.enter(tab, events)
