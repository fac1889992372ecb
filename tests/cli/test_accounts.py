"""Signing in to Sage 200 as a person does: an address, a browser, and what it opened."""

from __future__ import annotations

import json
import re
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
from click.testing import CliRunner
from tests.processes.estate import Control, build_estate
from tests.processes.house import COMPANY, Choices, House

from tieout.cli import tieout
from tieout.cli.shared import UserError
from tieout.sandbox.serve import ServedEstate

if TYPE_CHECKING:
    from tests.processes.estate import Json

ADDRESS = re.compile(r"http://\S+/authorize\S+")
ELSEWHERE = "https://tieout.example/signed-in"


@dataclass(frozen=True, slots=True)
class Said:
    """How a command ended."""

    code: int
    out: str
    err: str
    refusal: str

    @property
    def document(self) -> Json:
        assert self.out, self.refusal
        return json.loads(self.out)

    @property
    def one_sentence(self) -> str:
        """Of a command that was refused."""
        assert self.code == 1, self.out
        assert "\n" not in self.refusal
        return self.refusal


class Desk:
    """A person at a terminal and in a browser, before anybody has signed in."""

    def __init__(self, house: House, home: Path) -> None:
        self.house, self.home = house, home
        self.config = home / "before.toml"
        self.write(site_id="", company_id=0)

    def write(self, *, redirect_uri: str = ELSEWHERE, **changes: object) -> None:
        """The house's settings without its refresh token, with other values for an account at Sage."""
        lines = self.house.config.read_text(encoding="utf-8").splitlines()
        kept = [line for line in lines if not line.startswith(("refresh_token", *(f"{name} =" for name in changes)))]
        at = kept.index("[account.sage]") + 1
        more = [f"{name} = {json.dumps(value)}" for name, value in {"redirect_uri": redirect_uri, **changes}.items()]
        self.config.write_text("\n".join([*kept[:at], *more, *kept[at:]]), encoding="utf-8")

    @property
    def options(self) -> list[str]:
        return ["--config", str(self.config), "--home", str(self.home)]

    def run(self, *words: str) -> Said:
        """One command, in this process: to start a new one for each would take most of the time."""
        said = CliRunner().invoke(tieout, [*self.options, *words], standalone_mode=False)
        error = said.exception
        if error is not None and not isinstance(error, UserError):
            raise error
        code = error.code if error else int(said.return_value or 0)
        return Said(code, said.stdout, said.stderr, str(error) if error else "")

    @contextmanager
    def running(self, *words: str) -> Iterator[subprocess.Popen[str]]:
        """A command in a process of its own, while somebody does something else."""
        command = [sys.executable, "-m", "tieout", *self.options, *words]
        pipe = subprocess.PIPE
        with subprocess.Popen(command, stdin=pipe, stdout=pipe, stderr=pipe, text=True) as process:
            yield process

    def browse(self, text: str) -> str:
        """Sign in at the address in a text; where the browser ends."""
        found = ADDRESS.search(text)
        assert found, text
        answer = httpx.get(found[0], timeout=30)
        assert answer.status_code == 302, answer.text
        return answer.headers["location"]

    def begin(self) -> str:
        """Begin a sign-in that the browser ends elsewhere; the address that it ends at."""
        begun = self.run("accounts", "connect", "sage", "--wait", "0")
        assert (begun.code, begun.refusal) == (0, "")
        assert "--code-address" in begun.out
        return self.browse(begun.err)

    def finish(self, address: str) -> Said:
        return self.run("accounts", "connect", "sage", "--code-address", address, "--json")


@pytest.fixture(scope="module")
def served() -> Iterator[Control]:
    estate = build_estate()
    with ServedEstate(estate) as served:
        control = Control(served.url, estate)
        control.fill()
        yield control
        control.close()


@pytest.fixture
def control(served: Control) -> Iterator[Control]:
    yield served
    calm = {"deny_consent": False, "companies": None, "client_secret": "sandbox-secret"}
    served.put("/sage200/oauth", calm)


@pytest.fixture
def desk(control: Control, address: str, tmp_path: Path) -> Iterator[Desk]:
    house = House(control, tmp_path, address, Choices())
    yield Desk(house, tmp_path)
    house.close()


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def test_a_person_signs_in_in_the_browser_and_is_shown_the_lines_to_write(desk: Desk) -> None:
    desk.write(redirect_uri=f"http://localhost:{free_port()}/signed-in", site_id="", company_id=0)
    (before, *_) = desk.run("accounts", "list", "--json").document
    assert (before["account"], before["signed_in"], before["place"]) == ("sage", False, "")
    with desk.running("accounts", "connect", "sage") as connecting:
        assert connecting.stderr is not None
        said = ""
        while "Waiting for the browser" not in said:
            said += connecting.stderr.readline()
        ended = desk.browse(said)
        assert httpx.get(ended.replace("/signed-in?", "/favicon.ico?"), timeout=10).status_code == 404
        assert "Close this window" in httpx.get(ended, timeout=10).text
        out, err = connecting.communicate(timeout=60)
    assert connecting.returncode == 0, err
    lines = re.search(r'site_id = "(\S+)"\ncompany_id = 3', out)
    assert lines, out
    assert "doctor sage" in out
    desk.write(site_id=lines[1], company_id=3)
    examined = desk.run("doctor", "sage")
    assert examined.code == 0, examined.out
    assert "signed in until" in examined.out
    (after, *others) = desk.run("accounts", "list", "--json").document
    assert (after["signed_in"], after["companies"]) == (True, [COMPANY])
    assert {other["needs_sign_in"] for other in others} == {False}


