"""The companies of the sandbox: which site each lives on, its edition, its money, its VAT codes and its year."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

PROFESSIONAL = "Professional"
STANDARD = "Standard"
BASES = {PROFESSIONAL: "/uk/sage200extra/accounts/v1", STANDARD: "/uk/sage200/accounts/v1"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Site:
    """A Sage 200 installation, as `/sites` names it; all its companies are of one edition."""

    id: str
    name: str
    short_name: str
    edition: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Currency:
    """The currency in which a company keeps its books."""

    iso: str
    symbol: str
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Profile:
    """What tells one company from another before anything is posted.

    `tax_codes` are (code, name, rate in hundredths of a percent); `first_month` is the month in which its
    financial year begins.
    """

    company_id: int
    site: Site
    name: str
    currency: Currency
    country: str
    tax_number: str
    address: tuple[tuple[str, str], ...]
    tax_codes: tuple[tuple[int, str, int], ...]
    first_month: int = 1

    @property
    def key(self) -> tuple[str, int]:
        """Return what X-Site and X-Company must say."""
        return (self.site.id, self.company_id)

    @property
    def professional(self) -> bool:
        """Say whether this company has the fields and paths of the Professional edition."""
        return self.site.edition == PROFESSIONAL

    def as_site(self) -> dict[str, object]:
        """Return this company's row of `/sites`."""
        return {
            "company_id": self.company_id,
            "company_name": self.name,
            "site_id": self.site.id,
            "site_name": self.site.name,
            "site_short_name": self.site.short_name,
        }


def _percent(rate: str) -> int:
    return int(Decimal(rate) * 100)


# Defaults of Sage 200 (section 6.6 of the reference); 9 to 11 are added as companies do.
_COMMON_TAX_CODES = (
    (4, "EC zero-rated goods sold", 0),
    (5, "EC services sold", 0),
    (6, "EC services bought", 0),
    (7, "EC zero-rated goods bought", 0),
    (8, "EC standard goods bought", 0),
    (16, "Rest of world services bought", 0),
    (18, "Imported goods, postponed VAT", 0),
)
UK_TAX_CODES = (
    (0, "Exempt", 0),
    (1, "Standard rate", _percent("20")),
    (2, "Zero rated", 0),
    *_COMMON_TAX_CODES[:5],
    (9, "Standard rate 17.5%", _percent("17.5")),
    (10, "Standard rate 15%", _percent("15")),
    (11, "Reduced rate 5%", _percent("5")),
    *_COMMON_TAX_CODES[5:],
)
IRISH_TAX_CODES = (
    (0, "Exempt", 0),
    (1, "Standard rate", _percent("23")),
    (2, "Zero rated", 0),
    (3, "Reduced rate 13.5%", _percent("13.5")),
    *_COMMON_TAX_CODES[:5],
    (9, "Second reduced rate 9%", _percent("9")),
    *_COMMON_TAX_CODES[5:],
)
STERLING = Currency(iso="GBP", symbol="£", name="Pound Sterling")
EURO = Currency(iso="EUR", symbol="€", name="Euro")
OFFICE = Site(
    id="0b3c7f2e-5a41-4d6f-9c1e-200200200200",
    name="Tieout sandbox site",
    short_name="SANDBOX",
    edition=PROFESSIONAL,
)
HOSTED = Site(
    id="5d1e9a44-70c8-4b35-8f02-200200200201",
    name="Tieout hosted sandbox site",
    short_name="HOSTED",
    edition=STANDARD,
)
GIFTWARE = Profile(
    company_id=3,
    site=OFFICE,
    name="Tieout Giftware Ltd",
    currency=STERLING,
    country="GB",
    tax_number="GB123456789",
    address=(("address_1", "1 Market Street"), ("city", "Leeds"), ("postcode", "LS1 1AA")),
    tax_codes=UK_TAX_CODES,
)
IRELAND = Profile(
    company_id=4,
    site=OFFICE,
    name="Tieout Giftware Ireland DAC",
    currency=EURO,
    country="IE",
    tax_number="IE1234567T",
    address=(("address_1", "12 Quay Street"), ("city", "Galway"), ("postcode", "H91 AAAA")),
    tax_codes=IRISH_TAX_CODES,
    first_month=4,
)
OUTLET = Profile(
    company_id=5,
    site=HOSTED,
    name="Tieout Outlet Ltd",
    currency=STERLING,
    country="GB",
    tax_number="GB987654321",
    address=(("address_1", "4 Mill Lane"), ("city", "York"), ("postcode", "YO1 1AA")),
    tax_codes=UK_TAX_CODES,
)
PROFILES = (GIFTWARE, IRELAND, OUTLET)
