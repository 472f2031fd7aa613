"""Where `gonogo` begins: the command line with the service and the demo put in, each loaded only when asked for."""

from app.cli import build_cli


def serve() -> None:
    """Run the service until it is told to stop."""
    from app.serving import serve_from_settings  # noqa: PLC0415 - `gonogo plan check` need not wait for a web server

    serve_from_settings()


def demo(port: int) -> None:
    """Run the demo until it is told to stop."""
    from app.demo import run_demo  # noqa: PLC0415 - the same

    run_demo(port)


def upgrade() -> None:
    """Migrate the database of the settings."""
    from app.serving import upgrade_from_settings  # noqa: PLC0415 - the same

    upgrade_from_settings()


def cli() -> None:
    """Run the command line."""
    build_cli(serve=serve, demo=demo, upgrade=upgrade)()
