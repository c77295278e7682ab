"""Money: exact decimals, with as many decimals as ISO 4217 gives the currency."""

from __future__ import annotations

from decimal import Decimal
from typing import Final

MOST_DIGITS: Final = 12
"""How many digits an amount may have before the decimal point."""

# ISO 4217, list one (https://www.six-group.com/en/products-services/financial-information/
# market-reference-data/data-standards.html): the minor units of every active currency.
_CODES: Final = {
    0: "BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF",
    2: "AED AFN ALL AMD AOA ARS AUD AWG AZN BAM BBD BDT BMD BND BOB BOV BRL BSD BTN BWP BYN BZD "
    "CAD CDF CHE CHF CHW CNY COP COU CRC CUP CVE CZK DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL "
    "GHS GIP GMD GTQ GYD HKD HNL HTG HUF IDR ILS INR IRR JMD KES KGS KHR KPW KYD KZT LAK LBP LKR "
    "LRD LSL MAD MDL MGA MKD MMK MNT MOP MRU MUR MVR MWK MXN MXV MYR MZN NAD NGN NIO NOK NPR NZD "
    "PAB PEN PGK PHP PKR PLN QAR RON RSD RUB SAR SBD SCR SDG SEK SGD SHP SLE SOS SRD SSP STN SVC "
    "SYP SZL THB TJS TMT TOP TRY TTD TWD TZS UAH USD USN UYU UZS VED VES WST XAD XCD XCG YER ZAR "
    "ZMW ZWG",
    3: "BHD IQD JOD KWD LYD OMR TND",
    4: "CLF UYW",
}
EXPONENTS: Final = {code: digits for digits, codes in _CODES.items() for code in codes.split()}
"""The number of decimals of each currency."""


def amount_fault(amount: Decimal, currency: str | None) -> str | None:
    """What is wrong with an amount, in words for the client; None where it is right.

    `currency` is None where the currency itself is wrong: decimals are not judged then.
    """
    if not amount.is_finite() or amount <= 0:
        return "must be greater than 0"
    if amount.adjusted() >= MOST_DIGITS:
        return f"must have at most {MOST_DIGITS} digits before the decimal point"
    if currency is not None and -_exponent(amount) > EXPONENTS[currency]:
        decimals = EXPONENTS[currency]
        return f"must have at most {decimals} decimal{'s' * (decimals != 1)} for {currency}"
    return None


def _exponent(amount: Decimal) -> int:
    exponent = amount.as_tuple().exponent
    return exponent if isinstance(exponent, int) else 0
