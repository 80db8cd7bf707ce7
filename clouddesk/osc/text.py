"""Text from elsewhere, made safe to print.

A name, a note or a fault is chosen by other people; printed as it is, it
could move the cursor, rename the window or reverse the reading direction.
"""

import shlex
import unicodedata

_HARMFUL = ('Cc', 'Cf', 'Cs', 'Zl', 'Zp')
#: Joiners: part of correct spelling in some scripts.
_HARMLESS = '\u200c\u200d'


def clean(value: str, keep: str = '\n\t') -> str:
    """Spell control and invisible characters out, as ``\\x1b``.

    :param keep: characters that stay although they are control characters
    """
    return ''.join(
        _spelled_out(char) if _is_harmful(char, keep) else char
        for char in value
    )


def one_line(value: str) -> str:
    """Clean text on a single line, its white space made single blanks."""
    return clean(' '.join(value.split()), keep='')


def argument(value: str) -> str:
    """A word as it must be written in a shell."""
    return shlex.quote(one_line(value))


def file_name(value: str) -> str:
    """The name of a file in the folder where one is."""
    name = one_line(value).replace('/', '_').replace('\\', '_')
    # It must not hide, nor look like an option.
    return './' + name if name.startswith(('-', '.')) else name


def has_control(value: str) -> bool:
    """Whether a string holds a control or invisible character."""
    return any(_is_harmful(char, '') for char in value)


def _is_harmful(char: str, keep: str) -> bool:
    return (
        unicodedata.category(char) in _HARMFUL
        and char not in keep
        and char not in _HARMLESS
    )


def _spelled_out(char: str) -> str:
    return char.encode('unicode_escape').decode('ascii')
