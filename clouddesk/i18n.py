"""Translation of the strings that people read."""

import oslo_i18n

DOMAIN = 'clouddesk'

_translators = oslo_i18n.TranslatorFactory(domain=DOMAIN)

#: Marks a string for translation.
_ = _translators.primary


def translate(message: str, locale: str | None = None) -> str:
    """Render a lazy message in a locale such as ``zh_CN``."""
    return oslo_i18n.translate(message, locale)


def enable_lazy() -> None:
    """Keep messages untranslated until the reader's locale is known."""
    oslo_i18n.enable_lazy()
