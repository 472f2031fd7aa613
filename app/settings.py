"""The service's settings: `GONOGO_*` in the environment or in `.env`. Read by the composition root only."""

import os
from collections.abc import Iterable, Mapping
from difflib import get_close_matches
from pathlib import Path
from typing import Annotated, Any, Final

from dotenv import dotenv_values
from pydantic import AfterValidator, Field, HttpUrl, SecretStr, TypeAdapter, ValidationError, model_validator
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError

PREFIX: Final = "GONOGO_"

_ONE_KEY: Final = "Set either GONOGO_PRIVATE_KEY or GONOGO_PRIVATE_KEY_FILE. The App signs in with that key."


class SettingsError(Exception):
    """The settings cannot be used. Its text is for people: one line per trouble, and no secret in any of them."""


def _web_address(value: str) -> str:
    """Return an http(s) address without its last slash, so that paths can be put behind it."""
    value = value.strip()
    try:
        TypeAdapter(HttpUrl).validate_python(value)
    except ValidationError:
        raise ValueError("is no http(s) address") from None
    return value.rstrip("/")


_DATABASES: Final = (
    "is no address of a SQLite file such as sqlite:///./var/gonogo.db,"
    " nor of a PostgreSQL database such as postgresql+psycopg://USER:PASSWORD@HOST/gonogo"
)


def _database(value: SecretStr) -> SecretStr:
    address = value.get_secret_value()
    if address.startswith("sqlite:///") and address.removeprefix("sqlite:///") not in {"", ":memory:"}:
        return value
    try:
        parsed = make_url(address)
    except (ArgumentError, ValueError):
        raise ValueError(_DATABASES) from None  # its own text holds the password
    if parsed.drivername != "postgresql+psycopg" or not parsed.database:
        raise ValueError(_DATABASES)
    return value


def _some_secret(value: SecretStr) -> SecretStr:
    if not split(value):
        raise ValueError("is empty: anybody could send us deliveries")
    return value


def _some_token(value: SecretStr) -> SecretStr:
    token = value.get_secret_value().strip()  # a file that it was kept in has ended its line
    if not token:
        raise ValueError("is empty: leave it out where anybody may read /metrics")
    return SecretStr(token)


def _file(value: Path) -> Path:
    if not value.is_file():
        raise ValueError(f"names no file: {value}")
    return value


WebAddress = Annotated[str, AfterValidator(_web_address)]
DatabaseUrl = Annotated[SecretStr, AfterValidator(_database)]
ExistingFile = Annotated[Path, AfterValidator(_file)]


class Settings(BaseSettings):
    """What the people who run the service decide. Each field is `GONOGO_<NAME>` in the environment."""

    model_config = SettingsConfigDict(frozen=True, extra="ignore", hide_input_in_errors=True)

    app_id: int = Field(gt=0, description="The GitHub App's id, from its settings page.")
    private_key: SecretStr | None = Field(
        default=None,
        description="The App's private key as PEM text; `\\n` may stand for line ends. Either this or the file.",
    )
    private_key_file: ExistingFile | None = Field(
        default=None, description="The file that holds the App's private key. Either this or the text."
    )
    webhook_secret: Annotated[SecretStr, AfterValidator(_some_secret)] = Field(
        description="The App's webhook secret; several, separated by commas or line ends, while one replaces another."
    )
    github_api_url: WebAddress = Field(
        default="https://api.github.com",
        description="GitHub's REST API; on GitHub Enterprise Server `https://HOST/api/v3`.",
    )
    github_url: WebAddress = Field(
        default="https://github.com", description="GitHub as people see it; on an Enterprise Server its own address."
    )
    database_url: DatabaseUrl = Field(
        default=SecretStr("sqlite:///./var/gonogo.db"),
        description="Where everything is kept: a SQLite file, or `postgresql+psycopg://USER:PASSWORD@HOST/NAME`.",
    )
    host: str = Field(default="127.0.0.1", description="The address to listen on; `0.0.0.0` in a container.")
    port: int = Field(default=8000, ge=0, le=65_535, description="The port to listen on.")
    public_url: WebAddress | None = Field(
        default=None,
        description="This service as GitHub reaches it: where the doctor wants the App's webhook to point.",
    )
    metrics_token: Annotated[SecretStr, AfterValidator(_some_token)] | None = Field(
        default=None,
        description="What Prometheus has to bring as its bearer token to read `/metrics`; none: anybody may read it.",
    )
    tag_signing_key_file: ExistingFile | None = Field(
        default=None,
        description="The private SSH or OpenPGP key, without a passphrase, that signs release tags; none: unsigned.",
    )
    notify: SecretStr | None = Field(
        default=None,
        description="Not used yet. Where announcements are to go: Apprise addresses, separated by commas or line ends.",
    )

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Take what `load_settings` gathered and nothing behind its back: it refuses names that are no settings."""
        del settings_cls, env_settings, dotenv_settings, file_secret_settings
        return (init_settings,)

    @model_validator(mode="after")
    def _one_private_key(self) -> "Settings":
        if (self.private_key is None) == (self.private_key_file is None):
            raise ValueError(_ONE_KEY)
        name = "GONOGO_PRIVATE_KEY" if self.private_key is not None else "GONOGO_PRIVATE_KEY_FILE"
        if not self.read_private_key().get_secret_value().lstrip().startswith("-----BEGIN "):
            raise ValueError(
                f"{name} holds no private key: a line `-----BEGIN ... PRIVATE KEY-----` was expected first"
            )
        return self

    @property
    def webhook_secrets(self) -> tuple[str, ...]:
        """Each webhook secret that counts; at least one."""
        return split(self.webhook_secret)

    def read_private_key(self) -> SecretStr:
        """Return the App's private key as PEM text, read from its file where it is in one."""
        if self.private_key is not None:
            return SecretStr(self.private_key.get_secret_value().replace("\\n", "\n"))
        if self.private_key_file is None:
            return SecretStr("")
        return SecretStr(self.private_key_file.read_text(encoding="utf-8", errors="replace"))


