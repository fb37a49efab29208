#!/usr/bin/env python3
"""Writes config/holidays/generated.tsv from the Python package `holidays` 0.109 (MIT).

    python3 -m venv /tmp/venv && /tmp/venv/bin/pip install holidays==0.109
    /tmp/venv/bin/python tests/law/make_holidays.py             # writes config/holidays/generated.tsv
    /tmp/venv/bin/python tests/law/make_holidays.py --on 2026-11-23 --out FILE

A newer version of the package: change PACKAGE, run, read the diff of generated.tsv line by line, and run the tests.
What the package does not hold (Dutch 5 May, Swedish eves, bank days of Liechtenstein, late proclamations) is in
config/holidays/overrides.toml and not here.
"""
import argparse
import datetime as dt
import pathlib
import sys

import holidays

PACKAGE = "0.109"
FIRST, LAST = 2017, 2036
YEARS = range(FIRST, LAST + 1)

EEA = "AT BE BG CY CZ DE DK EE ES FI FR GR HR HU IE IS IT LI LT LU LV MT NL NO PL PT RO SE SI SK".split()
OTHER = "AU BR CN CO KR SG".split()
SUBDIVISIONS = {
    "AU": "ACT NSW NT QLD SA TAS VIC WA".split(),
    "CH": "AG AI AR BE BL BS FR GE GL GR JU LU NE NW OW SG SH SO SZ TG TI UR VD VS ZG ZH".split(),
    "DE": "BB BE BW BY HB HE HH MV NI NW RP SH SL SN ST TH".split(),
    "GB": "ENG NIR SCT WLS".split(),
}
# Days off of a state and of the federation: both count (ambiguity A6).
US_STATES = "CA CO CT DE FL IA IN KY MD MN MT NE NH NJ OR RI TN TX UT VA".split()
WIDE = EEA + ["CH", "GB"]
# What a wide calendar unites: every day on which a court, a bank or an office may be closed. Left out: days that only schools
# or no one has off ("school" and "unofficial" of the package).
WIDE_WITHOUT = {"school", "unofficial"}

SATURDAY_WORKS = {"CA-IA35", "CA-QC-I16", "SG~sun", "ZA~sun"}

# From this year on dates may still change: estimated lunar dates, or days by yearly decree that are not out yet.
DECREE_FROM = {"CN": 2027, "HU": 2027, "LV": 2027, "HU~wide": 2027, "LV~wide": 2027}


def package(country, subdivision=None, categories=None):
    cls = getattr(holidays, country)
    options = {"years": YEARS, "subdiv": subdivision}
    if "en_US" in cls.supported_languages:
        options["language"] = "en_US"
    if categories:
        options["categories"] = categories
    return cls(**options)


def days(country, subdivision=None, categories=None):
    return {d: n for d, n in package(country, subdivision, categories).items() if FIRST <= d.year <= LAST}


