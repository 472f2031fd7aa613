"""Settings: read from the environment or a file, refused in words that people can act on, and never shown."""

from pathlib import Path

import pytest

from app.settings import Settings, SettingsError, load_settings, settings_table

PEM = "-----BEGIN RSA PRIVATE KEY-----\nMIIE\n-----END RSA PRIVATE KEY-----\n"
LEAST = {
    "GONOGO_APP_ID": "12345",
    "GONOGO_PRIVATE_KEY": PEM,
    "GONOGO_WEBHOOK_SECRET": "swordfish",
}


def refused(environ: dict[str, str]) -> str:
    with pytest.raises(SettingsError) as caught:
        load_settings(None, environ)
    return str(caught.value)


def test_three_settings_are_enough() -> None:
    settings = load_settings(None, LEAST)

    assert settings.app_id == 12345
    assert settings.read_private_key().get_secret_value() == PEM
    assert settings.webhook_secrets == ("swordfish",)
    assert settings.database_url.get_secret_value() == "sqlite:///./var/gonogo.db"
    assert (settings.host, settings.port) == ("127.0.0.1", 8000)
    assert (settings.github_api_url, settings.github_url) == ("https://api.github.com", "https://github.com")


def test_every_setting_can_be_set(tmp_path: Path) -> None:
    key = tmp_path / "key"
    key.write_text(PEM)
    environ = {
        "GONOGO_APP_ID": "1",
        "GONOGO_PRIVATE_KEY_FILE": str(key),
        "GONOGO_WEBHOOK_SECRET": "new, old\nolder,\n",
        "GONOGO_GITHUB_API_URL": "https://github.example/api/v3/",
        "GONOGO_GITHUB_URL": "https://github.example/",
        "GONOGO_DATABASE_URL": "sqlite:////srv/gonogo.db",
        "GONOGO_HOST": "0.0.0.0",  # noqa: S104 - as in a container
        "GONOGO_PORT": "0",
        "GONOGO_PUBLIC_URL": "https://gonogo.example",
        "GONOGO_TAG_SIGNING_KEY_FILE": str(key),
        "GONOGO_METRICS_TOKEN": "swordfish",
        "GONOGO_NOTIFY": "mailto://gonogo.example",
    }
    assert len(environ) == len(Settings.model_fields) - 1

    settings = load_settings(None, environ)

    assert settings.webhook_secrets == ("new", "old", "older")
    assert settings.read_private_key().get_secret_value() == PEM
    assert settings.github_api_url == "https://github.example/api/v3"
    assert settings.port == 0


def test_a_file_is_read_and_the_environment_goes_before_it(tmp_path: Path) -> None:
    file = tmp_path / ".env"
    file.write_text(f'GONOGO_PRIVATE_KEY="{PEM}"\nGONOGO_PORT=1\nOTHER=x\nGONOGO_HOST=\ngonogo_app_id=7\n')

    settings = load_settings(file, {"GONOGO_PORT": "2", "GONOGO_WEBHOOK_SECRET": "s", "PATH": "/bin"})

    assert (settings.app_id, settings.port) == (7, 2)


def test_line_ends_of_a_key_may_be_written_out() -> None:
    settings = load_settings(None, LEAST | {"GONOGO_PRIVATE_KEY": PEM.replace("\n", "\\n")})

    assert settings.read_private_key().get_secret_value() == PEM


def test_without_anything_all_that_is_missing_is_named_at_once() -> None:
    said = refused({})

    assert "GONOGO_APP_ID is not set. The GitHub App's id, from its settings page." in said
    assert "GONOGO_WEBHOOK_SECRET is not set." in said
    assert "Set either GONOGO_PRIVATE_KEY or GONOGO_PRIVATE_KEY_FILE." in said
    assert len(said.splitlines()) == 3


@pytest.mark.parametrize("secret", ["", " ", ",\n ,"])
def test_it_does_not_start_with_an_empty_webhook_secret(secret: str) -> None:
    said = refused(LEAST | {"GONOGO_WEBHOOK_SECRET": secret})

    assert said == "GONOGO_WEBHOOK_SECRET is empty: anybody could send us deliveries"


def test_what_stands_around_a_token_or_an_address_is_no_part_of_it() -> None:
    settings = load_settings(
        None, LEAST | {"GONOGO_METRICS_TOKEN": " abc\n", "GONOGO_PUBLIC_URL": " https://x.example/ "}
    )
    assert settings.metrics_token is not None
    assert settings.metrics_token.get_secret_value() == "abc"
    assert settings.public_url == "https://x.example"


def test_a_file_that_is_no_text_is_told(tmp_path: Path) -> None:
    (tmp_path / ".env").write_bytes(b"GONOGO_WEBHOOK_SECRET=\xff")
    with pytest.raises(SettingsError, match=r"\.env cannot be read: UnicodeDecodeError"):
        load_settings(tmp_path / ".env", LEAST)


def test_a_token_for_the_figures_that_is_none_is_refused() -> None:
    assert refused(LEAST | {"GONOGO_METRICS_TOKEN": " "}).startswith("GONOGO_METRICS_TOKEN is empty")


