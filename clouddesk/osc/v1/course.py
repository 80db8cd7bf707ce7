"""``openstack desktop course create|list|show|set|start|end|delete``"""

import argparse
import sys
from typing import Any

from osc_lib import exceptions as osc_exceptions

from clouddesk.osc import columns
from clouddesk.osc import command
from clouddesk.osc import find
from clouddesk.osc import listing
from clouddesk.osc import progress
from clouddesk.osc import questions
from clouddesk.osc import spec
from clouddesk.osc import text
from clouddesk.osc import timetable
from clouddesk.osc.i18n import _
from clouddesk.osc.v1 import preview
from clouddesk.osc.v1 import rows

_FORMATTERS = {
    'components': columns.Words,
    'data_images': columns.Words,
    'disk': columns.Gibibytes,
    'fault': columns.Fault,
    'ram': columns.Mebibytes,
    'remote_protocols': columns.Words,
    'roster': columns.Members,
    'template': columns.Template,
    'timetable': columns.Timetable,
    'volume_size': columns.Gibibytes,
}

_SHOWN = (
    'id',
    'name',
    'note',
    'status',
    'fault',
    'next_event',
    'next_at',
    'timetable',
    'ahead',
    'wave',
    'at_end',
    'size',
    'roster',
    'template',
    *spec.SHOWN,
    'name_template',
    'protects_image',
    'pool_id',
    'work_order_id',
    'project_id',
    'user_id',
    'created_at',
    'updated_at',
)

_LISTED = {
    'id': 'ID',
    'name': 'Name',
    'status': 'Status',
    'size': 'Size',
    'next_event': 'Next Event',
    'next_at': 'Next At',
}
_LISTED_LONG = _LISTED | {
    'fault': 'Fault',
    'at_end': 'At End',
    'template': 'Template',
    'image_id': 'Image ID',
    'flavor_id': 'Flavor ID',
    'pool_id': 'Pool ID',
    'note': 'Note',
}
_OF_PROJECT = {'project_id': 'Project ID'}

_SORT_KEYS = ('created_at', 'updated_at', 'name', 'status', 'next_at', 'id')

#: Options that the API takes as they are.
_PLAIN = ('size', 'ahead', 'wave', 'at_end')


class CreateCourse(command.ShowSome):
    _description = _('Create a course that meets by a timetable')

    def get_parser(self, prog_name: str) -> argparse.ArgumentParser:
        """Declare the arguments."""
        parser = super().get_parser(prog_name)
        parser.add_argument(
            'name', metavar='<name>', help=_('Name of the course')
        )
        spec.add_options(parser)
        _add_options(parser, required=True)
        preview.add_option(parser)
        return parser

    def take_action(self, parsed_args: argparse.Namespace) -> rows.Table:
        """Make the course."""
        attrs = spec.of_template(parsed_args, self.client)
        attrs |= spec.attributes(parsed_args, self.connection)
        attrs |= _attributes(parsed_args, self.connection)
        attrs['name'] = parsed_args.name
        if parsed_args.dry_run:
            return preview.shown(self, self.client.preview_course(**attrs))
        return _shown(self.client.create_course(**attrs))


class ListCourse(command.Lister):
    _description = _('List courses')

    def get_parser(self, prog_name: str) -> argparse.ArgumentParser:
        """Declare the arguments."""
        parser = super().get_parser(prog_name)
        parser.add_argument(
            '--name', metavar='<name>', help=_('Only this exact name')
        )
        parser.add_argument(
            '--status',
            metavar='<status>[,<status>...]',
            type=listing.some_words,
            help=_('Only courses in one of these states'),
        )
        listing.add_template_options(parser)
        listing.add_options(parser, _SORT_KEYS, default='name')
        return parser

    def take_action(self, parsed_args: argparse.Namespace) -> rows.Table:
        """Ask for the courses."""
        asked = listing.query(parsed_args, self.connection)
        listed = _LISTED_LONG if parsed_args.long else _LISTED
        if 'all_projects' in asked:
            listed = listed | _OF_PROJECT
        asked |= listing.of_template(parsed_args, self.client)
        courses = self.client.courses(
            name=parsed_args.name, status=parsed_args.status, **asked
        )
        return rows.of_list(courses, listed, _FORMATTERS)


class ShowCourse(command.ShowOne):
    _description = _('Show a course')

    def get_parser(self, prog_name: str) -> argparse.ArgumentParser:
        """Declare the arguments."""
        parser = super().get_parser(prog_name)
        _add_course_argument(parser)
        return parser

    def take_action(self, parsed_args: argparse.Namespace) -> rows.Table:
        """Find the course."""
        return _shown(find.course(self.client, parsed_args.course))


class SetCourse(command.ShowOne):
    _description = _(
        'Change a course; its pool follows when the course starts'
    )

    def get_parser(self, prog_name: str) -> argparse.ArgumentParser:
        """Declare the arguments."""
        parser = super().get_parser(prog_name)
        _add_course_argument(parser)
        parser.add_argument('--name', metavar='<name>', help=_('New name'))
        spec.add_options(parser)
        _add_options(parser, required=False)
        parser.add_argument(
            '--no-roster',
            action='store_true',
            help=_('Let nobody take part'),
        )
        parser.add_argument(
            '--no-timetable',
            action='store_true',
            help=_('Start and end it by hand only'),
        )
        return parser

    def take_action(self, parsed_args: argparse.Namespace) -> rows.Table:
        """Change what was given."""
        course = find.course(self.client, parsed_args.course)
        attrs = spec.attributes(parsed_args, self.connection)
        attrs |= _attributes(parsed_args, self.connection, course.timetable)
        if parsed_args.template:
            template = find.template(self.client, parsed_args.template)
            attrs['template_id'] = template.id
        if parsed_args.name:
            attrs['name'] = parsed_args.name
        if parsed_args.no_roster:
            attrs['roster'] = {}
        if parsed_args.no_timetable:
            attrs['timetable'] = None
        if not attrs:
            raise osc_exceptions.CommandError(_('Give what shall change.'))
        return _shown(self.client.update_course(course.id, **attrs))