def weekday(year, month, day_of_week, nth):
    """nth Monday (0) ... of a month; nth = -1: the last one."""
    if nth > 0:
        first = dt.date(year, month, 1)
        return first + dt.timedelta((day_of_week - first.weekday()) % 7 + 7 * (nth - 1))
    last = dt.date(year + month // 12, month % 12 + 1, 1) - dt.timedelta(1)
    return last - dt.timedelta((last.weekday() - day_of_week) % 7)


def easter(year):
    """Gregorian Easter Sunday."""
    a, b, c = year % 19, year // 100, year % 100
    h = (19 * a + b - b // 4 - (b - (b + 8) // 25 + 1) // 3 + 15) % 30
    i = (32 + 2 * (b % 4) + 2 * (c // 4) - h - c % 4) % 7
    m = (a + 11 * h + 22 * i) // 451
    return dt.date(year, (h + i - 7 * m + 114) // 31, (h + i - 7 * m + 114) % 31 + 1)


def victoria_day(year):
    """The Monday before 25 May."""
    return dt.date(year, 5, 24) - dt.timedelta(dt.date(year, 5, 24).weekday())


def canada_day(year):
    """1 July; 2 July where the first is a Sunday."""
    return dt.date(year, 7, 2 if dt.date(year, 7, 1).weekday() == 6 else 1)


def canada_federal():
    """Interpretation Act s 35 (ambiguity A7); Saturday is no holiday."""
    out = {}
    for y in YEARS:
        out |= {
            dt.date(y, 1, 1): "New Year's Day",
            easter(y) - dt.timedelta(2): "Good Friday",
            easter(y) + dt.timedelta(1): "Easter Monday",
            victoria_day(y): "Victoria Day",
            canada_day(y): "Canada Day",
            weekday(y, 9, 0, 1): "Labour Day",
            weekday(y, 10, 0, 2): "Thanksgiving (proclaimed)",
            dt.date(y, 11, 11): "Remembrance Day",
            dt.date(y, 12, 25): "Christmas Day",
        }
        if y >= 2021:
            out[dt.date(y, 9, 30)] = "National Day for Truth and Reconciliation"
    return out


def quebec():
    """I-16 s 61(23) (ambiguity A7); Saturday is no holiday."""
    out = {}
    for y in YEARS:
        out |= {
            dt.date(y, 1, 1): "New Year's Day",
            easter(y) - dt.timedelta(2): "Good Friday",
            easter(y) + dt.timedelta(1): "Easter Monday",
            victoria_day(y): "Sovereign's day / Journee des patriotes",
            dt.date(y, 6, 24): "Fete nationale",
            canada_day(y): "Canada Day",
            weekday(y, 9, 0, 1): "Labour Day",
            weekday(y, 10, 0, 2): "Thanksgiving",
            dt.date(y, 12, 25): "Christmas Day",
        }
    return out


def new_zealand():
    """Privacy Act 2020, "working day" (ambiguity A16): no regional anniversaries; 25 December to 15 January are off."""
    names = {d: n for d, n in package("NZ").items() if n.startswith("Matariki")}
    out = {}
    for y in YEARS:
        out |= {
            easter(y) - dt.timedelta(2): "Good Friday",
            easter(y) + dt.timedelta(1): "Easter Monday",
            weekday(y, 6, 0, 1): "Sovereign's birthday",
            weekday(y, 10, 0, 4): "Labour Day",
        }
        for day, name in [(dt.date(y, 2, 6), "Waitangi Day"), (dt.date(y, 4, 25), "Anzac Day")]:
            out[day] = name
            if day.weekday() >= 5:
                monday = day + dt.timedelta(7 - day.weekday())
                out.setdefault(monday, f"{name} (following Monday)")
        out |= {d: "Matariki" for d in names if d.year == y}
        for month, first, last in [(1, 1, 15), (12, 25, 31)]:
            out |= {dt.date(y, month, d): "25 Dec-15 Jan" for d in range(first, last + 1)}
    return out


def california_judicial():
    """Code of Civil Procedure s 135 (ambiguity A11): state holidays, Lincoln Day, Native American Day; for the roll (s 12a)."""
    out = united_states("CA")
    for y in YEARS:
        out[dt.date(y, 2, 12)] = "Lincoln Day (CCP 135)"
        if y >= 2022:
            out[weekday(y, 9, 4, 4)] = "Native American Day (CCP 135)"
    return out


def united_states(state):
    return days("US", state) | days("US")


def wide(country):
    """Every category, every subdivision: the latest reading of "public holiday" (the gate for a complaint)."""
    cls = getattr(holidays, country)
    categories = sorted(set(cls.supported_categories) - WIDE_WITHOUT)
    out = {}
    for subdivision in [*cls.subdivisions, None]:
        out |= days(country, subdivision, categories)
    # The plain names where there are any. Saturdays and Sundays are off in all these countries and need no line.
    return {d: n for d, n in (out | days(country)).items() if d.weekday() < 5}


def calendars():
    out = {c: days(c) for c in EEA + OTHER}
    for country, subdivisions in SUBDIVISIONS.items():
        out |= {f"{country}-{s}": days(country, s) for s in subdivisions}
    out |= {f"US-{s}": united_states(s) for s in US_STATES}
    out |= {
        "CA-IA35": canada_federal(),
        "CA-QC-I16": quebec(),
        "NZ-PA2020": new_zealand(),
        "SG~sun": days("SG"),
        "US-CA-CCP135": california_judicial(),
        "ZA~sun": days("ZA"),
        "none": {},
    }
    out |= {f"{c}~wide": wide(c) for c in WIDE}
    return out


def base_of(name, every):
    """The calendar whose days this one takes over: only where it has them all."""
    if name == "SG~sun":
        options = ["SG"]
    elif name == "US-CA-CCP135":
        options = ["US-CA"]
    elif name == "GB~wide":
        options = ["GB-ENG"]
    else:
        options = [name.removesuffix("~wide") if name.endswith("~wide") else name.split("-")[0]]
    for other in options:
        weekdays_only = name.endswith("~wide")
        taken = {d for d in every.get(other, {}) if d.weekday() < 5 or not weekdays_only}
        if other != name and other in every and taken <= set(every[name]):
            return other
    return None


def clean(name):
    for bad, good in [("\t", " "), (";", ","), ("=", "-"), ("\n", " ")]:
        name = name.replace(bad, good)
    return name


def main():
    here = pathlib.Path(__file__).resolve().parents[2]
    parser = argparse.ArgumentParser()
    parser.add_argument("--on", default=dt.date.today().isoformat(), help="date to write as generated_on")
    parser.add_argument("--out", default=str(here / "config/holidays/generated.tsv"))
    options = parser.parse_args()
    if holidays.__version__ != PACKAGE:
        sys.exit(f"holidays {holidays.__version__} is installed, {PACKAGE} is wanted")

    every = calendars()
    makeup = {"CN": sorted(d for d in package("CN").weekend_workdays if FIRST <= d.year <= LAST)}
    estimated = dict(DECREE_FROM)
    for name, dates in every.items():
        years = [d.year for d, n in dates.items() if "estimated" in n]
        if years:
            estimated[name] = min(years + [estimated.get(name, LAST)])

    lines = [
        "# Made by tests/law/make_holidays.py; do not edit by hand. Additions: overrides.toml.",
        f"# generated_on\t{options.on}",
        f"# source\tholidays {PACKAGE}",
        f"# valid_from\t{FIRST}-01-01",
        f"# valid_to\t{LAST}-12-31",
        "# weekend, id, days of the week that are off (0 = Monday)",
        "# makeup, id, year, days that would be off but are working days",
        "# estimated, id, first year whose dates may still change (lunar calendar, yearly decrees)",
        "# base, id, other id: has all days of the other one too; a day that stands in both has the name given here",
        "# day, id, year, mmdd=name;mmdd=name",
        "# <country>~wide: every category and every region of a country, the latest reading",
    ]
    for name in sorted(every):
        off = "6" if name in SATURDAY_WORKS else "" if name == "none" else "5,6"
        lines.append(f"weekend\t{name}\t{off}")
        base = base_of(name, every)
        if base:
            lines.append(f"base\t{name}\t{base}")
        if name in estimated:
            lines.append(f"estimated\t{name}\t{estimated[name]}")
        for year in YEARS:
            made_up = [d for d in makeup.get(name, []) if d.year == year]
            if made_up:
                lines.append(f"makeup\t{name}\t{year}\t" + ",".join(f"{d:%m%d}" for d in made_up))
        for year in YEARS:
            inherited = every[base] if base else {}
            own = [
                f"{d:%m%d}={clean(n)}"
                for d, n in sorted(every[name].items())
                if d.year == year and inherited.get(d) != n
            ]
            if own:
                lines.append(f"day\t{name}\t{year}\t" + ";".join(own))
    pathlib.Path(options.out).write_text("\n".join(lines) + "\n", encoding="utf-8")
    print(f"{options.out}: {len(every)} calendars, {len(lines)} lines")


if __name__ == "__main__":
    main()