def test_one_private_key_is_wanted_and_not_two(tmp_path: Path) -> None:
    key = tmp_path / "key"
    key.write_text(PEM)
    both = LEAST | {"GONOGO_PRIVATE_KEY_FILE": str(key)}
    neither = {name: value for name, value in LEAST.items() if name != "GONOGO_PRIVATE_KEY"}

    assert refused(both).startswith("Set either GONOGO_PRIVATE_KEY or GONOGO_PRIVATE_KEY_FILE.")
    assert refused(neither).startswith("Set either GONOGO_PRIVATE_KEY or GONOGO_PRIVATE_KEY_FILE.")


def test_what_is_no_key_is_told_and_not_shown(tmp_path: Path) -> None:
    key = tmp_path / "key"
    key.write_text("ssh-rsa AAAA")
    in_file = {**LEAST, "GONOGO_PRIVATE_KEY_FILE": str(key)}
    del in_file["GONOGO_PRIVATE_KEY"]

    assert refused(in_file).startswith("GONOGO_PRIVATE_KEY_FILE holds no private key")
    assert refused(LEAST | {"GONOGO_PRIVATE_KEY": ""}).startswith("GONOGO_PRIVATE_KEY holds no private key")
    said = refused(LEAST | {"GONOGO_PRIVATE_KEY": "swordfish"})
    assert said.startswith("GONOGO_PRIVATE_KEY holds no private key")
    assert "swordfish" not in said


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("GONOGO_APP_ID", "my-app", "GONOGO_APP_ID is no whole number"),
        ("GONOGO_APP_ID", "0", "GONOGO_APP_ID is out of range"),
        ("GONOGO_PORT", "70000", "GONOGO_PORT is out of range"),
        ("GONOGO_GITHUB_URL", "github.com", "GONOGO_GITHUB_URL is no http(s) address"),
        ("GONOGO_PUBLIC_URL", "ftp://gonogo.example", "GONOGO_PUBLIC_URL is no http(s) address"),
        (
            "GONOGO_DATABASE_URL",
            "mysql://root:swordfish@db",
            (
                "GONOGO_DATABASE_URL is no address of a SQLite file such as sqlite:///./var/gonogo.db,"
                " nor of a PostgreSQL database such as postgresql+psycopg://USER:PASSWORD@HOST/gonogo"
            ),
        ),
        ("GONOGO_TAG_SIGNING_KEY_FILE", "/nowhere", "GONOGO_TAG_SIGNING_KEY_FILE names no file: /nowhere"),
        ("GONOGO_APPID", "1", "GONOGO_APPID is no setting: did you mean GONOGO_APP_ID?"),
        ("GONOGO_WEBHOK_SECRET", "hush", "GONOGO_WEBHOK_SECRET is no setting: did you mean GONOGO_WEBHOOK_SECRET?"),
        ("GONOGO_XYZZY", "1", "GONOGO_XYZZY is no setting"),
    ],
)
def test_trouble_is_told_by_name_and_without_the_value(name: str, value: str, said: str) -> None:
    assert refused(LEAST | {name: value}) == said


def test_secrets_are_masked_wherever_settings_are_shown() -> None:
    settings = load_settings(None, LEAST | {"GONOGO_NOTIFY": "slack://hush"})

    for shown in (repr(settings), str(settings), settings.model_dump_json()):
        assert "swordfish" not in shown
        assert "MIIE" not in shown
        assert "hush" not in shown


def test_the_table_names_every_setting_with_its_default() -> None:
    rows = settings_table().splitlines()

    assert rows[0] == "| Setting | Default | What it is |"
    assert len(rows) == 2 + len(Settings.model_fields)
    assert "| `GONOGO_APP_ID` | **required** | The GitHub App's id, from its settings page. |" in rows
    assert any(row.startswith("| `GONOGO_DATABASE_URL` | `sqlite:///./var/gonogo.db` |") for row in rows)
    assert all(row.count("|") == 4 for row in rows)


def test_every_setting_is_described() -> None:
    assert all(field.description for field in Settings.model_fields.values())


@pytest.mark.parametrize("rest", ["/gonogo", "/gonogo?host=/run/postgresql", "/gonogo?sslmode=verify-full"])
def test_a_postgresql_database_is_taken(rest: str) -> None:
    address = f"postgresql+psycopg://gonogo:tuna@db.example{rest}"

    settings = load_settings(None, {**LEAST, "GONOGO_DATABASE_URL": address})

    assert settings.database_url.get_secret_value() == address
    assert "tuna" not in repr(settings)


@pytest.mark.parametrize(
    "address",
    [
        "postgresql://gonogo:tuna@db.example/gonogo",
        "postgresql+asyncpg://gonogo:tuna@db.example/gonogo",
        "postgresql+psycopg://gonogo:tuna@db.example",
        "postgresql+psycopg://gonogo:tuna@db.example:tuna/gonogo",
        "mysql://gonogo:tuna@db.example/gonogo",
    ],
)
def test_any_other_database_is_refused_without_its_password(address: str) -> None:
    told = refused({**LEAST, "GONOGO_DATABASE_URL": address})

    assert "postgresql+psycopg://USER:PASSWORD@HOST/gonogo" in told
    assert "tuna" not in told
