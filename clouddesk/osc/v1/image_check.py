"""``openstack desktop image check``"""

import argparse

from clouddesk.osc import command
from clouddesk.osc.i18n import _
from clouddesk.osc.v1 import image as image_commands
from clouddesk.osc.v1 import rows

_SHOWN = (
    'image_id',
    'status',
    'disk_format',
    'format',
    'virtual_size',
    'message',
    'deactivated',
    'checked_at',
)


class CheckImage(command.ShowOne):
    _description = _(
        'Compare the content of an image with what it is called; one that is '
        'dangerous is deactivated'
    )

    def get_parser(self, prog_name: str) -> argparse.ArgumentParser:
        """Declare the arguments."""
        parser = super().get_parser(prog_name)
        image_commands.add_image_argument(parser)
        return parser

    def take_action(self, parsed_args: argparse.Namespace) -> rows.Table:
        """Let the service look; the exit code is 1 when it is refused."""
        found = image_commands.image(self.client, parsed_args.image)
        said = self.client.check_image(found.id)
        self.exit_code = int(said['status'] == 'refused')
        return _SHOWN, [said[key] for key in _SHOWN]
