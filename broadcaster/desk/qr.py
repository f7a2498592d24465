"""QR codes of links and of Wi-Fi networks."""

import io
from enum import StrEnum

import segno
from aiohttp import web
from pydantic import BaseModel, ConfigDict, Field, model_validator
from segno.helpers import make_wifi_data

from broadcaster.desk.answers import NO_STORE

PIXELS_PER_MODULE = 16
"""Of a PNG. A link of 60 characters is then 656 pixels wide, 5.5 cm at 300 dots an inch."""


class Security(StrEnum):
    """How a Wi-Fi network is protected, as QR codes name it."""

    WPA = "WPA"
    WEP = "WEP"
    NONE = "nopass"


class WifiNetwork(BaseModel):
    """Body of `POST /api/wifi-qr`. It is not stored.

    WPA (IEEE 802.11i) takes 8 to 63 characters or 64 hexadecimal digits.
    """

    model_config = ConfigDict(extra="forbid", hide_input_in_errors=True)

    name: str = Field(min_length=1, max_length=32)
    password: str = Field("", max_length=64)
    security: Security = Security.WPA
    hidden: bool = False

    @model_validator(mode="after")
    def _password_fits(self) -> "WifiNetwork":
        if (self.security is Security.NONE) != (not self.password):
            raise ValueError("a password is needed, except for an open network")
        return self

    def text(self) -> str:
        """The text that phones read from the code."""
        security = None if self.security is Security.NONE else self.security.value
        return make_wifi_data(self.name, self.password or None, security, hidden=self.hidden)


def data_url(text: str) -> str:
    """A text as a QR code in the address of a picture, so that it is in no address of a server."""
    return str(segno.make(text, error="m", micro=False).svg_data_uri(border=4, light="#fff"))


def picture(text: str, form: str) -> web.Response:
    """A text as a QR code.

    Args:
        text: at most some hundred characters.
        form: `svg` or `png`.
    """
    code, image = segno.make(text, error="m", micro=False), io.BytesIO()
    scale = PIXELS_PER_MODULE if form == "png" else 8
    code.save(image, kind=form, scale=scale, border=4, light="#fff")
    content_type = {"svg": "image/svg+xml", "png": "image/png"}[form]
    return web.Response(body=image.getvalue(), content_type=content_type, headers=NO_STORE)
