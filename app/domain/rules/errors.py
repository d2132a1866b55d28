"""The errors of a reading. Source: OIML R 76-1:2006, A.4.4.3; domain units whole mg.

Half of e is whole because e is even, and every limit is a whole number rounded down: an error
in whole mg is within a limit exactly when it is within the limit rounded down.
"""

from typing import Final

from app.domain.rules.reading import Reading

MG_PER_KG: Final = 1_000_000


def unrounded_mg(reading: Reading, e_mg: int) -> int:
    """Return the indication before rounding: P = I + e/2 - dL; I itself where no dL was found."""
    if reading.added_mg is None:
        return reading.indication_mg
    return reading.indication_mg + e_mg // 2 - reading.added_mg


def error_mg(reading: Reading, e_mg: int) -> int:
    """Return the error E = P - L; I - L where no changeover weights were used."""
    return unrounded_mg(reading, e_mg) - reading.load_mg


def corrected_mg(error: int, zero_errors: tuple[int, ...]) -> int:
    """Return Ec = E - E0, of several zeros the one that makes it worst; E where there is none.

    Which zero belongs to a reading is not on record, and no order of lines may decide it.
    """
    if not zero_errors:
        return error
    return max((error - zero for zero in zero_errors), key=lambda each: (abs(each), each))


def price_error_mg(reading: Reading) -> int:
    """Return the error of an amount as mass, rounded away from zero.

    |W U - P| <= e U (R 76-1, 4.14.2) holds exactly when this is at most e: e is whole.
    """
    short = reading.amount_fen * MG_PER_KG - reading.net_mg * reading.unit_price_fen_per_kg
    size = -(-abs(short) // reading.unit_price_fen_per_kg)
    return size if short >= 0 else -size
