"""How the demo talks: chapters, sentences, outcomes, and a bar that shows how far the year has come."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, Progress, TaskID, TextColumn, TimeElapsedColumn

from salus.base import days, money


class Teller:
    """Tells the story on a terminal, or into a file without colours."""

    def __init__(self, console: Console | None = None) -> None:
        self.console = console or Console(highlight=False, soft_wrap=True)
        self._progress: Progress | None = None
        self._task: TaskID | None = None

    def title(self, text: str, *more: str) -> None:
        self.console.rule(f"[bold]{escape(text)}", style="cyan")
        for line in more:
            self.console.print(escape(line))

    def chapter(self, text: str) -> None:
        self.console.print(f"\n[bold cyan]{escape(text)}")

    def say(self, text: str) -> None:
        self.console.print(f"  {escape(text)}")

    def done(self, text: str) -> None:
        self.console.print(f"  [green]✓[/] {escape(text)}")

    def refused(self, text: str) -> None:
        self.console.print(f"  [red]✗[/] {escape(text)}")

    def waits(self, text: str) -> None:
        self.console.print(f"  [yellow]◷[/] {escape(text)}")

    def day(self, day: int, text: str) -> None:
        self.console.print(f"  [dim]{words_of(day):>11}[/]  {escape(text)}")

    @contextmanager
    def year(self, steps: int) -> Iterator[None]:
        """A progress bar for as many steps."""
        columns = (
            TextColumn("  [cyan]the year[/]"),
            BarColumn(),
            TextColumn("{task.description}"),
            TimeElapsedColumn(),
        )
        with Progress(*columns, console=self.console, transient=True) as progress:
            self._progress, self._task = progress, progress.add_task("", total=steps)
            try:
                yield
            finally:
                self._progress = self._task = None

    def step(self, text: str) -> None:
        """One step of the year is done."""
        if self._progress is not None and self._task is not None:
            self._progress.update(self._task, advance=1, description=text)


def words_of(day: int) -> str:
    """A civil day as people write it: 3 Mar 2026."""
    date = days.to_date(day)
    return f"{date.day} {date:%b} {date.year}"


def dollars(minor: int, currency: str = "USD") -> str:
    """An amount for a person."""
    return money.to_words(minor, currency)
