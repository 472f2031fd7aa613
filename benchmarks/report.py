"""What a run has measured: rows for people, figures for machines."""

from dataclasses import dataclass, field

from rich.table import Table


@dataclass
class Report:
    """Rows for people and figures for machines."""

    figures: dict[str, float] = field(default_factory=dict[str, float])
    table: Table = field(
        default_factory=lambda: Table("what", "measured", "aim", title="Go/No-Go: what it costs", title_justify="left")
    )

    def add(self, name: str, value: float, words: str, aim: str = "") -> None:
        """Add a row; `name` is its key in the JSON."""
        self.figures[name] = round(value, 3)
        self.table.add_row(name.replace("_", " "), words.format(value), aim)

    def lacks(self, name: str, why: str) -> None:
        """Add a row that says why something was not measured."""
        self.table.add_row(name.replace("_", " "), why, "")

    def section(self) -> None:
        """Draw a line."""
        self.table.add_section()