def split(value: SecretStr) -> tuple[str, ...]:
    """Return the values that commas or line ends separate, without the spaces around them."""
    parts = value.get_secret_value().replace("\n", ",").split(",")
    return tuple(part.strip() for part in parts if part.strip())


def load_settings(env_file: Path | None = Path(".env"), environ: Mapping[str, str] = os.environ) -> Settings:
    """Read the settings. The environment goes before the file. Raises SettingsError, which says all that is wrong."""
    given = _given(env_file, environ)
    troubles = [_unknown(name) for name in given if name not in Settings.model_fields]
    try:
        settings = Settings.model_validate(given)
    except ValidationError as error:
        troubles += [_in_words(problem) for problem in error.errors(include_url=False, include_input=False)]
        if given.keys().isdisjoint({"private_key", "private_key_file"}) and _ONE_KEY not in troubles:
            troubles.append(_ONE_KEY)  # not asked for where another field is in trouble already
    else:
        if not troubles:
            return settings
    raise SettingsError("\n".join(troubles))


def load_database_url(env_file: Path | None = Path(".env"), environ: Mapping[str, str] = os.environ) -> str:
    """Read where everything is kept and ask for nothing else: to read a log takes neither the App's key nor GitHub.

    Raises SettingsError, also for a name that is no setting: it may be this one, misspelt.
    """
    given = _given(env_file, environ)
    troubles = [_unknown(name) for name in given if name not in Settings.model_fields]
    url: SecretStr = Settings.model_fields["database_url"].default
    if "database_url" in given:
        try:
            url = TypeAdapter[SecretStr](DatabaseUrl).validate_python(given["database_url"])
        except ValidationError as error:
            problems = error.errors(include_url=False, include_input=False)
            troubles += [_in_words({**problem, "loc": ("database_url",)}) for problem in problems]
    if troubles:
        raise SettingsError("\n".join(troubles))
    return url.get_secret_value()


def _given(env_file: Path | None, environ: Mapping[str, str]) -> dict[str, str]:
    """Return what is set, by the names of fields. The environment goes before the file. Raises SettingsError."""
    try:
        in_file = dotenv_values(env_file) if env_file is not None and env_file.is_file() else {}
    except (OSError, UnicodeDecodeError) as error:
        raise SettingsError(f"{env_file} cannot be read: {type(error).__name__}") from None  # its text may quote it
    return {
        name.upper().removeprefix(PREFIX).lower(): value
        for name, value in {**in_file, **environ}.items()
        if name.upper().startswith(PREFIX) and value is not None
    }


def _unknown(name: str) -> str:
    near = get_close_matches(name, Settings.model_fields, n=1)
    hint = f": did you mean {PREFIX}{near[0].upper()}?" if near else ""
    return f"{PREFIX}{name.upper()} is no setting{hint}"


_WORDS: Final = {
    "int_parsing": "is no whole number",
    "greater_than": "is out of range",
    "greater_than_equal": "is out of range",
    "less_than_equal": "is out of range",
}


def _in_words(problem: Mapping[str, Any]) -> str:
    where: tuple[str | int, ...] = problem["loc"]
    if not where:
        return str(problem["ctx"]["error"])
    name = str(where[0])
    if problem["type"] == "missing":
        return f"{PREFIX}{name.upper()} is not set. {Settings.model_fields[name].description}"
    if problem["type"] == "value_error":
        return f"{PREFIX}{name.upper()} {problem['ctx']['error']}"
    return f"{PREFIX}{name.upper()} {_WORDS.get(problem['type'], 'is not understood')}"


def settings_table() -> str:
    """Return the settings as a Markdown table, for the documentation."""
    rows = [
        (f"`{PREFIX}{name.upper()}`", _default(name), field.description or "")
        for name, field in Settings.model_fields.items()
    ]
    return "\n".join(_table(("Setting", "Default", "What it is"), rows)) + "\n"


def _default(name: str) -> str:
    field = Settings.model_fields[name]
    if field.is_required():
        return "**required**"
    value: object = field.default
    if value is None:
        return ""
    return f"`{value.get_secret_value() if isinstance(value, SecretStr) else value}`"


def _table(head: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> Iterable[str]:
    for row in (head, ("---",) * len(head), *rows):
        yield f"| {' | '.join(row)} |"
