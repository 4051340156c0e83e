"""When a chat was last changed, as one says it: today, yesterday, this week, or the month."""

from __future__ import annotations

from PySide6.QtCore import QCoreApplication, QDateTime, QLocale


def period_of(time_s: float, now_s: float, locale: QLocale) -> str:
    """The heading under which something of this Unix time is found; by the days of the local calendar."""
    day = QDateTime.fromSecsSinceEpoch(int(time_s)).date()
    days_ago = day.daysTo(QDateTime.fromSecsSinceEpoch(int(now_s)).date())
    if days_ago <= 0:
        return QCoreApplication.translate("Sidebar", "Today")
    if days_ago == 1:
        return QCoreApplication.translate("Sidebar", "Yesterday")
    if days_ago <= 7:
        return QCoreApplication.translate("Sidebar", "Previous 7 days")
    month = locale.standaloneMonthName(day.month())
    return f"{month[:1].upper()}{month[1:]} {day.year()}"
