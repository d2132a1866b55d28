"""What a browser says it is, in a few words, for the list of one's own devices."""

from typing import Final

# The first that is named counts: most browsers also claim to be others.
PROGRAMS: Final = (
    ("MicroMessenger", "WeChat"),
    ("Edg", "Edge"),
    ("Firefox", "Firefox"),
    ("HuaweiBrowser", "Huawei Browser"),
    ("MiuiBrowser", "Mi Browser"),
    ("Chrome", "Chrome"),
    ("Safari", "Safari"),
)
SYSTEMS: Final = (
    ("HarmonyOS", "HarmonyOS"),
    ("Android", "Android"),
    ("iPad", "iPad"),
    ("iPhone", "iPhone"),
    ("Windows", "Windows"),
    ("Mac OS X", "Mac"),
    ("Linux", "Linux"),
)


def name(agent: str) -> str:
    """Return program and system of the User-Agent ``agent``: "Chrome · Windows"."""
    found = [
        next((said for sign, said in table if sign in agent), "") for table in (PROGRAMS, SYSTEMS)
    ]
    return " · ".join(part for part in found if part) or agent[:40] or "?"
