"""Numbers as text of a fixed width, so that columns stand still while values change."""

from __future__ import annotations

import math


def fixed(value: float, width: int = 6) -> str:
    """About four significant places, right-aligned in `width` cells: `0.6931`, ` 12.35`, `1.2e-7`, `   NaN`."""
    return _fitted(value, width).rjust(width)


def short(value: float) -> str:
    """A number as a person would write it: `0.01`, `2.5`, `1e-5`, `3`."""
    if not math.isfinite(value):
        return _not_finite(value)
    text = f"{value:.4g}"
    if "e" in text:
        mantissa, exponent = text.split("e")
        text = f"{mantissa}e{int(exponent)}"
    return text


def exponent(value: float, width: int = 5) -> str:
    """log10 of a positive value with one decimal: ` -2.1`; `zero` for 0 and `-` where there is none."""
    if math.isnan(value):
        text = "-"
    elif math.isinf(value):
        text = "inf"
    elif value == 0.0:
        text = "zero"
    else:
        power = math.log10(abs(value))
        text = f"{power:.1f}" if abs(power) < 99.95 else f"{power:.0f}"
    return text.rjust(width)


def percent(share: float, width: int = 5) -> str:
    """A share in [0, 1] in percent: ` 41 %`, `2.1 %`, `100 %`; `-` where there is none."""
    if not math.isfinite(share):
        return "-".rjust(width)
    hundredths = 100.0 * share
    if abs(hundredths) >= 999.5:
        return (">999%" if hundredths > 0.0 else "<-999%").rjust(width)
    if hundredths == 0.0 or hundredths >= 9.95:
        text = f"{hundredths:.0f} %"
    elif hundredths >= 0.1:
        text = f"{hundredths:.1f} %"
    elif hundredths > 0.0:
        text = "<.1 %"
    else:
        text = f"{round(hundredths)} %"
    return text.rjust(width)


def si(value: float, width: int = 5) -> str:
    """A count or rate with k, M, G, T: `  31`, `31.2k`, `1.23M`."""
    if not math.isfinite(value):
        return _not_finite(value).rjust(width)
    if abs(value) >= 9.995e17:
        return short(float(f"{value:.0e}")).rjust(width)
    if 0.0 < abs(value) < 0.0995:
        return fixed(value, width)
    scaled, suffix = value, ""
    for larger in ("k", "M", "G", "T", "P"):
        if abs(scaled) < 999.5:
            break
        scaled, suffix = scaled / 1000.0, larger
    if not suffix:
        text = f"{scaled:.0f}" if abs(scaled) >= 99.95 or scaled == int(scaled) else f"{scaled:.3g}"
    elif abs(scaled) >= 99.95:
        text = f"{scaled:.0f}{suffix}"
    else:
        text = f"{scaled:.1f}{suffix}" if abs(scaled) >= 9.995 else f"{scaled:.2f}{suffix}"
    return text.rjust(width)


def count(value: int) -> str:
    """An exact count with separators: `32,000`."""
    return f"{value:,}"


def duration(seconds: float) -> str:
    """`0.4s`, `12s`, `1m12s`, `2h03m`, `3d04h`; `-` where it is unknown."""
    if not math.isfinite(seconds):
        return "-"
    seconds = max(seconds, 0.0)
    if seconds < 9.95:
        return f"{seconds:.1f}s"
    whole = round(seconds)
    if whole < 60:
        return f"{whole}s"
    if whole < 3600:
        return f"{whole // 60}m{whole % 60:02d}s"
    if whole < 86400:
        return f"{whole // 3600}h{whole % 3600 // 60:02d}m"
    return f"{whole // 86400}d{whole % 86400 // 3600:02d}h"


def size(numbers: int, width_in_bytes: int = 4) -> str:
    """Memory of that many numbers: `0.4 kB`, `1.2 MB`."""
    amount = numbers * width_in_bytes / 1000.0
    for unit in ("kB", "MB", "GB"):
        if amount < 999.95:
            return f"{amount:.1f} {unit}"
        amount /= 1000.0
    return f"{amount:.1f} TB"


def _fitted(value: float, width: int) -> str:
    if not math.isfinite(value):
        return _not_finite(value)
    if value == 0.0:
        return "0"
    magnitude = abs(value)
    if 0.00095 <= magnitude < 10.0 ** min(width - (value < 0.0), 15) - 0.5:
        whole = max(int(math.log10(magnitude)) + 1, 1) + (value < 0.0)
        for decimals in range(min(4, max(width - whole - 1, 0)), -1, -1):
            text = f"{value:.{decimals}f}"
            if len(text) <= width:
                return text
    for digits in (2, 1, 0):
        mantissa, power = f"{value:.{digits}e}".split("e")
        text = f"{mantissa}e{int(power)}"
        if len(text) <= width:
            return text
    return text if magnitude > 1.0 else ("-0.0" if value < 0.0 else "0.0")  # too small for its exponent to fit


def _not_finite(value: float) -> str:
    if math.isnan(value):
        return "NaN"
    return "inf" if value > 0.0 else "-inf"
