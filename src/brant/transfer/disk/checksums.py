"""CRC-32, by the fastest means that this machine has, and the CRC-32 of a whole from those of its parts."""

from typing import Final

__all__ = ["crc32", "crc32_combine"]

_POLYNOMIAL: Final = 0xEDB88320

try:
    from isal.isal_zlib import crc32, crc32_combine
except ImportError:  # a machine without isal: slower, and the same numbers
    from zlib import crc32

    def crc32_combine(first: int, second: int, second_length: int, /) -> int:
        """The CRC-32 of two parts together: `first` moved on by the length of the second, and added to it."""
        return _product(_power(8 * second_length), first) ^ second


def _product(left: int, right: int) -> int:
    """Of two polynomials over GF(2), modulo that of CRC-32; the highest bit is the lowest power."""
    result = 0
    for bit in range(31, -1, -1):
        if left >> bit & 1:
            result ^= right
        right = right >> 1 ^ (_POLYNOMIAL if right & 1 else 0)
    return result


def _power(exponent: int) -> int:
    """x to the `exponent`."""
    result, square = 1 << 31, 1 << 30
    while exponent:
        if exponent & 1:
            result = _product(square, result)
        square = _product(square, square)
        exponent >>= 1
    return result
