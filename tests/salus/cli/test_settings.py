"""salus.cli.settings, defaults, output: where an action works, its defaults, and what it says to a program

given flags, the environment, salus.toml and a running local chain
    the first of these that names a node should count
    a network's chain id should be expected of the node
given salus.toml in several folders
    the nearest should count, and a path should be relative to its file
    a name that is no setting, actor, action or option should be an error with the file
given no node at all, or a variable that is not set
    one line should name the ways out
given `--json`
    standard output should get one JSON object, also after an error
"""

from __future__ import annotations

import json
import os
import socket
import sys
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Annotated, Any

import pytest
from typer import Option

from salus.base.errors import InputError, NodeUnreachable
from salus.cli import clone
from salus.cli import settings as module
from salus.cli.actor import Actor
from salus.cli.ending import fail, one_line_errors
from salus.cli.output import out
from salus.cli.progress import counting, track
from salus.cli.root import actor_of, run
from salus.cli.settings import Settings, config_named
from salus.cli.trust import is_own
from salus.cli.usage import CallError

FLAGS: dict[str, Any] = {"node": None, "network": None, "yes": False}


@pytest.fixture(autouse=True)
def alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """No settings but those of the test."""
    for name in ("RPC_URL", "NETWORK", "DEPLOYMENTS", "ACCOUNT", "CHAIN_FOLDER"):
        monkeypatch.delenv(f"SALUS_{name}", raising=False)
    monkeypatch.delenv("SEPOLIA_RPC_URL", raising=False)
    monkeypatch.setattr(module, "ENVIRONMENT", tmp_path / ".env")
    monkeypatch.setattr(module, "CLONE", tmp_path)
    monkeypatch.setattr(module.typer, "get_app_dir", lambda _: str(tmp_path / "user"))
    monkeypatch.chdir(tmp_path)


def write(path: str, text: str) -> Path:
    file = Path(path)
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text)
    return file