def test_a_script_begins_a_sign_in_and_finishes_it_with_the_address_of_the_browser(desk: Desk) -> None:
    desk.write(redirect_uri=f"http://localhost:{free_port()}/signed-in", site_id="", company_id=0)
    finished = desk.finish(desk.begin())
    assert (finished.code, finished.refusal) == (0, "")
    view = finished.document
    assert view["signed_in"] is True
    assert 3 in {row["company_id"] for row in view["companies"]}
    assert "[account.sage]" in view["next"]
    assert "code." not in finished.out + finished.err


def test_a_person_pastes_the_address_where_no_browser_can_come_back(desk: Desk) -> None:
    with desk.running("accounts", "connect", "sage", "--paste") as connecting:
        assert connecting.stderr is not None
        said = ""
        while not ADDRESS.search(said):
            said += connecting.stderr.readline()
        out, err = connecting.communicate(desk.browse(said) + "\n", timeout=60)
    assert connecting.returncode == 0, err
    assert out.startswith("Signed in to sage.")


def test_a_company_that_the_sign_in_does_not_reach_is_named_plainly(desk: Desk, control: Control) -> None:
    desk.write(site_id=desk.house._tokens["site_id"], company_id=3)
    control.put("/sage200/oauth", {"companies": [5]})
    finished = desk.finish(desk.begin())
    assert finished.code == 1
    assert "not among them" in finished.document["trouble"]
    control.put("/sage200/oauth", {"companies": []})
    finished = desk.finish(desk.begin())
    assert finished.code == 1
    assert "tunnel" in finished.document["trouble"]


def test_a_site_that_does_not_answer_is_told_from_a_sign_in_that_was_refused(desk: Desk, control: Control) -> None:
    address = desk.begin()
    control.temper("sage200", seed=1, error_before=1.0, path_contains="sites")
    finished = desk.finish(address)
    control.temper("sage200")
    assert finished.code == 1
    assert finished.document["signed_in"] is True
    assert "cannot be told now" in finished.document["trouble"]


def test_a_sign_in_that_nobody_agrees_to_says_so(desk: Desk, control: Control) -> None:
    control.put("/sage200/oauth", {"deny_consent": True})
    assert "nobody agreed to it" in desk.finish(desk.begin()).one_sentence


def test_a_wrong_client_secret_says_so(desk: Desk, control: Control) -> None:
    address = desk.begin()
    control.put("/sage200/oauth", {"client_secret": "another"})
    assert "client_id and client_secret" in desk.finish(address).one_sentence


def test_another_redirect_address_than_the_one_signed_in_for_says_so(desk: Desk) -> None:
    address = desk.begin()
    desk.write(redirect_uri="https://tieout.example/elsewhere", site_id="", company_id=0)
    assert "redirect_uri" in desk.finish(address).one_sentence


def test_an_answer_to_another_sign_in_is_refused(desk: Desk) -> None:
    address = desk.begin()
    desk.begin()
    assert "another sign-in" in desk.finish(address).one_sentence


def test_a_code_is_used_once(desk: Desk) -> None:
    address = desk.begin()
    assert desk.finish(address).code == 0
    assert "finished already" in desk.finish(address).one_sentence


def test_a_code_that_somebody_else_has_used_is_refused(desk: Desk) -> None:
    address = desk.begin()
    code = parse_qs(urlsplit(address).query)["code"][0]
    form = {"grant_type": "authorization_code", "code": code, "redirect_uri": ELSEWHERE}
    form |= {"client_id": "tieout-sandbox", "client_secret": "sandbox-secret"}
    assert httpx.post(f"{desk.house.control.url}/sage200/oauth/token", data=form, timeout=10).status_code == 200
    assert "used already" in desk.finish(address).one_sentence


def test_what_a_sign_in_lacks_is_said_before_anybody_opens_a_browser(desk: Desk) -> None:
    desk.write(redirect_uri="", site_id="", company_id=0)
    assert "redirect_uri" in desk.run("accounts", "connect", "sage").one_sentence
    assert "a key in the settings is enough" in desk.run("accounts", "connect", "shopify").one_sentence
    unknown = desk.run("accounts", "connect", "sagee")
    assert unknown.code == 2
    assert "returngo" in unknown.refusal


def test_a_port_in_use_and_a_browser_that_never_comes_say_what_to_do(desk: Desk) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        desk.write(redirect_uri=f"http://127.0.0.1:{port}/", site_id="", company_id=0)
        assert "--paste" in desk.run("accounts", "connect", "sage").one_sentence
    desk.write(redirect_uri=f"http://127.0.0.1:{free_port()}/", site_id="", company_id=0)
    assert "Nobody came" in desk.run("accounts", "connect", "sage", "--wait", "0.2").one_sentence


def test_work_of_a_company_that_is_not_connected_waits_and_says_so_in_one_sentence(desk: Desk) -> None:
    with desk.running("web", "--port", "0") as web:
        assert web.stderr is not None
        said = web.stderr.readline()
        web.terminate()
    assert "tieout accounts connect sage" in said
    assert "the work of giftware waits" in said
