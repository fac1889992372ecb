"""What an account says of itself before anything is exchanged: its key, our sign-in, every directory."""

from __future__ import annotations

import shutil

import asyncssh
import pytest
from pydantic import SecretStr
from tests.connectors.files.partner import Clock, Partner

from tieout.connectors.files import open_examination
from tieout.ports.accounts import Finding


def asked(partner: Partner, clock: Clock, **changes: object) -> dict[str, Finding]:
    """The findings by their subject."""
    account = open_examination(partner.settings(**changes), clock)
    report = account.examine()
    account.close()
    return {finding.subject: finding for finding in report.findings}


def test_an_account_that_is_as_agreed_says_so_of_every_directory(partner: Partner, clock: Clock) -> None:
    partner.drop("shp1.csv", b"a")
    found = asked(partner, clock)
    assert all(finding.is_well for finding in found.values()), found
    assert partner.key.convert_to_public().get_fingerprint() in found["server"].says
    assert found["directory out"].says == "files for us come here; 1 file"
    assert "not tried" in found["renaming and moving"].says


def test_nothing_is_written_or_moved_by_asking(partner: Partner, clock: Clock) -> None:
    partner.drop("shp1.csv", b"a")
    before = sorted(path.relative_to(partner.root) for path in partner.root.rglob("*"))
    asked(partner, clock)
    assert sorted(path.relative_to(partner.root) for path in partner.root.rglob("*")) == before


def test_another_host_key_is_the_only_finding(partner: Partner, clock: Clock) -> None:
    other = asyncssh.generate_private_key("ssh-ed25519").export_public_key().decode()
    (finding,) = asked(partner, clock, host_key=other).values()
    assert not finding.is_well
    assert "not the one agreed" in finding.says


def test_a_wrong_password_is_the_only_finding_and_is_not_shown(partner: Partner, clock: Clock) -> None:
    (finding,) = asked(partner, clock, password=SecretStr("perch")).values()
    assert not finding.is_well
    assert "perch" not in finding.says


def test_a_directory_that_is_not_there_names_its_setting(partner: Partner, clock: Clock) -> None:
    shutil.rmtree(partner.root / "out/archive")
    finding = asked(partner, clock)["directory out/archive"]
    assert not finding.is_well
    assert finding.says.endswith("it is not there. Ask the partner to make it, or correct directories.archive")


def test_a_directory_that_may_not_be_listed_says_who_lacks_the_right(partner: Partner, clock: Clock) -> None:
    partner.temper.refuses_listing = "out"
    finding = asked(partner, clock)["directory out"]
    assert not finding.is_well
    assert "does not let merchant list out" in finding.says


@pytest.mark.parametrize(("directory", "is_well"), [("in", False), ("in/archive", True)])
def test_a_directory_without_the_right_to_write_matters_where_we_write(
    partner: Partner, clock: Clock, directory: str, *, is_well: bool
) -> None:
    (partner.root / directory).chmod(0o555)
    finding = asked(partner, clock)[f"directory {directory}"]
    (partner.root / directory).chmod(0o755)
    assert finding.is_well is is_well
    assert is_well or "may be read only" in finding.says


def test_where_nothing_may_be_moved_the_places_to_move_to_are_not_asked_for(partner: Partner, clock: Clock) -> None:
    shutil.rmtree(partner.root / "out/processing")
    found = asked(partner, clock, may_move=False, acknowledges=False)
    assert all(finding.is_well for finding in found.values()), found
    assert "directory out/processing" not in found