@pytest.fixture
def port() -> Iterator[int]:
    """A port of this machine where somebody listens."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield int(server.getsockname()[1])


def local_chain(pid: int, port: int = 9) -> None:
    state = {"url": "http://127.0.0.1:9", "port": port, "chain_id": 1337, "deployments": "there", "pid": pid}
    write(".cache/chain/chain.json", json.dumps(state))


def test_the_first_that_names_a_node_counts(monkeypatch: pytest.MonkeyPatch, port: int) -> None:
    local_chain(os.getpid(), port)
    assert Settings.load(None).endpoint() == module.Endpoint("http://127.0.0.1:9", 1337, "there")

    write("salus.toml", 'node = "http://file"')
    assert Settings.load(None).endpoint().url == "http://file"

    monkeypatch.setenv("SALUS_RPC_URL", "http://environment")
    assert Settings.load(None).endpoint().url == "http://environment"

    flags = Settings.load(None).with_flags(**{**FLAGS, "node": "http://flag"})
    assert flags.endpoint() == module.Endpoint("http://flag")
    flags = Settings.load(None).with_flags(**{**FLAGS, "network": "local"})
    assert flags.endpoint().url == "http://127.0.0.1:9"


def test_a_network_by_name(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SEPOLIA_RPC_URL", "http://sepolia")
    write("salus.toml", '[networks.ours]\nchain_id = 77\nnode = "http://ours"')

    def place(name: str) -> module.Endpoint:
        return Settings.load(None).with_flags(**{**FLAGS, "network": name}).endpoint()

    assert place("sepolia") == module.Endpoint("http://sepolia", 11_155_111)
    assert place("ours") == module.Endpoint("http://ours", 77)
    with pytest.raises(CallError, match="sepola is no network; did you mean sepolia"):
        place("sepola")
    with pytest.raises(CallError, match="BASE_SEPOLIA_RPC_URL: is not set"):
        place("base-sepolia")
    with pytest.raises(NodeUnreachable, match="no local chain runs"):
        place("local")


def test_the_environment_names_a_network(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SALUS_NETWORK", "sepolia")
    monkeypatch.setenv("SALUS_RPC_URL", "http://there")

    assert Settings.load(None).endpoint() == module.Endpoint("http://there", 11_155_111)


def test_no_node_at_all() -> None:
    local_chain(2**22 + 1)  # no process has this number
    with pytest.raises(NodeUnreachable, match="no node is named; start a local chain with"):
        Settings.load(None).endpoint()

    local_chain(os.getpid())  # the number is another process's by now
    with pytest.raises(NodeUnreachable, match="no node is named; start a local chain with"):
        Settings.load(None).endpoint()


def test_the_nearest_file_counts(monkeypatch: pytest.MonkeyPatch) -> None:
    write("user/salus.toml", 'account = "mine"\ndeployments = "books"')
    write("salus.toml", 'node = "http://above"')
    write("desk/salus.toml", 'node = "http://here"')
    monkeypatch.chdir("desk")

    found = Settings.load(None)

    assert found.endpoint().url == "http://here"
    assert found.account == "mine"
    with found.in_force():
        assert os.environ["SALUS_DEPLOYMENTS"] == str(Path("../user/books").resolve())
        assert Settings.current() == found
    assert "SALUS_DEPLOYMENTS" not in os.environ


@pytest.mark.parametrize("words", [["--config", "x.toml"], ["--config=x.toml"], ["a=1", "config=x.toml"]])
def test_a_file_that_is_named(words: list[str]) -> None:
    write("salus.toml", 'node = "http://here"')
    write("x.toml", 'node = "http://named"')

    assert Settings.load(config_named(words)).endpoint().url == "http://named"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("node = ", "is not TOML"),
        ("nod = 'x'", "nod is no setting; did you mean node"),
        ("network = 5", "network: is not a text in quotation marks"),
        ("keystores = ['a']", "keystores: is not a text"),
        ("networks = 'x'", "networks: is not a table"),
        ("hospital = 'x'", "hospital: is not a table"),
        ("[networks]\nours = 1", "networks.ours: is not a table"),
        ("[networks.ours]\nnod = 'x'", "nod is no setting; did you mean node"),
        ("[networks.ours]\nchain_id = '7'", "networks.ours.chain_id: is not a whole number"),
        ("[hospitl]\nprovider = 1", "hospitl is no setting; did you mean hospital"),
    ],
)
def test_a_faulty_file(text: str, expected: str) -> None:
    write("salus.toml", text)

    with pytest.raises(CallError) as caught:
        Settings.load(None)

    assert expected in str(caught.value)
    assert "salus.toml" in str(caught.value)


given: dict[str, Any] = {}


def desk() -> Actor:
    """An actor whose action keeps what it was given."""
    actor = Actor("hospital")

    @actor.action
    def look_up(
        provider: Annotated[int, Option(help="whose")],
        folder: Annotated[Path, Option(help="where")] = Path("here"),
        readers: Annotated[list[str], Option(help="whom")] = ["nobody"],  # noqa: B006 - never changed
        quickly: Annotated[bool, Option(help="how")] = False,
        account: Annotated[str | None, Option(help="who")] = None,
    ) -> None:
        """Looks something up."""
        given.update(provider=provider, folder=folder, readers=readers, quickly=quickly)
        given.update(dry_run=Settings.current().dry_run, yes=Settings.current().yes)
        out.print("It is there.")
        out.fact(place=folder, found=b"\x01")
        out.entry("rows", number=1)
        if provider == 13:
            raise InputError("is unlucky", field="provider", remedy="take another")

    return actor


def look_up(*words: str) -> None:
    desk().take("look-up", words, Settings.load(None))


def test_defaults_of_the_files(tmp_path: Path) -> None:
    write(
        "salus.toml",
        '[hospital]\nprovider = 7\nreaders = ["a", "b"]\n'
        '[hospital.look-up]\nfolder = "cards"\nquickly = true\n',
    )

    look_up("--readers", "c")

    assert given["provider"] == 7
    assert given["readers"] == ["c"]
    assert given["folder"] == tmp_path / "cards"
    assert given["quickly"]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("[hospital]\nprovidr = 1", "providr is no option of hospital; did you mean provider"),
        ("[hospital.lookup]\nprovider = 1", "lookup is no action of hospital; did you mean look-up"),
        ("[hospital]\nlook-up = 'x'", "hospital.look-up: is not a table"),
        ("[hospital]\nprovider = [1]", "provider: is of the wrong kind"),
        ("[hospital]\nquickly = 'yes'", "quickly: is of the wrong kind"),
        ("[hospital]\nprovider = true", "provider: is of the wrong kind"),
        ("[hospital.look-up]\nfoldr = 1", "foldr is no option of hospital look-up; did you mean folder"),
    ],
)
def test_a_default_that_nothing_takes(text: str, expected: str) -> None:
    write("salus.toml", text)

    with pytest.raises(CallError) as caught:
        look_up("--provider", "1")

    assert expected in str(caught.value)
    assert "salus.toml" in str(caught.value)


def test_flags_of_every_action() -> None:
    look_up("--provider=1", "--dry-run", "--yes")

    assert (given["dry_run"], given["yes"]) == (True, True)


def test_json(capsys: pytest.CaptureFixture[str]) -> None:
    look_up("--provider=1", "--json")

    said = capsys.readouterr()
    assert json.loads(said.out) == {
        "action": "hospital look-up",
        "place": "here",
        "found": "0x01",
        "rows": [{"number": 1}],
        "words": ["It is there."],
    }
    assert said.err == "It is there.\n"


def test_json_after_an_error(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as stop, one_line_errors():
        look_up("--provider=13", "--json")

    found = json.loads(capsys.readouterr().out)
    assert found["error"] == "provider: is unlucky; take another"
    assert found["code"] == stop.value.code == 1


def test_words_are_words_without_json(capsys: pytest.CaptureFixture[str]) -> None:
    look_up("--provider=1")

    assert capsys.readouterr().out == "It is there.\n"
    with pytest.raises(SystemExit):
        fail("something")


def test_a_file_of_another_is_not_read(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    own, others = (
        write("salus.toml", 'node = "http://own"'),
        write("desk/salus.toml", 'node = "http://theirs"'),
    )
    write("desk/names.yaml", "")
    for planted in (others, Path("desk/names.yaml")):
        planted.chmod(0o666)
    monkeypatch.chdir("desk")

    found = Settings.load(None)

    assert found.endpoint().url == "http://own"
    assert Path("names.yaml").resolve() not in [path.resolve() for path in found.names]
    assert "desk/salus.toml is not read: another user owns it or may write it" in capsys.readouterr().err
    assert own.exists()


@pytest.mark.parametrize("option", ["yes = true", "dry_run = true", 'node = "http://x"', 'network = "x"'])
def test_no_file_says_yes(option: str) -> None:
    for table in ("hospital", "hospital.look-up"):
        write("salus.toml", f"[{table}]\n{option}\n")
        with pytest.raises(CallError, match=r"is no option of hospital|a word is no option"):
            look_up("--provider", "1")


def test_the_local_chain_by_its_address(monkeypatch: pytest.MonkeyPatch, port: int) -> None:
    local_chain(os.getpid(), port)
    flags = Settings.load(None).with_flags(**{**FLAGS, "node": "http://127.0.0.1:9/"})
    assert flags.endpoint().deployments == "there"

    monkeypatch.setenv("SALUS_RPC_URL", "http://127.0.0.1:9")
    assert Settings.load(None).endpoint().deployments == "there"


@pytest.mark.parametrize("flag", ["node", "network"])
def test_an_empty_flag_is_no_default(flag: str) -> None:
    with pytest.raises(CallError, match=f"{flag}: is empty"):
        Settings.load(None).with_flags(**{**FLAGS, flag: ""})


def test_an_address_of_another_kind() -> None:
    with pytest.raises(CallError, match="node: is not http:// or https://"):
        Settings.load(None).with_flags(**{**FLAGS, "node": "ftp://x"}).endpoint()


def test_the_folders_own_environment_goes_first(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(module, "ENVIRONMENT", tmp_path / "clone" / ".env")
    write("clone/.env", "SALUS_TEST_A=clone\nSALUS_TEST_B=clone\n")
    write("desk/.env", "SALUS_TEST_A=desk\n")
    monkeypatch.chdir("desk")
    for name in ("SALUS_TEST_A", "SALUS_TEST_B"):
        monkeypatch.setenv(name, "")  # is put back after the test
        monkeypatch.delenv(name)

    Settings.load(None)

    assert (os.environ["SALUS_TEST_A"], os.environ["SALUS_TEST_B"]) == ("desk", "clone")


def test_one_outbox_for_all_folders_of_a_desk(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    write("salus.toml", "[hospital]\nprovider = 1\n")
    (tmp_path / "records").mkdir()
    monkeypatch.chdir("records")
    settings = Settings.load(None)

    command = actor_of("hospital").command("status", settings)

    assert command.context_settings["default_map"]["outbox"] == str(tmp_path / "outbox.sqlite")
    assert tmp_path / "keystores" in settings.keystores


def test_no_json_but_one_object_for_a_wrong_call(capsys: pytest.CaptureFixture[str]) -> None:
    for words in (
        ["hospital", "atest", "--json"],
        ["hospital", "status", "--json"],
        ["foo", "--json"],
        ["hospital", "status", "--provider", "x", "--json"],
        ["hospital", "status", "--config", "nope.toml", "--json"],
    ):
        with pytest.raises(SystemExit) as stop:
            run(words)
        found = json.loads(capsys.readouterr().out)
        assert found["code"] == stop.value.code == 2
        assert found["error"]


@pytest.mark.parametrize(
    ("mode", "owner", "group", "read"),
    [
        (0o644, "mine", "mine", True),
        (0o664, "mine", "mine", True),
        (0o664, "mine", "another", False),
        (0o646, "mine", "mine", False),
        (0o644, "another", "mine", False),
    ],
)
def test_whose_file_is_believed(
    mode: int, owner: str, group: str, read: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = write("salus.toml", "")
    file.chmod(mode)
    found = file.stat()
    as_seen = SimpleNamespace(
        st_mode=found.st_mode,
        st_uid=os.getuid() if owner == "mine" else os.getuid() + 1,
        st_gid=os.getgid() if group == "mine" else os.getgid() + 1,
    )
    monkeypatch.setattr(Path, "stat", lambda _: as_seen)

    assert is_own(file) is read


def test_the_users_own_file_is_the_most_general() -> None:
    write("user/salus.toml", 'node = "http://user"\naccount = "mine"')
    write("salus.toml", 'node = "http://here"')

    assert Settings.load(None).endpoint().url == "http://here"
    assert Settings.load(None).account == "mine"


def test_the_table_of_an_action_goes_before_its_actors() -> None:
    write("salus.toml", "[hospital]\nprovider = 7\n[hospital.look-up]\nprovider = 8\n")

    look_up()

    assert given["provider"] == 8


def test_no_progress_in_a_log(capsys: pytest.CaptureFixture[str]) -> None:
    with counting("bills read") as advance:
        advance(3)
    assert list(track([1, 2], "filing")) == [1, 2]

    assert capsys.readouterr().err == ""


@pytest.mark.parametrize("as_json", [True, False])
def test_what_a_tool_prints_is_no_json(
    as_json: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    python = clone.python_of(tmp_path)
    python.parent.mkdir(parents=True)
    python.symlink_to(sys.executable)
    monkeypatch.setattr(clone, "CLONE", tmp_path)

    with out.as_json(as_json, "suite deploy"):
        clone.run_tool("platform")

    said = capfd.readouterr()
    assert json.loads(said.out)["code"] == 0 if as_json else said.out.strip()
    assert bool(said.err.strip()) is as_json
