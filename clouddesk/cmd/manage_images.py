"""``clouddesk-manage images``: what an operator does about images."""

from collections.abc import Iterable
from typing import Any

from oslo_config import cfg
import yaml

from clouddesk import exceptions
from clouddesk.conf import image_import
from clouddesk.i18n import _

#: Glance's own filter, with its defaults.
_GLANCE = cfg.OptGroup('import_filtering_opts')
_GLANCE_OPTS = [
    cfg.ListOpt('allowed_schemes', default=['http', 'https'], bounds=True),
    cfg.ListOpt('disallowed_schemes', default=[], bounds=True),
    cfg.ListOpt('allowed_hosts', default=[], bounds=True),
    cfg.ListOpt('disallowed_hosts', default=[], bounds=True),
    cfg.ListOpt('allowed_ports', default=['80', '443'], bounds=True),
    cfg.ListOpt('disallowed_ports', default=[], bounds=True),
]


class Failure(exceptions.ClouddeskError):
    """Something is not as it should be; the exit code is 1."""

    message = '%(text)s'


def seed(conf: cfg.ConfigOpts) -> str:
    """Bring the images of a list in."""
    # Only this command needs the libraries that talk to the cloud.
    from clouddesk import seeding
    from clouddesk.api.schemas import images as schemas
    from clouddesk.cloud import image_admin

    about = schemas.ABOUT | {'properties': schemas.PROPERTIES}
    seeds = seeding.read(_yaml(conf.command.file), about)
    glance = image_admin.connect(conf.command.os_cloud)
    seeder = seeding.Seeder(glance, _tell, conf.command.dry_run)
    failed = seeder.run(seeds)
    if failed:
        text = _('%(failed)s of %(total)s images failed.')
        raise Failure(text=text % {'failed': failed, 'total': len(seeds)})
    return _('%s images are as the list says.') % len(seeds)


def filters(conf: cfg.ConfigOpts) -> str:
    """Compare what clouddesk lets Glance fetch with what Glance does."""
    image_import.register_opts(conf)
    theirs = cfg.ConfigOpts()
    theirs.register_group(_GLANCE)
    theirs.register_opts(_GLANCE_OPTS, group=_GLANCE)
    try:
        theirs([], default_config_files=conf.command.file)
    except cfg.Error as error:
        raise Failure(text=str(error)) from error
    wider = list(_wider(conf.image_import, theirs.import_filtering_opts))
    if wider:
        raise Failure(text='\n'.join(wider))
    return _('Glance allows nothing that clouddesk refuses.')


def add_commands(parsers: Any, add: Any) -> None:
    """
    :param add: makes one command, see :mod:`clouddesk.cmd.manage`
    """
    seeds = add(
        parsers,
        'seed',
        seed,
        _(
            'Bring the images of a list into Glance; those that are there '
            'already stay. Needs credentials in OS_* variables or '
            'clouds.yaml.'
        ),
    )
    seeds.add_argument('file', help=_('The list, YAML.'))
    seeds.add_argument('--os-cloud', help=_('A cloud of clouds.yaml.'))
    seeds.add_argument(
        '--dry-run', action='store_true', help=_('Only say what would be.')
    )
    compared = add(
        parsers,
        'filters',
        filters,
        _(
            'Compare [image_import] with [import_filtering_opts] of Glance; '
            'exit with 1 when Glance allows more.'
        ),
    )
    compared.add_argument(
        'file',
        nargs='+',
        help=_('glance-api.conf, and glance-image-import.conf if there is.'),
    )


def _tell(said: str) -> None:
    print(said, flush=True)


def _yaml(path: str) -> Any:
    try:
        with open(path, encoding='utf-8') as file:
            return yaml.safe_load(file)
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        raise Failure(text=str(error)) from error


def _wider(ours: Any, theirs: Any) -> Iterable[str]:
    """What Glance fetches though clouddesk would refuse it."""
    for words, mine, allowed, barred in (
        (
            _('schemes'),
            ours.schemes,
            theirs.allowed_schemes,
            theirs.disallowed_schemes,
        ),
        (
            _('ports'),
            ours.ports,
            theirs.allowed_ports,
            theirs.disallowed_ports,
        ),
    ):
        if not allowed:
            yield _('Glance allows all %(words)s but %(barred)s.') % {
                'words': words,
                'barred': ', '.join(barred) or '-',
            }
        more = sorted({*map(str, allowed)} - {*map(str, mine)})
        if more:
            yield _('Glance allows the %(words)s %(more)s.') % {
                'words': words,
                'more': ', '.join(more),
            }
    yield from _wider_hosts(ours, theirs)


def _wider_hosts(ours: Any, theirs: Any) -> Iterable[str]:
    if not theirs.allowed_hosts:
        missing = sorted(
            each
            for each in {*ours.denied_hosts} - {*theirs.disallowed_hosts}
            if not each.startswith('.')
        )
        if ours.hosts:
            yield _('Glance allows all hosts; clouddesk only some.')
        elif missing:
            yield _('Glance allows the hosts %s.') % ', '.join(missing)
        yield _(
            'Glance has no allowed_hosts, so it reaches private addresses; '
            'keep its hosts from reaching what is yours.'
        )
        return
    more = sorted(
        each
        for each in theirs.allowed_hosts
        if ours.hosts
        and not any(_matches(each.lower(), name) for name in ours.hosts)
    )
    if more:
        yield _('Glance allows the hosts %s.') % ', '.join(more)


def _matches(host: str, name: str) -> bool:
    return host.endswith(name) if name.startswith('.') else host == name
