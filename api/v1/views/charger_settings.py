"""How a charger is set up, as JSON."""

from api.desk.charger_settings import Applied, ChargerSettings
from api.v1.schemas.charger_settings import AppliedOut, SettingOut, SettingOutcomeOut, SettingsOut
from domain.charging.recommended import Compared
from texts.reader import Reader


def settings_out(found: ChargerSettings, reader: Reader) -> SettingsOut:
    return SettingsOut(
        charger_id=found.charger_id,
        version=found.version,
        read_at=found.read_at,
        settings=[_setting_out(one, reader) for one in found.compared],
    )


def applied_out(applied: Applied, reader: Reader) -> AppliedOut:
    return AppliedOut(
        outcomes=[
            SettingOutcomeOut(key=key, outcome=reply.outcome, detail=reply.detail)
            for key, reply in applied.outcomes.items()
        ],
        settings=settings_out(applied.settings, reader),
    )


def _setting_out(one: Compared, reader: Reader) -> SettingOut:
    recommendation = one.recommendation
    return SettingOut(
        key=recommendation.key,
        wanted=recommendation.wanted,
        match=recommendation.match,
        has=one.has,
        standing=one.standing,
        to_set=one.to_set,
        reason=recommendation.reason,
        text=reader.word(recommendation.reason),
    )
