"""Translation of what the commands say."""

import oslo_i18n

#: Marks a string for translation.
_ = oslo_i18n.TranslatorFactory(domain='clouddesk').primary
