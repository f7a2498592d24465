"""The desk offers the provider's sign-in, and says why it did not succeed."""

import os
from pathlib import Path

from playwright.async_api import expect

from broadcaster.config import Settings
from tests.access.oidc_settings import settings_of
from tests.support.axe import violations
from tests.support.browser import headless_shell
from tests.support.oidc_provider import running_provider
from tests.support.ports import free_port
from tests.support.server import running_server

PICTURES = os.environ.get("BROADCASTER_TEST_PICTURES", "")


async def test_the_button_leads_to_the_provider_and_back(tmp_path: Path) -> None:
    async with running_provider() as provider:
        # Another site than the desk, so that browsers keep cookies apart.
        provider.issuer = provider.issuer.replace("127.0.0.1", "localhost")
        given = settings_of(provider, free_port())
        given["oidc_client_secret"] = Settings.model_validate(given).oidc_client_secret
        async with running_server(tmp_path, **given) as server, headless_shell() as browser:
            context = await browser.new_context(viewport={"width": 360, "height": 800})
            page = await context.new_page()
            await page.goto(f"{server.url}/desk")
            button = page.get_by_role("link", name="Sign in with localhost")
            await expect(button).to_be_visible()
            assert await violations(page) == []
            if PICTURES:
                await page.screenshot(path=f"{PICTURES}/sign-in-360.png")
            await button.click()
            account = page.locator("#account p")
            await expect(account).to_have_text("Signed in as ana@talks.example (Organizer)")
            assert page.url == f"{server.url}/desk"
            await page.click(".sign-out")
            provider.claims = {"email": "eve@elsewhere.example"}
            await button.click()
            problem = page.locator("#problem strong")
            await expect(problem).to_have_text("You may not enter here")
            await expect(button).to_be_visible()
            assert page.url == f"{server.url}/desk"
            if PICTURES:
                await page.set_viewport_size({"width": 1280, "height": 800})
                await page.screenshot(path=f"{PICTURES}/refused-1280.png")