class _Action(command.ShowOne):
    def get_parser(self, prog_name: str) -> argparse.ArgumentParser:
        """Declare the arguments."""
        parser = super().get_parser(prog_name)
        _add_course_argument(parser)
        parser.add_argument(
            '--wait',
            action='store_true',
            help=_('Wait until the work order has ended'),
        )
        return parser

    def act(self, course_id: str) -> Any:
        """Ask for it."""
        raise NotImplementedError

    def take_action(self, parsed_args: argparse.Namespace) -> rows.Table:
        """Ask for it, and wait if wanted."""
        course = find.course(self.client, parsed_args.course)
        course = self.act(course.id)
        if parsed_args.wait:
            course = self._follow_course(course)
            self.exit_code = 1 if course.fault else 0
        return _shown(course)

    def _follow_course(self, course: Any) -> Any:
        """Show its work orders, one after the other, until it is at rest."""
        shown = progress.on(sys.stderr, self.app.options.verbose_level == 0)

        def look(course: Any) -> None:
            if course.work_order_id:
                shown(self.client.get_work_order(course.work_order_id))

        try:
            return self.client.wait_for_course(course, callback=look)
        except KeyboardInterrupt:
            raise command.Left(_goes_on(course)) from None
        finally:
            shown.close()


def _goes_on(course: Any) -> str:
    return _(
        'Course %(name)s goes on. Look at it with:\n'
        '    openstack desktop course show %(id)s'
    ) % {'name': course.name, 'id': course.id}


class StartCourse(_Action):
    _description = _('Start a course beside its timetable')

    def act(self, course_id: str) -> Any:
        """Ask for it."""
        return self.client.start_course(course_id)


class EndCourse(_Action):
    _description = _('End a course beside its timetable')

    def act(self, course_id: str) -> Any:
        """Ask for it."""
        return self.client.end_course(course_id)


class DeleteCourse(command.Command):
    _description = _('Delete courses')

    def get_parser(self, prog_name: str) -> argparse.ArgumentParser:
        """Declare the arguments."""
        parser = super().get_parser(prog_name)
        parser.add_argument(
            'course',
            metavar='<course>',
            nargs='+',
            help=_('Course(s) (name or ID)'),
        )
        parser.add_argument(
            '--with-pool',
            action='store_true',
            help=_('Delete their pools and desktops, too'),
        )
        questions.add_yes_option(parser)
        command.add_wait_option(parser)
        return parser

    def take_action(self, parsed_args: argparse.Namespace) -> None:
        """Remove them, and order the end of their pools."""
        courses = find.courses(self.client, parsed_args.course)
        names = ', '.join(text.one_line(each.name) for each in courses)
        question = (
            _('Delete with all desktops and everything on them: %s?')
            if parsed_args.with_pool
            else _('Delete: %s?')
        )
        questions.confirm(question % names, parsed_args.yes)
        orders = [
            self.client.delete_course(
                course.id,
                ignore_missing=False,
                with_pool=parsed_args.with_pool,
            )
            for course in courses
        ]
        if parsed_args.wait:
            self.wait_for_all([order for order in orders if order])


def _add_course_argument(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        'course', metavar='<course>', help=_('Course (name or ID)')
    )


def _add_options(parser: argparse.ArgumentParser, required: bool) -> None:
    parser.add_argument(
        '--size',
        metavar='<number>',
        type=spec.whole_number,
        required=required,
        help=_('Number of desktops that a lesson needs'),
    )
    for noun in ('user', 'group'):
        parser.add_argument(
            f'--{noun}',
            metavar=f'<{noun}>',
            dest=f'{noun}s',
            action='append',
            help=_('A %s (name or ID) that takes part; repeat for several')
            % noun,
        )
    timetable.add_options(parser)
    parser.add_argument(
        '--ahead',
        metavar='<minutes>',
        type=spec.whole_number,
        help=_('Minutes before the bell at which desktops begin to start'),
    )
    parser.add_argument(
        '--wave',
        metavar='<number>',
        type=spec.whole_number,
        help=_('Desktops that start at the same time'),
    )
    parser.add_argument(
        '--at-end',
        choices=('stop', 'rebuild', 'delete'),
        help=_('What the end of a lesson does to the desktops'),
    )


def _attributes(
    parsed_args: argparse.Namespace,
    connection: Any,
    known: dict[str, Any] | None = None,
) -> dict[str, Any]:
    """What the options ask of the API.

    :param known: the timetable that the course has
    """
    attrs = {
        key: getattr(parsed_args, key)
        for key in _PLAIN
        if getattr(parsed_args, key) is not None
    }
    table = timetable.of(parsed_args, known)
    if table is not None:
        attrs['timetable'] = table
    roster = {}
    if parsed_args.users:
        roster['users'] = [
            find.user(connection, name) for name in parsed_args.users
        ]
    if parsed_args.groups:
        roster['groups'] = [
            find.group(connection, name) for name in parsed_args.groups
        ]
    return attrs | ({'roster': roster} if roster else {})


def _shown(course: Any) -> rows.Table:
    return rows.of_one(course, _SHOWN, _FORMATTERS)
