"""The catalogues hold what the code says, and translate it without harm.

``tox -e i18n`` adds new messages to the catalogues and compiles them.
"""

import ast
import gettext
import pathlib
import re
import subprocess
import sys

from babel.messages import mofile
from babel.messages import pofile
from oslotest import base

import clouddesk
from clouddesk import exceptions
from clouddesk import i18n

ROOT = pathlib.Path(clouddesk.__file__).parent
CATALOGUES = sorted(i18n.FOLDER.glob('*/LC_MESSAGES/*.po'))

#: Rooms whose messages are not in the catalogue of the service.
OWN_CATALOGUE = {'osc': 'clouddesk-osc'}

_MARKS = ('_', 'ngettext')

_PLACEHOLDER = re.compile(r'%(?:\(\w+\))?[.\d]*[a-z%]|(?<!%)\{\w*\}')


def _messages(source: str) -> set[str]:
    """What stands in ``_()``, and the first of what is in ``ngettext()``."""
    return {
        node.args[0].value
        for node in ast.walk(ast.parse(source))
        if isinstance(node, ast.Call)
        and _is_mark(node.func)
        and isinstance(node.args[0], ast.Constant)
    }


def _written() -> dict[str, set[str]]:
    """Every message in the code, by domain."""
    found = {i18n.DOMAIN: set(), **{d: set() for d in OWN_CATALOGUE.values()}}
    for path in ROOT.rglob('*.py'):
        room = path.relative_to(ROOT).parts[0]
        if room != 'tests':
            domain = OWN_CATALOGUE.get(room, i18n.DOMAIN)
            found[domain] |= _messages(path.read_text())
    return found


def _read(path: pathlib.Path) -> dict[str, str]:
    """The translations in a catalogue; empty where there is none yet."""
    with path.open('rb') as file:
        return {
            _first(message.id): '' if message.fuzzy else _first(message.string)
            for message in pofile.read_po(file)
            if message.id
        }


def _first(text: str | tuple[str, ...]) -> str:
    """The singular; our languages have no plural, or one that is like it."""
    return text if isinstance(text, str) else text[0]


def _placeholders(text: str) -> list[str]:
    return sorted(_PLACEHOLDER.findall(text))


class CataloguesTest(base.BaseTestCase):
    def test_there_is_one_for_each_language_and_domain(self):
        found = {(path.parts[-3], path.stem) for path in CATALOGUES}
        languages = {language for language, _domain in found}
        self.assertIn('zh_CN', languages)
        self.assertEqual(
            {(each, domain) for each in languages for domain in _written()},
            found,
        )

    def test_every_message_is_translated(self):
        for path in CATALOGUES:
            said = _read(path)
            wanted = _written()[path.stem]
            missing = sorted(each for each in wanted if not said.get(each))
            self.assertEqual(
                '', '\n'.join(missing), 'in %s: tox -e i18n' % path
            )

    def test_translations_keep_the_placeholders(self):
        wrong = [
            (path.stem, message, said)
            for path in CATALOGUES
            for message, said in _read(path).items()
            if said and _placeholders(message) != _placeholders(said)
        ]
        self.assertEqual([], wrong)

    def test_what_is_compiled_is_what_is_written(self):
        """Plain pip installs take the compiled files as they are."""
        for path in CATALOGUES:
            written = {k: v for k, v in _read(path).items() if v}
            with path.with_suffix('.mo').open('rb') as file:
                compiled = {
                    _first(message.id): _first(message.string)
                    for message in mofile.read_mo(file)
                }
            compiled.pop('', None)
            self.assertEqual(written, compiled, 'stale: tox -e i18n')

    def test_messages_are_plain(self):
        """Nobody can look up what is put together at run time."""
        for path in ROOT.rglob('*.py'):
            if 'tests' in path.relative_to(ROOT).parts:
                continue
            for node in ast.walk(ast.parse(path.read_text())):
                if isinstance(node, ast.Call) and _is_mark(node.func):
                    place = '%s:%d' % (path.name, node.lineno)
                    self.assertIsInstance(node.args[0], ast.Constant, place)


def _is_mark(function: ast.expr) -> bool:
    return isinstance(function, ast.Name) and function.id in _MARKS


class TranslateTest(base.BaseTestCase):
    MESSAGE = i18n._('%(one)s or %(other)s') % {
        'one': i18n._('a text'),
        'other': 'x',
    }

    def test_languages(self):
        self.assertEqual(['en_US', 'zh_CN'], i18n.languages())

    def test_messages_inside_of_messages(self):
        self.assertEqual('a text or x', self.MESSAGE)
        self.assertEqual('文本或x', i18n.translate(self.MESSAGE, 'zh_CN'))

    def test_messages_one_after_the_other(self):
        link = i18n._('%(one)s; %(other)s')
        self.assertEqual('x', i18n.chain(['x'], link))
        message = i18n.chain([i18n._('desktop'), 'x', self.MESSAGE], link)
        self.assertEqual('desktop; x; a text or x', message)
        self.assertEqual('桌面；x；文本或x', i18n.translate(message, 'zh_CN'))

    def test_all_that_is_over_quota(self):
        error = exceptions.OverQuota.naming(
            [
                exceptions.OverQuota.refusal('compute', each, 5, 3, 10)
                for each in ('instances', 'cores', 'ram')
            ]
        )
        said = i18n.translate(error.text, 'zh_CN')
        for each in error.details['refusals']:
            self.assertNotIn(each['message'], said)
            self.assertIn(i18n.translate(each['message'], 'zh_CN'), said)

    def test_messages_inside_of_answers(self):
        answer = {'a': [{'b': self.MESSAGE, 'c': 1}], 'd': None, 'e': 'text'}
        self.assertEqual(
            {'a': [{'b': '文本或x', 'c': 1}], 'd': None, 'e': 'text'},
            i18n.translate(answer, 'zh_CN'),
        )

    def test_a_message_without_translation_stays(self):
        message = i18n._('nobody wrote this')
        self.assertEqual(message, i18n.translate(message, 'zh_CN'))

    def test_the_commands_speak_the_language_of_the_shell(self):
        code = (
            'from clouddesk.osc.questions import _\n'
            'print(_("Nothing was deleted."))'
        )
        catalogue = gettext.translation(
            'clouddesk-osc', i18n.FOLDER, ['zh_CN']
        )
        for shell, expected in (
            ('zh_CN.UTF-8', catalogue.gettext('Nothing was deleted.')),
            ('C.UTF-8', 'Nothing was deleted.'),
        ):
            said = subprocess.check_output(
                [sys.executable, '-c', code],
                env={'LANGUAGE': shell, 'PYTHONIOENCODING': 'utf-8'},
                encoding='utf-8',
            )
            self.assertEqual(expected, said.strip())
